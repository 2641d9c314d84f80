"""Numbers of two to four digits, put together from real pen digits: how many are all right.

.venv/bin/python -m benchmarks.several pen-digits.jsonl.gz
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from cnn.drawing.drawing import Drawing
from cnn.drawing.pen import Stroke, picture_from_strokes
from cnn.inference.classifier import Classifier, load_classifier
from cnn.inference.recognition import open_lines
from cnn.inference.segmentation import predict_several
from cnn.runs import store

HEIGHT = 140.0  # canvas pixels
HEIGHTS = (0.85, 1.15)  # of one writer's digits, in HEIGHT
JITTER = 0.05  # a digit's foot above or below the line, at most, in HEIGHT
SPACINGS = {"tight": (-0.05, 0.05), "ordinary": (0.05, 0.4), "wide": (0.4, 1.0)}  # in HEIGHT
LENGTHS = (2, 3, 4)
PEN_WIDTHS = (4.0, 10.0, 16.0)  # canvas pixels


class Digit(NamedTuple):
    """A pen-drawn digit and what it is."""

    label: str
    strokes: list[np.ndarray]


class Tally(NamedTuple):
    """How many numbers were predicted wholly right, and what was wrong with the others."""

    numbers: int
    right: int
    wrongly_split: int
    seconds: float

    def __str__(self) -> str:
        """Return shares as a person would say them."""
        misread = self.numbers - self.right - self.wrongly_split
        return (
            f"{self.right / self.numbers:6.2%} right, "
            f"{self.wrongly_split / self.numbers:5.2%} wrongly split, "
            f"{misread / self.numbers:5.2%} misread; {1000 * self.seconds / self.numbers:.1f} ms"
        )


def load_digits(path: str) -> list[Digit]:
    """Return the digits of a file of lines {"label": …, "strokes": …}."""
    lines = map(json.loads, open_lines(path))
    return [Digit(line["label"], [np.array(s, float) for s in line["strokes"]]) for line in lines]


def numbers(
    digits: list[Digit], length: int, spacing: tuple[float, float], count: int
) -> Iterator[tuple[str, tuple[Stroke, ...]]]:
    """Yield numbers in one line, each as its text and its strokes; the same with each call."""
    rng = np.random.default_rng(length)
    for _ in range(count):
        chosen = [digits[index] for index in rng.integers(len(digits), size=length)]
        strokes: list[Stroke] = []
        left = 40.0
        for digit in chosen:
            corners = np.concatenate(digit.strokes)
            low, (width, height) = corners.min(axis=0), np.ptp(corners, axis=0)
            scale = HEIGHT * rng.uniform(*HEIGHTS) / max(height, width / 2)
            foot = 60 + HEIGHT * (1.15 + rng.uniform(-JITTER, JITTER))
            place = np.array([left, foot - scale * height])
            strokes += [((stroke - low) * scale + place).tolist() for stroke in digit.strokes]
            left += scale * width + HEIGHT * rng.uniform(*spacing)
        yield "".join(digit.label for digit in chosen), tuple(strokes)


def tally(
    written: list[tuple[str, tuple[Stroke, ...]]],
    drawing: Callable[[tuple[Stroke, ...]], Drawing],
    classifier: Classifier,
) -> Tally:
    """Read every number and compare."""
    right = wrongly_split = 0
    seconds = 0.0
    for text, strokes in written:
        shown = drawing(strokes)
        began = time.perf_counter()
        parts = predict_several(shown, classifier)
        seconds += time.perf_counter() - began
        wrongly_split += len(parts) != len(text)
        right += "".join(str(part.prediction.digit) for part in parts) == text
    return Tally(len(written), right, wrongly_split, seconds)


def main() -> None:
    """Print a line for each spacing, length and pipeline."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", help='JSON lines {"label": "7", "strokes": [[[x, y], …], …]}')
    parser.add_argument("--run", default=store.BUILT_IN)
    parser.add_argument("--count", type=int, default=1000, help="numbers of each kind")
    options = parser.parse_args()
    classifier = load_classifier(store.open_run(options.run, store.runs_folder()))
    digits = load_digits(options.file)
    for name, spacing in SPACINGS.items():
        for length in LENGTHS:
            written = list(numbers(digits, length, spacing, options.count))
            result = tally(written, lambda strokes: Drawing(strokes=strokes), classifier)
            print(f"{name:9} {length} digits  strokes        {result}")
            for pen in PEN_WIDTHS:
                result = tally(written, lambda s, w=pen: _pictured(s, w), classifier)  # type: ignore[misc]
                print(f"{name:9} {length} digits  {pen:4.0f} px picture {result}", flush=True)


def _pictured(strokes: tuple[Stroke, ...], pen_width: float) -> Drawing:
    return Drawing(picture=picture_from_strokes(strokes, pen_width))


if __name__ == "__main__":
    main()

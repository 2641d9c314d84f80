"""Accuracy on real pen strokes, by pipeline, and how many non-digits are rejected.

.venv/bin/python -m benchmarks.drawing pen-digits.jsonl.gz
.venv/bin/python -m benchmarks.drawing pen-digits.jsonl.gz --letters pen-letters.jsonl.gz \
    --fashion t10k-images-idx3-ubyte.gz --picture wrong.png
"""

import argparse
import gzip
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnn.data import mnist
from cnn.drawing.pen import SIDE, Stroke, image_from_strokes, picture_from_strokes
from cnn.drawing.picture import image_from_picture
from cnn.inference.classifier import Classifier, load_classifier
from cnn.inference.recognition import drawing_from_line, open_lines
from cnn.plots.figure import mosaic
from cnn.runs import store

ONE_IN = 20  # of the wrong digits, on the saved picture
COLUMNS = 12
ENLARGED = 4

Images = NDArray[np.uint8]


def plain_resize(strokes: tuple[Stroke, ...]) -> Images:
    """Shrink the whole pad to 28×28, as the usual apps do."""
    pad = Image.fromarray(255 - picture_from_strokes(strokes))
    return np.asarray(pad.resize((SIDE, SIDE), Image.Resampling.BOX))


def pixels(strokes: tuple[Stroke, ...]) -> Images:
    """Read the pad as a picture."""
    return image_from_picture(picture_from_strokes(strokes))


INPUT_METHODS: dict[str, Callable[[tuple[Stroke, ...]], Images]] = {
    "plain resize": plain_resize,
    "pixel pipeline": pixels,
    "stroke pipeline": image_from_strokes,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("digits", help='lines of {"label": "7", "strokes": [[[x, y], …], …]}')
    parser.add_argument("--letters", help="the same of what is no digit")
    parser.add_argument("--fashion", type=Path, help="Fashion-MNIST's test images, IDX and gzip")
    parser.add_argument("--run", default=store.BUILT_IN)
    parser.add_argument("--picture", type=Path, default=Path("wrong-digits.png"))
    options = parser.parse_args()
    classifier = load_classifier(store.open_run(options.run, store.runs_folder()))
    drawings, labels = read_file(options.digits)
    for pipeline, image_of in INPUT_METHODS.items():
        images = np.stack([image_of(strokes) for strokes in drawings])
        predictions = classifier.predict(images)
        predicted = np.array([prediction.digit for prediction in predictions])
        report(pipeline, predicted, labels)
    called_none("these digits", classifier, images)
    wrong = np.flatnonzero(predicted != labels)[::ONE_IN]
    save_picture(images[wrong], options.picture)
    print(
        f"one wrong digit in {ONE_IN}, on {options.picture}:",
        *(f"{labels[one]}→{predicted[one]}" for one in wrong),
    )
    for name, others in non_digits(options):
        called_none(name, classifier, others)


def read_file(path: str) -> tuple[list[tuple[Stroke, ...]], NDArray[np.intp]]:
    """Return drawings and what they show; letters are -1."""
    lines = list(open_lines(path))
    labels = [json.loads(line)["label"] for line in lines]
    numbers = [int(label) if label.isdecimal() else -1 for label in labels]
    return [drawing_from_line(line).strokes for line in lines], np.array(numbers)


def report(pipeline: str, predicted: NDArray[np.intp], labels: NDArray[np.intp]) -> None:
    shares = [float(np.mean(predicted[labels == digit] == digit)) for digit in range(10)]
    print(f"{pipeline:16}{np.mean(predicted == labels):7.2%}   of each digit, 0 to 9:", end=" ")
    print(" ".join(f"{share:.1%}" for share in shares))


def called_none(name: str, classifier: Classifier, images: Images) -> None:
    none = np.mean([not prediction.is_digit for prediction in classifier.predict(images)])
    print(f"{name}: {none:.2%} of {len(images):,} called not a digit")


def non_digits(options: argparse.Namespace) -> Iterable[tuple[str, Images]]:
    yield "MNIST's test digits", mnist.load_test("mnist").images
    if options.letters:
        letters, _ = read_file(options.letters)
        yield "letters", np.stack([image_from_strokes(strokes) for strokes in letters])
    if options.fashion:
        content = gzip.decompress(options.fashion.read_bytes())
        yield "Fashion-MNIST", np.frombuffer(content, np.uint8, offset=16).reshape(-1, SIDE, SIDE)


def save_picture(images: Images, path: Path) -> None:
    """Save the images side by side, larger than they are."""
    picture = Image.fromarray(
        mosaic(images, COLUMNS) if len(images) else np.zeros((1, 1), np.uint8)
    )
    picture.resize((picture.width * ENLARGED, picture.height * ENLARGED), 0).save(path)


if __name__ == "__main__":
    main()

"""Drawings in JSON lines → answers in JSON lines: what `python -m cnn recognize` does."""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.drawing.canvas_picture import picture_from_strokes
from cnn.drawing.drawing import Drawing
from cnn.inference.classifier import Classifier, Prediction
from cnn.inference.drawing_lines import Line, drawing_from_line
from cnn.inference.segmentation import Part, read_several

DRAWINGS_AT_ONCE = 250


class Answer(NamedTuple):
    """What a network reads in a drawing."""

    reading: Prediction
    """Of the whole drawing, as one digit."""
    parts: tuple[Part, ...] | None = None
    """Of each of its digits, where they were asked for."""

    def as_json(self) -> str:
        """Return one line of JSON without its line break."""
        shown: dict[str, Any] = {
            "digit": self.reading.digit,
            "probability": self.reading.probability,
            "probabilities": self.reading.probabilities,
            "is_digit": bool(self.reading.is_digit),
            "score": float(self.reading.score),
        }
        if self.parts is not None:
            shown["text"] = "".join(str(part.reading.digit) for part in self.parts)
            shown["digits"] = [_shown_part(part) for part in self.parts]
        return json.dumps(shown)


def _shown_part(part: Part) -> dict[str, Any]:
    return {
        "digit": part.reading.digit,
        "probability": part.reading.probability,
        "score": float(part.reading.score),
        "is_digit": bool(part.reading.is_digit),
        "box": [round(edge, 2) for edge in part.box],
    }


class Failure(NamedTuple):
    """Why a line has no answer; the sentence names the line."""

    error: str

    def as_json(self) -> str:
        """Return one line of JSON without its line break."""
        return json.dumps(self._asdict(), ensure_ascii=False)


class _Seen(NamedTuple):
    """A drawing as the network sees it, the digits in it already read where asked for."""

    image: NDArray[np.uint8]
    parts: tuple[Part, ...] | None


def _as_drawn(drawing: Drawing) -> Drawing:
    return drawing


def _as_pad_picture(drawing: Drawing) -> Drawing:
    """Take strokes for the picture that a pad shows of them."""
    if drawing.picture is not None:
        return drawing
    return Drawing(picture=picture_from_strokes(drawing.strokes))


PIPELINES: dict[str, Callable[[Drawing], Drawing]] = {
    "strokes": _as_drawn,
    "pixels": _as_pad_picture,
}


def recognize_lines(
    lines: Iterable[Line], reader: Classifier, pipeline: str = "strokes", several: bool = False
) -> Iterator[Answer | Failure]:
    """Answer each line that is not blank, in the order of the lines.

    Args:
        lines: as `drawing_from_line` takes them.
        reader: the network that answers.
        pipeline: of `PIPELINES`: what strokes are taken for.
        several: whether each drawing is read as a row of digits, too.

    Yields:
        An answer, or why there is none. When the lines themselves end in a `ValueError`, as
        those of a damaged file do, its sentence is the last failure.
    """

    def see(line: Line) -> _Seen:
        drawing = PIPELINES[pipeline](drawing_from_line(line))
        parts = tuple(read_several(drawing, reader)) if several else None
        return _Seen(drawing.mnist_image(), parts)

    seen = _see_lines(lines, see)
    while batch := list(islice(seen, DRAWINGS_AT_ONCE)):
        images = [one.image for one in batch if isinstance(one, _Seen)]
        readings = iter(reader.read(np.stack(images)) if images else ())
        for one in batch:
            yield one if isinstance(one, Failure) else Answer(next(readings), one.parts)


def _see_lines(lines: Iterable[Line], see: Callable[[Line], _Seen]) -> Iterator[_Seen | Failure]:
    """Yield what is seen in each line, or why nothing is."""
    number = 0
    try:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield see(line)
            except ValueError as error:
                yield Failure(f"Line {number}: {error}")
    except ValueError as error:
        yield Failure(f"After line {number}: {error}" if number else str(error))

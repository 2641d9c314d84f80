"""Drawings in JSON lines → predictions in JSON lines: what `python -m cnn recognize` does."""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnn.drawing.drawing import Drawing
from cnn.drawing.strokes import picture_from_strokes
from cnn.inference.classifier import Classifier, Prediction
from cnn.inference.drawing_lines import Line, drawing_from_line
from cnn.inference.segmentation import Part, predict_several

BATCH_SIZE = 250

_Preprocessed: TypeAlias = tuple[NDArray[np.uint8], tuple[Part, ...] | None]
"""A drawing as the network sees it, and its single digits, predicted, where asked for."""


class Recognized(NamedTuple):
    """What a network predicts for a drawing."""

    prediction: Prediction
    """Of the whole drawing, as one digit."""
    parts: tuple[Part, ...] | None = None
    """Of each of its digits, where they were asked for."""

    def as_json(self) -> str:
        """Return one line of JSON without its line break."""
        values = _values(self.prediction, "probabilities", "is_digit", "score")
        if self.parts is not None:
            values["text"] = "".join(str(part.prediction.digit) for part in self.parts)
            values["digits"] = [
                _values(part.prediction, "score", "is_digit")
                | {"box": [round(edge, 2) for edge in part.box]}
                for part in self.parts
            ]
        return json.dumps(values)


def _values(prediction: Prediction, *keys: str) -> dict[str, Any]:
    """Return digit, probability and these keys; the score is 1 for a digit and 0 for a reject."""
    values = prediction._asdict() | {"score": 1 - prediction.reject_score}
    return {key: values[key] for key in ("digit", "probability", *keys)}


class Failure(NamedTuple):
    """Why a line has no prediction; the sentence names the line."""

    error: str

    def as_json(self) -> str:
        """Return one line of JSON without its line break."""
        return json.dumps(self._asdict(), ensure_ascii=False)


def _as_canvas_picture(drawing: Drawing) -> Drawing:
    """Replace strokes by the picture that a canvas shows of them."""
    if drawing.picture is not None:
        return drawing
    return Drawing(picture=picture_from_strokes(drawing.strokes))


PIPELINES: dict[str, Callable[[Drawing], Drawing]] = {
    "strokes": lambda drawing: drawing,
    "pixels": _as_canvas_picture,
}


def recognize_lines(
    lines: Iterable[Line], classifier: Classifier, pipeline: str = "strokes", several: bool = False
) -> Iterator[Recognized | Failure]:
    """Predict each line that is not blank, in the order of the lines.

    Args:
        lines: as `drawing_from_line` takes them.
        classifier: the network that predicts.
        pipeline: of `PIPELINES`: how strokes become an image.
        several: whether each drawing is predicted as a row of digits, too.

    Yields:
        The prediction, or why there is none. When the lines themselves end in a `ValueError`, as
        those of a damaged file do, its sentence is the last failure.
    """

    def preprocess(line: Line) -> _Preprocessed:
        drawing = PIPELINES[pipeline](drawing_from_line(line))
        parts = tuple(predict_several(drawing, classifier)) if several else None
        return drawing.mnist_image(), parts

    preprocessed = _preprocess_lines(lines, preprocess)
    while batch := list(islice(preprocessed, BATCH_SIZE)):
        images = [one[0] for one in batch if not isinstance(one, Failure)]
        predictions = iter(classifier.predict(np.stack(images)) if images else ())
        for one in batch:
            yield one if isinstance(one, Failure) else Recognized(next(predictions), one[1])


def _preprocess_lines(
    lines: Iterable[Line], preprocess: Callable[[Line], _Preprocessed]
) -> Iterator[_Preprocessed | Failure]:
    """Yield each line's image, or why it has none."""
    number = 0
    try:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield preprocess(line)
            except ValueError as error:
                yield Failure(f"Line {number}: {error}")
    except ValueError as error:
        yield Failure(f"After line {number}: {error}" if number else str(error))

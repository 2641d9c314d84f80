"""Files of drawings in JSON lines → predictions: what `python -m cnn recognize` does."""

import codecs
import gzip
import io
import sys
import zlib
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, BinaryIO, TypeAlias, cast

import numpy as np
from pydantic import BaseModel, Field

from cnn.data.problems import readable_errors
from cnn.drawing.drawing import Drawing
from cnn.drawing.pen import CheckedStrokes, check_points, picture_from_strokes
from cnn.inference.classifier import Classifier, Prediction
from cnn.inference.segmentation import predict_several

PIPELINES = ("strokes", "pixels")
"""Strokes are drawn again with MNIST's pen, or read as the picture that a canvas shows of them."""
MAX_LINE = 8_000_000  # bytes: more than 100,000 points or a million pixels need
GZIP_MAGIC = b"\x1f\x8b"

Line: TypeAlias = str | bytes
_Gray = Annotated[float, Field(strict=True, ge=0, le=255, allow_inf_nan=False)]


class _DrawingLine(BaseModel):
    strokes: CheckedStrokes | None = None
    pixels: Annotated[list[Annotated[list[_Gray], Field(min_length=1)]], Field(min_length=1)] = []


def drawing_from_line(line: Line) -> Drawing:
    """Return the drawing of a line.

    The line is `{"strokes": [[[x, y], …], …]}`, or `{"pixels": [[…], …]}`, a picture's rows of
    gray from 0 to 255; other keys are ignored.

    Raises:
        ValueError: it is no such line.
    """
    if len(line) > MAX_LINE:
        raise ValueError("This line is longer than 8 million characters: write one drawing a line.")
    content = line.encode() if isinstance(line, str) else line
    with readable_errors():
        values = _DrawingLine.model_validate_json(content.removeprefix(codecs.BOM_UTF8))
    if (values.strokes is None) == (not values.pixels):
        raise ValueError(
            'Expected was either {"strokes": [[[x, y], …], …]} or {"pixels": [[gray, …], …]}.'
        )
    if values.strokes is not None:
        check_points(sum(map(len, values.strokes)))
        return Drawing(strokes=values.strokes)
    if len({len(row) for row in values.pixels}) > 1:
        raise ValueError("The rows of pixels must all have the same length.")
    return Drawing(picture=np.rint(np.array(values.pixels)).astype(np.uint8))


def open_lines(path: str) -> Iterator[bytes]:
    """Open a file of lines, plain or packed with gzip whatever its name; "-" is standard input.

    Raises:
        ValueError: there is no such file, or it can't be read; while its lines are taken: it is
            damaged from there on.
    """
    try:
        stream = sys.stdin.buffer if path == "-" else open(path, "rb")  # noqa: SIM115 `_lines` closes
        file = io.BufferedReader(cast(io.RawIOBase, stream))
        is_packed = file.peek(2).startswith(GZIP_MAGIC)
    except OSError as error:
        raise ValueError(f"{path} can't be read: {error.strerror}.") from error
    return _lines(file, is_packed, path)


def _lines(file: BinaryIO, is_packed: bool, path: str) -> Iterator[bytes]:
    """Yield the lines; of one that is too long, enough to be recognized as such."""
    try:
        with file, gzip.open(file) if is_packed else file as lines:
            while line := lines.readline(MAX_LINE + 1):
                yield line
                while len(line) > MAX_LINE and not line.endswith(b"\n"):
                    line = lines.readline(MAX_LINE + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{path} is damaged and can't be read further: {error}.") from error


def recognize_lines(
    lines: Iterable[Line], classifier: Classifier, pipeline: str = "strokes", several: bool = False
) -> Iterator[dict[str, Any]]:
    """Predict each line that is not blank, with a pipeline of `PIPELINES`.

    Yields:
        What README says of a drawing, with `several` as a row of digits too; or "error" alone, a
        sentence that names the line. When the lines themselves end in a `ValueError`, as those of a
        damaged file do, it is the last one.
    """
    number = 0
    try:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _recognize(number, line, classifier, pipeline, several)
    except ValueError as error:
        yield {"error": f"After line {number}: {error}" if number else str(error)}


def _recognize(
    number: int, line: Line, classifier: Classifier, pipeline: str, several: bool
) -> dict[str, Any]:
    try:
        drawing = drawing_from_line(line)
        if pipeline == "pixels" and drawing.strokes:
            drawing = Drawing(picture=picture_from_strokes(drawing.strokes))
        (prediction,) = classifier.predict(drawing.mnist_image[np.newaxis])
        values = _values(prediction, "probabilities", "is_digit", "score")
        return values | _several(drawing, classifier) if several else values
    except ValueError as error:
        return {"error": f"Line {number}: {error}"}


def _several(drawing: Drawing, classifier: Classifier) -> dict[str, Any]:
    """Return the digits of a drawing as a text, and each with its box."""
    parts = predict_several(drawing, classifier)
    digits = [
        _values(part.prediction, "score", "is_digit")
        | {"box": [round(edge, 2) for edge in part.box]}
        for part in parts
    ]
    return {"text": "".join(str(part.prediction.digit) for part in parts), "digits": digits}


def _values(prediction: Prediction, *keys: str) -> dict[str, Any]:
    """Return digit, probability and these keys; the score is 1 for a digit and 0 for a reject."""
    values = prediction._asdict() | {"score": 1 - prediction.reject_score}
    return {key: values[key] for key in ("digit", "probability", *keys)}

"""Files of drawings, one in JSON a line → drawings, checked."""

import codecs
import gzip
import io
import sys
import zlib
from collections.abc import Iterator
from typing import Annotated, BinaryIO, TypeAlias, cast

import numpy as np
from pydantic import BaseModel, Field

from cnn.data.problems import readable_errors
from cnn.drawing.drawing import Drawing
from cnn.drawing.strokes import CheckedStrokes, check_points

MAX_LINE = 8_000_000  # bytes: more than 100,000 points or a million pixels need
GZIP_MAGIC = b"\x1f\x8b"

Line: TypeAlias = str | bytes
_Gray = Annotated[float, Field(strict=True, ge=0, le=255, allow_inf_nan=False)]


class _DrawingLine(BaseModel):
    strokes: CheckedStrokes | None = None
    pixels: Annotated[list[Annotated[list[_Gray], Field(min_length=1)]], Field(min_length=1)] = []


def drawing_from_line(line: Line) -> Drawing:
    """Return the drawing of a line.

    Args:
        line: `{"strokes": [[[x, y], …], …]}`, or `{"pixels": [[…], …]}`, a picture's rows of gray
            from 0 to 255; other keys are ignored.

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

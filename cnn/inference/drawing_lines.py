"""Files of drawings, one in JSON a line → drawings, checked."""

import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from cnn.drawing.drawing import Drawing
from cnn.drawing.strokes import check_strokes

LONGEST_LINE = 8_000_000  # bytes: more than 100,000 points or a million pixels need
GZIP_MAGIC = b"\x1f\x8b"

Line: TypeAlias = str | bytes


def drawing_from_line(line: Line) -> Drawing:
    """Return what a line shows.

    Args:
        line: `{"strokes": [[[x, y], …], …]}`, or `{"pixels": [[…], …]}`, a picture's rows of gray
            from 0 to 255; other keys are not looked at.

    Raises:
        ValueError: it is no such line.
    """
    if len(line) > LONGEST_LINE:
        raise ValueError("This line is longer than 8 million characters: write one drawing a line.")
    try:
        text = line.decode("utf-8-sig") if isinstance(line, bytes) else line
        drawing = json.loads(text)
    except UnicodeDecodeError as error:
        raise ValueError("This line is not text in UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise ValueError('This line is not JSON such as {"strokes": [[[x, y], …], …]}.') from error
    keys = drawing.keys() & {"strokes", "pixels"} if isinstance(drawing, dict) else set()
    if len(keys) == 2:
        raise ValueError("This line has both strokes and pixels: write a line for each.")
    if "pixels" in keys:
        return Drawing(picture=_check_rows(drawing["pixels"]))
    if "strokes" in keys:
        return Drawing(strokes=check_strokes(drawing["strokes"]))
    raise ValueError(
        'This line has no strokes and no pixels: expected was {"strokes": [[[x, y], …], …]} '
        'or {"pixels": [[gray, …], …]}.'
    )


def _check_rows(rows: Any) -> NDArray[np.uint8]:
    """Return rows of gray as a picture, if they are some."""
    if not isinstance(rows, list) or not rows or not all(isinstance(row, list) for row in rows):
        raise ValueError(
            "The pixels must be a list of rows, each a list of numbers: [[0, 255], …]."
        )
    if not rows[0] or len({len(row) for row in rows}) > 1:
        raise ValueError("The rows of pixels must all have the same length, at least one pixel.")
    if any(type(pixel) not in (int, float) for row in rows for pixel in row):
        raise ValueError("Each pixel must be one number, its gray from 0 to 255.")
    if not all(0 <= pixel <= 255 for row in rows for pixel in row):  # also false for NaN
        raise ValueError("The pixels must be numbers from 0 to 255.")
    return np.rint(np.array(rows, float)).astype(np.uint8)


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
    """Yield the lines; of one that is too long, enough to be known as such."""
    try:
        with file, gzip.open(file) if is_packed else file as lines:
            while line := lines.readline(LONGEST_LINE + 1):
                yield line
                while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
                    line = lines.readline(LONGEST_LINE + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{path} is damaged and can't be read further: {error}.") from error

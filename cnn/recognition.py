"""Drawings in JSON lines → answers in JSON lines: what `python -m cnn recognize` does."""

import gzip
import io
import json
import sys
import zlib
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO, NamedTuple, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from cnn.pen import image_from_strokes
from cnn.predictor import Predictor
from cnn.strokes import check_strokes

LONGEST_LINE = 8_000_000  # bytes: more than 100,000 points need
DRAWINGS_AT_ONCE = 250
GZIP_MAGIC = b"\x1f\x8b"

Line: TypeAlias = str | bytes


class Answer(NamedTuple):
    """What a network reads in a drawing."""

    digit: int
    probability: float
    probabilities: tuple[float, ...]

    def as_json(self) -> str:
        """Return one line of JSON without its line break."""
        return json.dumps(self._asdict())


class Failure(NamedTuple):
    """Why a line has no answer; the sentence names the line."""

    error: str

    def as_json(self) -> str:
        """Return one line of JSON without its line break."""
        return json.dumps(self._asdict(), ensure_ascii=False)


def recognize_lines(lines: Iterable[Line], predictor: Predictor) -> Iterator[Answer | Failure]:
    """Answer each line that is not blank, in the order of the lines.

    Args:
        lines: each `{"strokes": [[[x, y], …], …]}`; other keys are not looked at.
        predictor: the network that answers.

    Yields:
        An answer, or why there is none. When the lines themselves end in a `ValueError`, as
        those of a damaged file do, its sentence is the last failure.
    """
    read = _read_drawings(lines)
    while batch := list(islice(read, DRAWINGS_AT_ONCE)):
        images = [drawing for drawing in batch if isinstance(drawing, np.ndarray)]
        answers = iter(predictor.probabilities(np.stack(images)) if images else ())
        for drawing in batch:
            yield drawing if isinstance(drawing, Failure) else _answer(next(answers))


def _answer(probabilities: NDArray[np.float32]) -> Answer:
    digit = int(probabilities.argmax())
    return Answer(digit, float(probabilities[digit]), tuple(probabilities.tolist()))


def _read_drawings(lines: Iterable[Line]) -> Iterator[NDArray[np.uint8] | Failure]:
    """Yield the image of each drawing, or why there is none."""
    number = 0
    try:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield _image_from_line(line)
            except ValueError as error:
                yield Failure(f"Line {number}: {error}")
    except ValueError as error:
        yield Failure(f"After line {number}: {error}" if number else str(error))


def _image_from_line(line: Line) -> NDArray[np.uint8]:
    if len(line) > LONGEST_LINE:
        raise ValueError("This line is longer than 8 million characters: write one drawing a line.")
    try:
        text = line.decode("utf-8-sig") if isinstance(line, bytes) else line
        drawing = json.loads(text)
    except UnicodeDecodeError as error:
        raise ValueError("This line is not text in UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise ValueError('This line is not JSON such as {"strokes": [[[x, y], …], …]}.') from error
    if not isinstance(drawing, dict) or "strokes" not in drawing:
        raise ValueError('This line has no strokes: expected was {"strokes": [[[x, y], …], …]}.')
    return image_from_strokes(check_strokes(drawing["strokes"]))


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

"""My digits as a file to save and to load: JSON lines, as `python -m cnn recognize` reads them."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from cnn.fine_tuning import saved_digit, saved_digits
from cnn.fine_tuning.saved_digit import SavedDigit

MAX_FILE = 32_000_000  # bytes
MAX_LINES = 20_000


class Loaded(NamedTuple):
    """The result of loading a file."""

    added: int
    already_there: int
    refused: tuple[str, ...]
    """A sentence for each line that holds no digit or found no room, with its number."""


def to_bytes(digits: Iterable[SavedDigit]) -> bytes:
    """Return digits as a file."""
    return b"".join(digit.line + b"\n" for digit in digits)


def load(content: bytes, folder: Path) -> Loaded:
    """Save the digits of a file that may come from anywhere; those already saved stay as they are.

    Raises:
        ValueError: the file is empty or too large, or my digits can't be changed.
    """
    if len(content) > MAX_FILE:
        raise ValueError(f"The file is larger than {MAX_FILE // 1_000_000} MB.")
    digits, refused = _read_lines(content)
    if not digits and not refused:
        raise ValueError("There is no digit in this file: it is empty.")
    added: set[str] = set()
    already_there = 0

    def change(saved: dict[str, SavedDigit]) -> None:
        nonlocal already_there
        for number, digit in digits.items():
            if digit.id in saved:
                already_there += 1
            elif len(saved) < saved_digits.MAX_DIGITS:
                saved[digit.id] = digit
                added.add(digit.id)
            else:
                maximum = f"{saved_digits.MAX_DIGITS:,} digits are saved, the maximum."
                refused[number] = f"Line {number}: {maximum}"

    if digits:
        saved_digits.change_file(folder, change)
    return Loaded(len(added), already_there, tuple(refused[number] for number in sorted(refused)))


def _read_lines(content: bytes) -> tuple[dict[int, SavedDigit], dict[int, str]]:
    """Return the digits of a file, and why other lines hold none, by the numbers of the lines."""
    lines = content.split(b"\n")
    if len(lines) > MAX_LINES:
        raise ValueError(f"The file has more than {MAX_LINES:,} lines.")
    digits, refused = {}, {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            digits[number] = saved_digit.from_line(line)
        except ValueError as error:
            refused[number] = f"Line {number}: {error}"
    return digits, refused

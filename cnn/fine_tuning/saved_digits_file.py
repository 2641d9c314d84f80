"""My digits as a file to save and to load: JSON lines, as `python -m cnn recognize` reads them."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from cnn.fine_tuning import saved_digit, saved_digits
from cnn.fine_tuning.saved_digit import SavedDigit

LARGEST_FILE = 32_000_000  # bytes
MAX_LINES = 20_000


class Loaded(NamedTuple):
    """What became of the lines of a file."""

    taken: int
    already_there: int
    refused: tuple[str, ...]
    """A sentence for each line that holds no digit or found no room, with its number."""


def to_bytes(digits: Iterable[SavedDigit]) -> bytes:
    """Return digits as a file."""
    return b"".join(digit.line + b"\n" for digit in digits)


def load(content: bytes, folder: Path) -> Loaded:
    """Keep the digits of a file that may come from anywhere; what is kept already stays as it is.

    Raises:
        ValueError: the file is empty or too large, or my digits can't be changed.
    """
    if len(content) > LARGEST_FILE:
        raise ValueError(f"The file is larger than {LARGEST_FILE // 1_000_000} MB.")
    digits, refused = _read_lines(content)
    if not digits and not refused:
        raise ValueError("There is no digit in this file: it is empty.")
    if not digits:
        return Loaded(0, 0, tuple(refused.values()))
    taken, there = _take(digits.values(), folder)
    no_room = {n: digit for n, digit in digits.items() if digit.id not in taken | there}
    most = f"{saved_digits.MAX_DIGITS:,} digits are kept, and that is the most."
    refused |= {number: f"Line {number}: {most}" for number in no_room}
    already = len(digits) - len(no_room) - len(taken)
    return Loaded(len(taken), already, tuple(refused[number] for number in sorted(refused)))


def _take(digits: Iterable[SavedDigit], folder: Path) -> tuple[set[str], set[str]]:
    """Keep digits as far as there is room; those that are kept already keep their labels.

    Returns:
        The ids of those taken, and of those that were there before.
    """
    taken: set[str] = set()
    there: set[str] = set()

    def change(kept: dict[str, SavedDigit]) -> None:
        there.update(kept)
        for digit in digits:
            if digit.id not in kept and len(kept) < saved_digits.MAX_DIGITS:
                kept[digit.id] = digit
                taken.add(digit.id)

    saved_digits.change_file(folder, change)
    return taken, there


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

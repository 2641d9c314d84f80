"""My digits: drawings that somebody saved with their labels, in one file beside the runs.

The file is JSON lines, as `python -m cnn recognize` reads them. It is downloaded as it is.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from cnn.drawing.drawing import Drawing
from cnn.fine_tuning import saved_digit
from cnn.fine_tuning.saved_digit import SavedDigit
from cnn.runs.files import cached_by_stat, explain_error, write_bytes

FILE_NAME, LOCK_NAME = "my-digits.jsonl", ".my-digits.lock"
MAX_DIGITS = 2_000
MAX_FILE = 64_000_000  # bytes; 2,000 ordinary drawings take 5 million
MAX_UPLOAD, MAX_UPLOAD_LINES = 32_000_000, 20_000
LOCK_TIMEOUT = 10.0  # seconds
_saved_line = lru_cache(MAX_DIGITS)(saved_digit.from_line)  # an unchanged line keeps its image


class SavedDigits(NamedTuple):
    """The saved digits, in the order in which they were saved."""

    digits: tuple[SavedDigit, ...]
    damaged: tuple[bytes, ...] = ()  # lines of the file that can't be read; they stay in it

    def find(self, digit_id: str) -> SavedDigit | None:
        """Return the digit of this id, if it is saved."""
        return next((digit for digit in self.digits if digit.id == digit_id), None)


class Change(NamedTuple):
    """A digit before and after a change; None where it is not saved."""

    id: str
    before: SavedDigit | None
    after: SavedDigit | None


class Loaded(NamedTuple):
    """The result of loading a file."""

    added: int
    already_there: int
    refused: tuple[str, ...]  # a sentence for each line that holds no digit or has no room


def read(folder: Path) -> SavedDigits:
    """Return what is saved beside the runs of a folder, or raise `ValueError`."""
    try:
        return _read(folder / FILE_NAME)
    except FileNotFoundError:
        return SavedDigits(())
    except OSError as error:
        raise ValueError(
            f"My digits can't be read: {folder / FILE_NAME}: {explain_error(error)}."
        ) from error


@cached_by_stat(2)
def _read(path: Path) -> SavedDigits:
    if path.stat().st_size > MAX_FILE:
        raise ValueError(f"{path} is larger than {MAX_FILE // 1_000_000} MB.")
    lines = path.read_bytes().split(b"\n")
    digits, damaged = _digits_of(lines, _saved_line)
    return SavedDigits(
        tuple({digit.id: digit for digit in digits}.values()),
        tuple(lines[number - 1] for number in damaged),
    )


def _digits_of(
    lines: Iterable[bytes], parse: Callable[[bytes], SavedDigit] = saved_digit.from_line
) -> tuple[list[SavedDigit], dict[int, str]]:
    """Return the digits of a file, and why other lines hold none, by their numbers from 1."""
    digits, damaged = [], {}
    for number, line in enumerate(lines, 1):
        try:
            if line.strip():
                digits.append(parse(line))
        except ValueError as error:
            damaged[number] = str(error)
    return digits, damaged


def to_bytes(digits: Iterable[SavedDigit]) -> bytes:
    """Return digits as a file."""
    return b"".join(digit.line + b"\n" for digit in digits)


def load(content: bytes, folder: Path) -> Loaded:
    """Save the digits of a file that may come from anywhere; those already saved stay as they are.

    What would exceed the maximum is left out. An empty or too large file raises `ValueError`.
    """
    lines = content.split(b"\n", MAX_UPLOAD_LINES)
    if len(content) > MAX_UPLOAD or len(lines) > MAX_UPLOAD_LINES:
        raise ValueError("The file is too large to hold digits that were saved here.")
    digits, damaged = _digits_of(lines)
    if not digits and not damaged:
        raise ValueError("There is no digit in this file: it is empty.")

    left_out: list[SavedDigit] = []

    def change(saved: dict[str, SavedDigit]) -> None:
        for digit in digits:
            if len(saved) < MAX_DIGITS or digit.id in saved:
                saved.setdefault(digit.id, digit)
            else:
                left_out.append(digit)

    added = len(change_file(folder, change)) if digits else 0
    refused = [f"Line {number}: {reason}" for number, reason in damaged.items()]
    refused += [f"No room: {MAX_DIGITS:,} digits are saved, the maximum." for _ in left_out]
    return Loaded(added, len(digits) - added - len(left_out), tuple(refused))


def add(drawing: Drawing, label: int, folder: Path) -> Change:
    """Save a drawing with its label; one that is saved already gets this label.

    An empty drawing raises `ValueError`.
    """
    new = saved_digit.from_drawing(drawing, label)

    def change(saved: dict[str, SavedDigit]) -> None:
        saved[new.id] = replace(saved.get(new.id, new), label=label)

    (added,) = change_file(folder, change)
    return added


def relabel(ids: Collection[str], label: int, folder: Path) -> tuple[Change, ...]:
    """Give saved digits another label, and return what has changed; unknown ids are skipped."""
    saved_digit.check_label(label)

    def change(saved: dict[str, SavedDigit]) -> None:
        for one in ids:
            if one in saved and saved[one].label != label:
                saved[one] = replace(saved[one], label=label)

    return change_file(folder, change)


def delete(ids: Collection[str], folder: Path) -> tuple[Change, ...]:
    """Delete saved digits, and return what has changed; unknown ids are skipped."""
    return change_file(folder, lambda saved: [saved.pop(one, None) for one in ids])


def undo(changes: Iterable[Change], folder: Path) -> int:
    """Restore digits as they were before changes, unless changed since; return how many are."""

    def change(saved: dict[str, SavedDigit]) -> None:
        for digit_id, before, after in changes:
            if saved.get(digit_id) == after:
                saved.pop(digit_id, None)
                if before:
                    saved[digit_id] = before

    return len(change_file(folder, change))


def change_file(
    folder: Path, change: Callable[[dict[str, SavedDigit]], object]
) -> tuple[Change, ...]:
    """Make one change to the digits by their ids, and return what has changed.

    Raises:
        ValueError: too many are saved, or the file can't be changed.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / LOCK_NAME, timeout=LOCK_TIMEOUT):
            file = read(folder)
            before = {digit.id: digit for digit in file.digits}
            after = dict(before)
            change(after)
            if len(after) > max(MAX_DIGITS, len(before)):
                raise ValueError(f"{MAX_DIGITS:,} digits are saved, the maximum: delete some.")
            content = b"".join(line + b"\n" for line in file.damaged)
            content += to_bytes(sorted(after.values(), key=lambda digit: digit.added))
            if len(content) > MAX_FILE:
                raise ValueError("My digits would take too much room: delete some first.")
            write_bytes(folder / FILE_NAME, content)
    except Timeout as error:
        raise ValueError("My digits are being changed by another process. Try again.") from error
    except OSError as error:
        raise ValueError(f"My digits can't be saved: {explain_error(error)}.") from error
    changes = (Change(one, before.get(one), after.get(one)) for one in {**before, **after})
    return tuple(one for one in changes if one.before is not one.after)

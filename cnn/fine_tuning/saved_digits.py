"""My digits: drawings that somebody saved with their labels, in one file beside the runs."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from functools import lru_cache
from operator import attrgetter
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
LOCK_TIMEOUT = 10.0  # seconds

_digit_of_line = lru_cache(MAX_DIGITS)(saved_digit.from_line)  # an unchanged line keeps its image


class SavedDigits(NamedTuple):
    """The saved digits, in the order in which they were saved."""

    digits: tuple[SavedDigit, ...]
    damaged: tuple[bytes, ...] = ()
    """Lines of the file that can't be read. They stay in it."""

    def find(self, digit_id: str) -> SavedDigit | None:
        """Return the digit of this id, if it is saved."""
        return next((digit for digit in self.digits if digit.id == digit_id), None)


class Change(NamedTuple):
    """A digit before and after a change; None where it is not saved."""

    id: str
    before: SavedDigit | None
    after: SavedDigit | None

    def undo(self, saved: dict[str, SavedDigit]) -> bool:
        """Restore the digit among all, by their ids, unless it has been changed since.

        Returns:
            Whether it is restored.
        """
        if _state(saved.get(self.id)) != _state(self.after):
            return False
        saved.pop(self.id, None)
        if self.before:
            saved[self.id] = self.before
        return True


def _state(digit: SavedDigit | None) -> tuple[int, float] | None:
    return (digit.label, digit.added) if digit else None


def read(folder: Path) -> SavedDigits:
    """Return what is saved beside the runs of a folder; read again only when it has changed.

    Raises:
        ValueError: the file can't be read.
    """
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
    digits, damaged = {}, []
    for line in path.read_bytes().split(b"\n"):
        try:
            if line.strip():
                digit = _digit_of_line(line)
                digits[digit.id] = digit
        except ValueError:
            damaged.append(line)
    return SavedDigits(tuple(digits.values()), tuple(damaged))


def add(drawing: Drawing, label: int, folder: Path) -> Change:
    """Save a drawing with its label; one that is saved already gets this label.

    Returns:
        The digit before and after, for `undo`.

    Raises:
        ValueError: the drawing is empty, too many are saved, or the disk is full.
    """
    new = saved_digit.from_drawing(drawing, label)

    def change(saved: dict[str, SavedDigit]) -> None:
        saved[new.id] = replace(saved.get(new.id, new), label=label)

    (added,) = change_file(folder, change)
    return added


def relabel(ids: Collection[str], label: int, folder: Path) -> tuple[Change, ...]:
    """Give saved digits another label; ids that are not there are skipped.

    Returns:
        What has changed, for `undo`.

    Raises:
        ValueError: the label is no digit, or the file can't be changed.
    """
    saved_digit.check_label(label)

    def change(saved: dict[str, SavedDigit]) -> None:
        for one in ids:
            if one in saved and saved[one].label != label:
                saved[one] = replace(saved[one], label=label)

    return change_file(folder, change)


def delete(ids: Collection[str], folder: Path) -> tuple[Change, ...]:
    """Delete saved digits, and return what has changed, for `undo`.

    Raises:
        ValueError: the file can't be changed.
    """
    return change_file(folder, lambda saved: [saved.pop(one, None) for one in ids])


def undo(changes: Iterable[Change], folder: Path) -> int:
    """Restore digits as they were before changes; what was changed since stays as it is.

    Returns:
        How many are restored.

    Raises:
        ValueError: too many are saved, or the file can't be changed.
    """
    undone: list[str] = []
    change_file(folder, lambda saved: undone.extend(one.id for one in changes if one.undo(saved)))
    return len(undone)


def change_file(
    folder: Path, change: Callable[[dict[str, SavedDigit]], object]
) -> tuple[Change, ...]:
    """Replace the file after a change to the digits by their ids; one change at a time.

    Returns:
        What has changed.

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
            _write(folder / FILE_NAME, file.damaged, after.values())
    except Timeout as error:
        raise ValueError("My digits are being changed by another process. Try again.") from error
    except OSError as error:
        raise ValueError(f"My digits can't be saved: {explain_error(error)}.") from error
    changes = (Change(one, before.get(one), after.get(one)) for one in {**before, **after})
    return tuple(one for one in changes if one.before is not one.after)


def _write(path: Path, damaged: Iterable[bytes], digits: Iterable[SavedDigit]) -> None:
    lines = [*damaged, *(digit.line for digit in sorted(digits, key=attrgetter("added")))]
    content = b"".join(line + b"\n" for line in lines)
    if len(content) > MAX_FILE:
        raise ValueError("My digits would take too much room: delete some first.")
    write_bytes(path, content)

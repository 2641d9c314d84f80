"""My digits: drawings that somebody kept with their labels, in one file beside the runs."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from functools import lru_cache
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from cnn.drawing.drawing import Drawing
from cnn.fine_tuning import saved_digit
from cnn.fine_tuning.changes import Change, differences
from cnn.fine_tuning.saved_digit import SavedDigit
from cnn.runs.files import write_bytes

FILE_NAME, LOCK_NAME = "my-digits.jsonl", ".my-digits.lock"
MAX_DIGITS = 2_000
LARGEST_FILE = 64_000_000  # bytes; 2,000 ordinary drawings take 5 million
LOCK_SECONDS = 10.0

_digit_of_line = lru_cache(MAX_DIGITS)(saved_digit.from_line)  # an unchanged line keeps its image


class SavedDigits(NamedTuple):
    """The kept digits, the first kept first."""

    digits: tuple[SavedDigit, ...]
    damaged: tuple[bytes, ...] = ()
    """Lines of the file that can't be read. They stay in it."""

    def find(self, digit_id: str) -> SavedDigit | None:
        """Return the digit of this id, if it is kept."""
        return next((digit for digit in self.digits if digit.id == digit_id), None)


def read(folder: Path) -> SavedDigits:
    """Return what is kept beside the runs of a folder; read anew only when it has changed.

    Raises:
        ValueError: the file can't be read.
    """
    path = folder / FILE_NAME
    try:
        file = path.stat()
        return _read_once(path, file.st_mtime_ns, file.st_size, file.st_ino)
    except FileNotFoundError:
        return SavedDigits(())
    except OSError as error:
        raise ValueError(f"My digits can't be read: {path}: {error.strerror}.") from error


@lru_cache(maxsize=2)
def _read_once(path: Path, *_fingerprint: int) -> SavedDigits:
    return _read(path)


def _read(path: Path) -> SavedDigits:
    if path.stat().st_size > LARGEST_FILE:
        raise ValueError(f"{path} is larger than {LARGEST_FILE // 1_000_000} MB.")
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
    """Keep a drawing with its label; one that is kept already gets this label.

    Returns:
        What was kept of it before, and what is now, for `undo`.

    Raises:
        ValueError: there is nothing to read in it, too many are kept, or the disk is full.
    """
    new = saved_digit.keep(drawing, label)
    before: SavedDigit | None = None
    after = new

    def change(kept: dict[str, SavedDigit]) -> None:
        nonlocal before, after
        before = kept.get(new.id)
        kept[new.id] = after = _labeled(before or new, label)

    change_file(folder, change)
    return Change(new.id, before, after)


def _labeled(digit: SavedDigit, label: int) -> SavedDigit:
    """Return a digit, since when it has been kept, with a label."""
    return digit if digit.label == label else replace(digit, label=label)


def relabel(ids: Collection[str], label: int, folder: Path) -> tuple[Change, ...]:
    """Give kept digits another label; ids that are not there are passed over.

    Returns:
        What has changed, for `undo`.

    Raises:
        ValueError: the label is no digit, or the file can't be changed.
    """
    saved_digit.check_label(label)

    def change(kept: dict[str, SavedDigit]) -> None:
        kept.update({one: _labeled(kept[one], label) for one in ids if one in kept})

    return change_file(folder, change)


def delete(ids: Collection[str], folder: Path) -> tuple[Change, ...]:
    """Delete kept digits, and return what has changed, for `undo`.

    Raises:
        ValueError: the file can't be changed.
    """
    return change_file(folder, lambda kept: [kept.pop(one, None) for one in ids])


def undo(changes: Iterable[Change], folder: Path) -> int:
    """Let digits be as they were before changes; what was changed since stays as it is.

    Returns:
        How many are as they were.

    Raises:
        ValueError: too many are kept, or the file can't be changed.
    """
    undone: list[str] = []

    def change(kept: dict[str, SavedDigit]) -> None:
        undone.extend(one.id for one in changes if one.take_back(kept))

    change_file(folder, change)
    return len(undone)


def change_file(
    folder: Path, change: Callable[[dict[str, SavedDigit]], object]
) -> tuple[Change, ...]:
    """Replace the file after a change to the digits by their ids; one change at a time.

    Returns:
        What has changed.

    Raises:
        ValueError: too many are kept, or the file can't be changed.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / LOCK_NAME, timeout=LOCK_SECONDS):
            path = folder / FILE_NAME
            # Not through `read`: two changes within a tick of the clock may look like one there.
            before = _read(path) if path.exists() else SavedDigits(())
            was = {digit.id: digit for digit in before.digits}
            kept = dict(was)
            change(kept)
            _check_room(len(kept), len(before.digits))
            lines = [
                *before.damaged,
                *(digit.line for digit in sorted(kept.values(), key=attrgetter("added"))),
            ]
            _write(path, lines)
            return differences(was, kept)
    except Timeout as error:
        raise ValueError("My digits are being changed by another process. Try again.") from error
    except OSError as error:
        raise ValueError(f"My digits can't be saved: {error.strerror or error}.") from error


def _check_room(count: int, before: int) -> None:
    if count > max(MAX_DIGITS, before):
        raise ValueError(f"{MAX_DIGITS:,} digits are kept, and that is the most: delete some.")


def _write(path: Path, lines: Iterable[bytes]) -> None:
    content = b"".join(line + b"\n" for line in lines)
    if len(content) > LARGEST_FILE:
        raise ValueError("My digits would take too much room: delete some first.")
    write_bytes(path, content)

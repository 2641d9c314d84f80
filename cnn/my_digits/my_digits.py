"""My digits: drawings that somebody kept with their labels, in one file beside the runs."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from filelock import FileLock, Timeout

from cnn.data import Digits
from cnn.drawing.drawing import Drawing
from cnn.files import write_bytes
from cnn.my_digits import my_digit
from cnn.my_digits.my_digit import MyDigit
from cnn.reading.reading import Reader

FILE_NAME, LOCK_NAME = "my-digits.jsonl", ".my-digits.lock"
MOST_DIGITS = 2_000
LARGEST_FILE = 64_000_000  # bytes; 2,000 ordinary drawings take 5 million
LOCK_SECONDS = 10.0

_digit_of_line = lru_cache(MOST_DIGITS)(my_digit.from_line)  # an unchanged line keeps its image


class MyDigits(NamedTuple):
    """The kept digits, the first kept first."""

    digits: tuple[MyDigit, ...]
    damaged: tuple[bytes, ...] = ()
    """Lines of the file that can't be read. They stay in it."""

    def find(self, digit_id: str) -> MyDigit | None:
        """Return the digit of this id, if it is kept."""
        return next((digit for digit in self.digits if digit.id == digit_id), None)


def read(folder: Path) -> MyDigits:
    """Return what is kept beside the runs of a folder; read anew only when it has changed.

    Raises:
        ValueError: the file can't be read.
    """
    path = folder / FILE_NAME
    try:
        file = path.stat()
        return _read_once(path, file.st_mtime_ns, file.st_size, file.st_ino)
    except FileNotFoundError:
        return MyDigits(())
    except OSError as error:
        raise ValueError(f"My digits can't be read: {path}: {error.strerror}.") from error


@lru_cache(maxsize=2)
def _read_once(path: Path, *_stamp: int) -> MyDigits:
    return _read(path)


def _read(path: Path) -> MyDigits:
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
    return MyDigits(tuple(digits.values()), tuple(damaged))


def add(drawing: Drawing, label: int, folder: Path) -> MyDigit:
    """Keep a drawing with its label; one that is kept already gets this label.

    Raises:
        ValueError: there is nothing to read in it, too many are kept, or the disk is full.
    """
    digit = my_digit.keep(drawing, label)
    _change(folder, lambda kept: kept.update({digit.id: _labelled(kept, digit)}))
    return digit


def _labelled(kept: dict[str, MyDigit], digit: MyDigit) -> MyDigit:
    """Return the digit, since when it has been kept, with its new label."""
    before = kept.get(digit.id, digit)
    return before if before.label == digit.label else replace(before, label=digit.label)


def relabel(ids: Collection[str], label: int, folder: Path) -> None:
    """Give kept digits another label; ids that are not there are passed over.

    Raises:
        ValueError: the label is no digit, or the file can't be changed.
    """
    my_digit.check_label(label)

    def change(kept: dict[str, MyDigit]) -> None:
        kept.update({one: replace(kept[one], label=label) for one in ids if one in kept})

    _change(folder, change)


def delete(ids: Collection[str], folder: Path) -> tuple[MyDigit, ...]:
    """Delete kept digits, and return those that were there, for `restore`.

    Raises:
        ValueError: the file can't be changed.
    """
    deleted: list[MyDigit] = []
    _change(folder, lambda kept: deleted.extend(kept.pop(one) for one in ids if one in kept))
    return tuple(deleted)


def restore(digits: Iterable[MyDigit], folder: Path) -> None:
    """Let digits be as they were before they were deleted or relabelled.

    Raises:
        ValueError: too many are kept, or the file can't be changed.
    """
    _change(folder, lambda kept: kept.update({digit.id: digit for digit in digits}))


def take(digits: Iterable[MyDigit], folder: Path) -> tuple[set[str], set[str]]:
    """Keep digits as far as there is room; those that are kept already keep their labels.

    Returns:
        The ids of those taken, and of those that were there before.

    Raises:
        ValueError: the file can't be changed.
    """
    taken: set[str] = set()
    there: set[str] = set()

    def change(kept: dict[str, MyDigit]) -> None:
        there.update(kept)
        for digit in digits:
            if digit.id not in kept and len(kept) < MOST_DIGITS:
                kept[digit.id] = digit
                taken.add(digit.id)

    _change(folder, change)
    return taken, there


def _change(folder: Path, change: Callable[[dict[str, MyDigit]], object]) -> None:
    """Replace the file after a change to the digits by their ids; one change at a time."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / LOCK_NAME, timeout=LOCK_SECONDS):
            path = folder / FILE_NAME
            # Not through `read`: two changes within a tick of the clock may look like one there.
            before = _read(path) if path.exists() else MyDigits(())
            kept = {digit.id: digit for digit in before.digits}
            change(kept)
            _check_room(len(kept), len(before.digits))
            lines = [*before.damaged, *(digit.line for digit in sorted(kept.values(), key=_added))]
            _write(path, lines)
    except Timeout as error:
        raise ValueError("My digits are being changed by another process. Try again.") from error
    except OSError as error:
        raise ValueError(f"My digits can't be saved: {error.strerror or error}.") from error


def _added(digit: MyDigit) -> float:
    return digit.added


def _check_room(count: int, before: int) -> None:
    if count > max(MOST_DIGITS, before):
        raise ValueError(f"{MOST_DIGITS:,} digits are kept, and that is the most: delete some.")


def _write(path: Path, lines: Iterable[bytes]) -> None:
    content = b"".join(line + b"\n" for line in lines)
    if len(content) > LARGEST_FILE:
        raise ValueError("My digits would take too much room: delete some first.")
    write_bytes(path, content)


def as_digits(digits: Sequence[MyDigit]) -> Digits:
    """Return images (n, 28, 28) and labels (n,), n at least 1."""
    labels = np.array([digit.label for digit in digits], np.uint8)
    return Digits(np.stack([digit.image for digit in digits]), labels)


def accuracy_on(reader: Reader, digits: Sequence[MyDigit]) -> float:
    """Return the share of digits, at least one, that a network reads as they are labelled."""
    return share_right(reader, as_digits(digits))


def share_right(reader: Reader, digits: Digits) -> float:
    """Return the share of labelled images, at least one, that a network reads right."""
    read = [reading.digit for reading in reader.read(digits.images)]
    return float(np.mean(read == digits.labels))

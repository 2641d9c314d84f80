"""An .npz file with MNIST in it: checked before it is believed, read without pickles."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
from numpy.typing import NDArray

MINIMUM_TRAIN, MINIMUM_TEST = 100, 10


class DataError(ValueError):
    """Digits that cannot be had; the message says what happened and how to mend it."""


class Digits(NamedTuple):
    """Pictures of digits with what they show, both read-only."""

    images: NDArray[np.uint8]
    """(n, 28, 28), 0 is paper and 255 is full ink."""
    labels: NDArray[np.uint8]
    """(n,), 0 to 9."""


class Fingerprint(NamedTuple):
    """One state of a file: a changed file has another stamp, so nothing stale is answered."""

    path: Path
    modified: int
    size: int


def fingerprint_of(path: Path) -> Fingerprint:
    """Return the state a file is in now, or raise `DataError`."""
    try:
        status = path.stat()
    except FileNotFoundError:
        raise DataError("does not exist") from None
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})") from error
    return Fingerprint(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=8)
def count_digits(stamp: Fingerprint) -> tuple[int, int]:
    """Count training and test digits; labels are checked, and pictures by their shape alone."""
    with _opened(stamp.path) as archive:
        train, test = _check_part(archive, "train"), _check_part(archive, "test")
    if train < MINIMUM_TRAIN or test < MINIMUM_TEST:
        raise DataError(
            f"holds {train} training and {test} test digits, and at least {MINIMUM_TRAIN} and "
            f"{MINIMUM_TEST} are needed"
        )
    return train, test


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open an .npz file; whatever goes wrong while it is open becomes a DataError in words."""
    try:
        if not zipfile.is_zipfile(path):
            raise DataError(_not_a_zip(path))
        with zipfile.ZipFile(path) as archive:
            yield archive
    except DataError:
        raise
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror or error})") from error
    # zipfile, zlib and numpy raise a dozen kinds of exception on damaged bytes.
    except Exception as error:
        detail = str(error).partition("\n")[0] or type(error).__name__
        raise DataError(f"is damaged ({detail})") from error


def _not_a_zip(path: Path) -> str:
    with path.open("rb") as file:
        begins_as_zip = file.read(2) == b"PK"
    size = f"{path.stat().st_size:,} bytes"
    return f"is cut off after {size}" if begins_as_zip else f"is not an .npz file ({size})"


def _check_part(archive: zipfile.ZipFile, part: str) -> int:
    shape, dtype = _header(archive, f"x_{part}")
    if shape[1:] != (28, 28) or dtype != np.uint8:
        found = f"x_{part} of shape {shape} and type {dtype}"
        raise DataError(f"holds {found} instead of (number of images, 28, 28) and uint8")
    label_shape, label_dtype = _header(archive, f"y_{part}")
    if label_shape != shape[:1] or label_dtype.kind not in "iu":
        found = f"y_{part} of shape {label_shape} and type {label_dtype}"
        raise DataError(f"holds {found} instead of one whole number for each of {shape[0]} images")
    _read_labels(archive, part)
    return shape[0]


def _header(archive: zipfile.ZipFile, name: str) -> tuple[tuple[int, ...], np.dtype]:
    """Shape and type of an array in an .npz file, without reading the array."""
    if f"{name}.npy" not in archive.namelist():
        raise DataError(f"holds no array {name}")
    with archive.open(f"{name}.npy") as member:
        return _read_header(member)


def _read_header(member: IO[bytes]) -> tuple[tuple[int, ...], np.dtype]:
    version = np.lib.format.read_magic(member)
    read = (
        np.lib.format.read_array_header_1_0
        if version == (1, 0)
        else np.lib.format.read_array_header_2_0
    )
    shape, _, dtype = read(member)
    return shape, dtype


def read_digits(path: Path, part: str) -> Digits:
    """Return the "train" or the "test" digits of a file, or raise `DataError`."""
    with _opened(path) as archive:
        with archive.open(f"x_{part}.npy") as member:
            images = np.load(member, allow_pickle=False)
        return _read_only(images, _read_labels(archive, part))


def _read_labels(archive: zipfile.ZipFile, part: str) -> NDArray[np.uint8]:
    with archive.open(f"y_{part}.npy") as member:
        labels = np.load(member, allow_pickle=False)
    wrong = labels[(labels < 0) | (labels > 9)]
    if wrong.size:
        raise DataError(f"holds the label {wrong[0]} in y_{part}, and labels are 0 to 9")
    return labels.astype(np.uint8)


def read_labels(path: Path, part: str) -> NDArray[np.uint8]:
    """Return the labels alone of a file's "train" or "test" digits, or raise `DataError`."""
    with _opened(path) as archive:
        return _read_labels(archive, part)


def read_first_digits(path: Path, count: int) -> Digits:
    """Return the first `count` training digits of a file, and read no more, or raise `DataError`.

    Args:
        path: a file that `count_digits` found in order.
        count: how many; fewer where the file has fewer.
    """
    with _opened(path) as archive:
        shape, _ = _header(archive, "x_train")
        labels = _read_labels(archive, "train")[:count]
        with archive.open("x_train.npy") as member:
            _read_header(member)
            pixels = member.read(len(labels) * shape[1] * shape[2])
    return _read_only(np.frombuffer(pixels, np.uint8).reshape(-1, *shape[1:]), labels)


def take(digits: Digits, index: NDArray[np.intp]) -> Digits:
    """Return some of the digits, read-only."""
    return _read_only(digits.images[index], digits.labels[index])


def _read_only(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Digits:
    images.setflags(write=False)
    labels.setflags(write=False)
    return Digits(images, labels)

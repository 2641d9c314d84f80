"""The first training digits in the file's order, and how many there are of each class."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.data.mnist import NOT_HERE, DataError, DatasetName, Digits, find_source, read_sample
from cnn.data.mnist_file import Fingerprint, fingerprint_of, read_digits, read_labels, take
from cnn.network.layers import CLASSES


class LabelCounts(NamedTuple):
    """The number of digits of each class."""

    train: NDArray[np.intp]
    """(10,), with those held out for validation."""
    test: NDArray[np.intp]
    """(10,)."""


def label_counts(name: DatasetName) -> LabelCounts:
    """Return how often each digit occurs, without reading the images of the whole of MNIST.

    Raises:
        DataError: the whole of MNIST was asked for and is not here, or is damaged.
    """
    if name == "sample":
        return LabelCounts(*(_count(part.labels) for part in read_sample()))
    return _counts_of(_mnist())


def first_training_digits(name: DatasetName, count: int) -> Digits:
    """Return the first training digits in the file's own order: `x_train[:count]`.

    Raises:
        DataError: the whole of MNIST was asked for and is not here, or is damaged.
    """
    if name == "sample":
        return take(read_sample()[0], np.arange(count))
    return _first_of(_mnist(), count)


def _mnist() -> Fingerprint:
    source, problems = find_source()
    if source.path is None:
        raise DataError(" ".join(problems) or NOT_HERE)
    return fingerprint_of(source.path)


@lru_cache(maxsize=2)
def _counts_of(file: Fingerprint) -> LabelCounts:
    return LabelCounts(*(_count(read_labels(file.path, part)) for part in ("train", "test")))


@lru_cache(maxsize=2)
def _first_of(file: Fingerprint, count: int) -> Digits:
    return take(read_digits(file.path, "train"), np.arange(count))


def _count(labels: NDArray[np.uint8]) -> NDArray[np.intp]:
    return np.bincount(labels, minlength=CLASSES)

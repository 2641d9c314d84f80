"""The tutorial: its script, step by step, its digits, and what its network and variants reach.

The accuracies were measured on the whole of MNIST with the seeds 0, 1 and 2: `python -m cnn train
--preset article --set seed=0`, then the same with `--set scale_pixels=true`, with `--set
pool_after=1,2`, and with both. On a CPU, November 2026.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnn.data.mnist import DatasetName, Digits, read, read_sample
from cnn.data.mnist_file import Fingerprint, read_digits, read_labels, take
from cnn.hyperparameters import Hyperparameters
from cnn.network.layers import CLASSES

SCRIPT = Path(__file__).parents[1] / "training" / "tutorial.py"
Counts: TypeAlias = NDArray[np.intp]
_STEP = re.compile(r"^# %% (.+)\n", re.MULTILINE)


class Variant(NamedTuple):
    """One network, trained with three seeds on the whole of MNIST."""

    name: str
    hyperparameters: Hyperparameters
    """With seed 0."""
    accuracies: tuple[float, ...]
    """On the 10,000 test digits, with the seeds 0, 1 and 2."""

    @property
    def mean(self) -> float:
        """Of the accuracies."""
        return sum(self.accuracies) / len(self.accuracies)


_BOTH = Hyperparameters(scale_pixels=True, pool_after=(1, 2))
VARIANTS = (
    Variant("The tutorial's network", Hyperparameters(), (0.9711, 0.9758, 0.9675)),
    Variant("With scaled pixels", Hyperparameters(scale_pixels=True), (0.9829, 0.9834, 0.9837)),
    Variant("With pooling", Hyperparameters(pool_after=(1, 2)), (0.9733, 0.9752, 0.9788)),
    Variant("With both", _BOTH, (0.9780, 0.9804, 0.9829)),
)


@lru_cache(maxsize=1)
def tutorial_code() -> dict[str, str]:
    """Return the code of each step by its name, in order; together it is the whole script."""
    _, *parts = _STEP.split(SCRIPT.read_text("utf-8"))
    return {name: code.strip() for name, code in zip(parts[::2], parts[1::2], strict=True)}


def label_counts(name: DatasetName) -> tuple[Counts, Counts]:
    """Return how many training and test digits there are of each class, (10,) each.

    Digits held out for validation are among the former. Images of the whole of MNIST aren't read.

    Raises:
        DataError: the whole of MNIST was asked for and is not here, or is damaged.
    """

    def of_sample() -> tuple[Counts, Counts]:
        train, test = read_sample()
        return _count(train.labels), _count(test.labels)

    return read(name, _counts_of, of_sample)


def first_training_digits(name: DatasetName, count: int) -> Digits:
    """Return the first training digits in the file's own order: `x_train[:count]`.

    Raises:
        DataError: the whole of MNIST was asked for and is not here, or is damaged.
    """
    index = np.arange(count)
    return read(name, lambda file: _first_of(file, count), lambda: take(read_sample()[0], index))


@lru_cache(maxsize=2)
def _counts_of(file: Fingerprint) -> tuple[Counts, Counts]:
    return _count(read_labels(file.path, "train")), _count(read_labels(file.path, "test"))


@lru_cache(maxsize=2)
def _first_of(file: Fingerprint, count: int) -> Digits:
    return take(read_digits(file.path, "train"), np.arange(count))


def _count(labels: NDArray[np.uint8]) -> Counts:
    return np.bincount(labels, minlength=CLASSES)

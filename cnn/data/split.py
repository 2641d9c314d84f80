"""Which training digits are held out to choose by: always the same ones."""

import numpy as np
from numpy.typing import NDArray

SPLIT_SEED = 28


def held_out(train: int) -> int:
    """Return how many training digits validate: 5,000 of MNIST's 60,000."""
    return max(10, train // 12)


def split(labels: NDArray[np.uint8], held_out: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return which digits train, shuffled, and which validate; all ten have their share in both.

    These are scikit-learn's `train_test_split(…, stratify=labels, random_state=28)`, in numpy
    alone, so that a script can have the same ones.
    """
    random = np.random.RandomState(SPLIT_SEED)
    counts = np.bincount(labels, minlength=10)
    train_counts = _shares(counts, len(labels) - held_out, random)
    validation_counts = _shares(counts - train_counts, held_out, random)
    train, validation = [], []
    for digit, (first, second) in enumerate(zip(train_counts, validation_counts, strict=True)):
        if counts[digit]:
            indices = random.permutation(np.flatnonzero(labels == digit))
            train.append(indices[:first])
            validation.append(indices[first : first + second])
    return random.permutation(np.concatenate(train)), random.permutation(np.concatenate(validation))


def _shares(
    counts: NDArray[np.intp], drawn: int, random: np.random.RandomState
) -> NDArray[np.intp]:
    """Return how many to draw of each digit, (10,), as close to its share as whole numbers get."""
    exact = counts / counts.sum() * drawn
    shares = np.floor(exact).astype(int)
    for remainder in np.unique(exact - shares)[::-1]:  # the largest first, ties by chance
        missing = drawn - shares.sum()
        if missing <= 0:
            break
        tied = np.flatnonzero(exact - np.floor(exact) == remainder)
        shares[random.choice(tied, min(len(tied), missing), replace=False)] += 1
    return shares

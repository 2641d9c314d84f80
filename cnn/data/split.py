"""Which training digits are held out for validation: always the same ones."""

import numpy as np
from numpy.typing import NDArray

SPLIT_SEED = 28


def held_out(train: int) -> int:
    """Return how many training digits validate: 5,000 of MNIST's 60,000."""
    return max(10, train // 12)


def split(labels: NDArray[np.uint8], held_out: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the indices of the digits that train, shuffled, and of those that validate.

    Each class has the same share in both, unless there is a single image of one.
    """
    from sklearn.model_selection import train_test_split  # takes a second, and few pages need it

    counts = np.bincount(labels)
    train, validation = train_test_split(
        np.arange(len(labels)),
        test_size=held_out,
        stratify=labels if counts[counts > 0].min() > 1 else None,
        random_state=SPLIT_SEED,
    )
    return train, validation

"""Which training digits are held out to choose by: always the same ones."""

import numpy as np
from numpy.typing import NDArray

SPLIT_SEED = 28


def held_out(train: int) -> int:
    """Return how many training digits validate: 5,000 of MNIST's 60,000."""
    return max(10, train // 12)


def split(labels: NDArray[np.uint8], held_out: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return which digits train, shuffled, and which validate; all ten have their share in both."""
    from sklearn.model_selection import train_test_split  # a second to import: not for each page

    sizes = np.bincount(labels)
    stratify = labels if sizes[sizes > 0].min() > 1 else None
    train, validation = train_test_split(
        np.arange(len(labels)), test_size=held_out, random_state=SPLIT_SEED, stratify=stratify
    )
    return train, validation

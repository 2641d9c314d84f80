"""Which training digits are held out for validation: always the same ones."""

import numpy as np
from numpy.typing import NDArray

from cnn.data.mnist_file import DataError

SPLIT_SEED = 28


def held_out(train: int) -> int:
    """Return how many training digits validate: 5,000 of MNIST's 60,000."""
    return max(10, train // 12)


def split(labels: NDArray[np.uint8], held_out: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the indices of the digits that train, shuffled, and of those that validate.

    Each class has the same share in both.

    Raises:
        DataError: there is one image of a class, which can't be in both.
    """
    from sklearn.model_selection import train_test_split  # takes a second, and few pages need it

    try:
        train, validation = train_test_split(
            np.arange(len(labels)), test_size=held_out, stratify=labels, random_state=SPLIT_SEED
        )
    except ValueError as error:
        raise DataError(f"cannot be split into training and validation digits: {error}") from error
    return train, validation

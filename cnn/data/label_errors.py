"""The test digits of MNIST whose labels people found wrong.

Northcutt, Athalye and Mueller, "Pervasive Label Errors in Test Sets Destabilize Machine Learning
Benchmarks", 2021, https://arxiv.org/abs/2103.14749: an algorithm proposed labels that might be
wrong, and human raters, who did not know them, looked at each picture again.
"""

import zlib

import numpy as np
from numpy.typing import NDArray

SOURCE = "Northcutt, Athalye and Mueller 2021"
SOURCE_ADDRESS = "https://arxiv.org/abs/2103.14749"

# Indices into MNIST's test set.
LABEL_ERRORS = (
    *(947, 1621, 1901, 2130, 2462, 2597, 2654, 3520),
    *(3558, 5937, 6651, 6783, 8527, 9679, 9729),
)
_MNIST_DIGITS = 10_000
_MNIST_CHECKSUM = 4001760473  # CRC-32 of the labels in MNIST's order


def is_mnist_test(labels: NDArray[np.uint8]) -> bool:
    """Return whether these are the labels of MNIST's own 10,000 test digits, in their order."""
    return len(labels) == _MNIST_DIGITS and zlib.crc32(labels.tobytes()) == _MNIST_CHECKSUM


def has_label_error(labels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return for each digit, (n,), whether its label was found wrong.

    Labels that are not those of MNIST's own test digits have no known errors.
    """
    is_error = np.zeros(len(labels), dtype=bool)
    if is_mnist_test(labels):
        is_error[list(LABEL_ERRORS)] = True
    return is_error


def accuracy_without_label_errors(
    labels: NDArray[np.uint8], correct: NDArray[np.bool_]
) -> float | None:
    """Return the accuracy, 0 to 1, on all digits but those, or None if there are none of those.

    Labels of all test digits, and whether the predictions equal them, are (n,).
    """
    is_error = has_label_error(labels)
    return float(correct[~is_error].mean()) if is_error.any() else None

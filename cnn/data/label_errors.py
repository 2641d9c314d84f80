"""The test digits of MNIST whose labels people found wrong.

Northcutt, Athalye and Mueller, "Pervasive Label Errors in Test Sets Destabilize Machine Learning
Benchmarks", 2021, https://arxiv.org/abs/2103.14749: an algorithm proposed labels that might be
wrong, and human raters, who did not know them, looked at each picture again.
"""

import zlib
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.evaluation.predictions import Predictions

SOURCE = "Northcutt, Athalye and Mueller 2021"
SOURCE_ADDRESS = "https://arxiv.org/abs/2103.14749"

# Indices into MNIST's test set.
LABEL_ERRORS = (
    *(947, 1621, 1901, 2130, 2462, 2597, 2654, 3520),
    *(3558, 5937, 6651, 6783, 8527, 9679, 9729),
)
_MNIST_DIGITS = 10_000
_MNIST_CHECKSUM = 4001760473  # CRC-32 of the labels in MNIST's order


class WithAndWithout(NamedTuple):
    """How much is read right, 0 to 1."""

    with_wrong_labels: float
    without_wrong_labels: float


def are_mnists(labels: NDArray[np.uint8]) -> bool:
    """Return whether these are the labels of MNIST's own 10,000 test digits, in their order."""
    return len(labels) == _MNIST_DIGITS and zlib.crc32(labels.tobytes()) == _MNIST_CHECKSUM


def has_label_error(labels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return for each digit, (n,), whether its label was found wrong.

    Nothing is known of digits that are not MNIST's own test digits: none of them is marked.
    """
    marks = np.zeros(len(labels), dtype=bool)
    if are_mnists(labels):
        marks[list(LABEL_ERRORS)] = True
    return marks


def accuracy_with_and_without(predictions: Predictions) -> WithAndWithout | None:
    """Return the accuracy on all test digits and on those with undoubted labels.

    None if there is no digit among them whose label was found wrong.
    """
    marks = has_label_error(predictions.labels)
    if not marks.any():
        return None
    correct = predictions.correct
    return WithAndWithout(float(correct.mean()), float(correct[~marks].mean()))

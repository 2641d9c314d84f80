"""How much a network reads right, of all digits and of each."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.architecture import CLASSES
from cnn.evaluation.predictions import Predictions


class ClassAccuracy(NamedTuple):
    """How one digit is read."""

    digit: int
    correct: int
    total: int

    @property
    def accuracy(self) -> float | None:
        """The share read right, 0 to 1; None without any such digit."""
        return self.correct / self.total if self.total else None


def accuracy(predictions: Predictions) -> float:
    """Return the share of digits read right, 0 to 1."""
    return float(predictions.correct.mean())


def confusion_matrix(predictions: Predictions) -> NDArray[np.intp]:
    """Return how often each digit was read as each: (10, 10), rows actual, columns predicted.

    Equal to scikit-learn's, whose import alone would keep the page waiting for seconds.
    """
    pairs = predictions.labels.astype(np.intp) * CLASSES + predictions.predicted
    return np.bincount(pairs, minlength=CLASSES**2).reshape(CLASSES, CLASSES)


def accuracy_per_class(predictions: Predictions) -> tuple[ClassAccuracy, ...]:
    """Return for each of the ten digits how many there are and how many are read right."""
    matrix = confusion_matrix(predictions)
    return tuple(
        ClassAccuracy(digit, int(matrix[digit, digit]), int(matrix[digit].sum()))
        for digit in range(CLASSES)
    )

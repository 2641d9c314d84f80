"""How much a network reads right, of all digits and of each.

Counted by NumPy: equal to scikit-learn's, whose import alone would keep the page waiting.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.evaluation.predictions import Predictions
from cnn.network.layers import CLASSES


class ClassMetrics(NamedTuple):
    """How one digit is read. Shares are 0 to 1, and None where there is nothing to divide."""

    digit: int
    correct: int
    """Pictures of this digit that are read as it."""
    total: int
    """Pictures of this digit."""
    answered: int
    """Pictures that are read as this digit."""

    @property
    def precision(self) -> float | None:
        """Of what is read as this digit, the share that is it."""
        return self.correct / self.answered if self.answered else None

    @property
    def recall(self) -> float | None:
        """Of the pictures of this digit, the share read right."""
        return self.correct / self.total if self.total else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall."""
        both = self.total + self.answered
        return 2 * self.correct / both if both else None


class MacroAverage(NamedTuple):
    """The mean of each figure over the digits, each digit counting the same."""

    precision: float
    recall: float
    f1: float


def accuracy(predictions: Predictions) -> float:
    """Return the share of digits read right, 0 to 1."""
    return float(predictions.correct.mean())


def confusion_matrix(predictions: Predictions) -> NDArray[np.intp]:
    """Return how often each digit was read as each: (10, 10), rows actual, columns predicted."""
    pairs = predictions.labels.astype(np.intp) * CLASSES + predictions.predicted
    return np.bincount(pairs, minlength=CLASSES**2).reshape(CLASSES, CLASSES)


def metrics_per_class(matrix: NDArray[np.intp]) -> tuple[ClassMetrics, ...]:
    """Return how each digit is read, from a confusion matrix with rows actual."""
    total, answered = matrix.sum(axis=1), matrix.sum(axis=0)
    return tuple(
        ClassMetrics(digit, int(matrix[digit, digit]), int(total[digit]), int(answered[digit]))
        for digit in range(len(matrix))
    )


def macro_average(classes: Sequence[ClassMetrics]) -> MacroAverage:
    """Return the mean of precision, recall and F1 over the digits that are there or answered.

    As scikit-learn has it: a figure with nothing to divide counts as 0.
    """
    there = [one for one in classes if one.total or one.answered]
    figures = [(one.precision or 0, one.recall or 0, one.f1 or 0) for one in there]
    return MacroAverage(*np.mean(figures, axis=0).tolist())

"""Accuracy, confusion matrix, and precision, recall and F1 of each class."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.evaluation.predictions import Predictions
from cnn.network.layers import CLASSES


class ClassMetrics(NamedTuple):
    """The metrics of one digit, 0 to 1; None where there is nothing to divide by."""

    digit: int
    correct: int
    """True positives: digits of this class that are predicted as it."""
    support: int
    """Digits of this class."""
    predicted: int
    """Digits that are predicted as this class."""

    @property
    def precision(self) -> float | None:
        """True positives among the predicted."""
        return self.correct / self.predicted if self.predicted else None

    @property
    def recall(self) -> float | None:
        """True positives among the digits of this class: its accuracy."""
        return self.correct / self.support if self.support else None

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall."""
        both = self.support + self.predicted
        return 2 * self.correct / both if both else None


def accuracy(predictions: Predictions) -> float:
    """Return the share of correct predictions, 0 to 1."""
    return float(predictions.correct.mean())


def confusion_matrix(predictions: Predictions) -> NDArray[np.intp]:
    """Return the count of each pair, (10, 10): rows true label, columns predicted."""
    pairs = predictions.labels.astype(np.intp) * CLASSES + predictions.predicted
    return np.bincount(pairs, minlength=CLASSES**2).reshape(CLASSES, CLASSES)


def metrics_per_class(matrix: NDArray[np.intp]) -> tuple[ClassMetrics, ...]:
    """Return the metrics of each digit from a confusion matrix."""
    columns = (np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0))
    counts = np.stack(columns, axis=1).tolist()
    return tuple(ClassMetrics(digit, *row) for digit, row in enumerate(counts))


def macro_average(classes: Sequence[ClassMetrics]) -> tuple[float, float, float]:
    """Return the means of precision, recall and F1 over the classes that occur or are predicted.

    As in scikit-learn, a metric with nothing to divide by counts as 0.
    """
    there = [one for one in classes if one.support or one.predicted]
    metrics = [(one.precision or 0, one.recall or 0, one.f1 or 0) for one in there]
    precision, recall, f1 = np.mean(metrics, axis=0).tolist()
    return precision, recall, f1

"""Calibration: how often predictions are correct, compared with their confidence.

Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017,
https://arxiv.org/abs/1706.04599: the reliability diagram and the expected calibration error.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cnn.evaluation.predictions import Predictions

DIAGRAM_BINS = 10
HISTOGRAM_BINS = 20


class ConfidenceBin(NamedTuple):
    """The predictions whose confidence is above `lower` and at most `upper`."""

    lower: float
    upper: float
    correct: int
    mistakes: int
    confidence: float
    """The mean of their confidence, 0 to 1; NaN if there are none."""

    @property
    def total(self) -> int:
        """The number of predictions."""
        return self.correct + self.mistakes

    @property
    def accuracy(self) -> float:
        """The share of them that is correct, 0 to 1; NaN if there are none."""
        return self.correct / self.total if self.total else float("nan")


def confidence_bins(predictions: Predictions, bins: int) -> tuple[ConfidenceBin, ...]:
    """Return the predictions in this many bins of equal width from 0 to 1, empty ones too."""
    edges = np.linspace(0, 1, bins + 1)
    index = np.searchsorted(edges[1:-1], predictions.confidence)
    total = np.bincount(index, minlength=bins)
    correct = np.bincount(index[predictions.correct], minlength=bins)
    sums = np.bincount(index, weights=predictions.confidence, minlength=bins)
    with np.errstate(invalid="ignore"):
        columns = (edges[:-1], edges[1:], correct, total - correct, sums / total)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return tuple(ConfidenceBin(*row) for row in rows)


def reliability_diagram(predictions: Predictions) -> tuple[ConfidenceBin, ...]:
    """Return the points of the diagram: ten bins of equal width without the empty ones."""
    return tuple(one for one in confidence_bins(predictions, DIAGRAM_BINS) if one.total)


def expected_calibration_error(diagram: Sequence[ConfidenceBin]) -> float:
    """Return the mean difference of confidence and accuracy, 0 to 1, weighted by bin size."""
    everything = sum(one.total for one in diagram)
    return sum(one.total * abs(one.accuracy - one.confidence) for one in diagram) / everything

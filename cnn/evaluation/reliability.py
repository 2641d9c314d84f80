"""Whether a network is as often right as it is sure.

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
    """The answers whose confidence is above `lower` and at most `upper`."""

    lower: float
    upper: float
    right: int
    wrong: int
    confidence: float
    """The mean of their confidence, 0 to 1; NaN without answers."""

    @property
    def total(self) -> int:
        """How many answers there are."""
        return self.right + self.wrong

    @property
    def accuracy(self) -> float:
        """The share of them that is right, 0 to 1; NaN without answers."""
        return self.right / self.total if self.total else float("nan")


def confidence_bins(predictions: Predictions, bins: int) -> tuple[ConfidenceBin, ...]:
    """Return the answers in this many bins of equal width from 0 to 1, empty ones too."""
    edges = np.linspace(0, 1, bins + 1)
    place = np.searchsorted(edges[1:-1], predictions.confidence)
    total = np.bincount(place, minlength=bins)
    right = np.bincount(place[predictions.correct], minlength=bins)
    sums = np.bincount(place, weights=predictions.confidence, minlength=bins)
    return tuple(
        ConfidenceBin(
            float(edges[number]),
            float(edges[number + 1]),
            int(right[number]),
            int(total[number] - right[number]),
            float(sums[number] / total[number]) if total[number] else float("nan"),
        )
        for number in range(bins)
    )


def reliability_diagram(predictions: Predictions) -> tuple[ConfidenceBin, ...]:
    """Return the points of the diagram: ten bins of equal width, those without answers left out."""
    return tuple(one for one in confidence_bins(predictions, DIAGRAM_BINS) if one.total)


def expected_calibration_error(diagram: Sequence[ConfidenceBin]) -> float:
    """Return by how much confidence and accuracy differ on average, 0 to 1.

    Each bin counts by its share of all answers.
    """
    everything = sum(one.total for one in diagram)
    return sum(one.total * abs(one.accuracy - one.confidence) for one in diagram) / everything

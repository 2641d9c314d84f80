"""Which digits to show, and in which order."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.evaluation.predictions import Predictions

KINDS = ("All", "Mistakes", "Correct")
ORDERS = (
    "Lowest confidence",
    "Highest confidence",
    "Highest loss",
    "Lowest loss",
    "Test set order",
)


class DigitFilter(NamedTuple):
    """Which digits are shown; the default of each field leaves all of them in."""

    kind: str = "All"
    """One of `KINDS`."""
    label: int | None = None
    """Only this true digit."""
    predicted: int | None = None
    """Only this predicted digit."""
    min_confidence: float = 0.0
    max_confidence: float = 1.0
    only_label_errors: bool = False
    """Only digits whose label was found wrong."""
    order: str = "Test set order"
    """One of `ORDERS`, which name what comes first; ties keep the test's order."""


NO_FILTER = DigitFilter()


def confidence_percent(confidence: float) -> str:
    """Return a confidence as 61%, and never a false 100%."""
    return "> 99%" if confidence > 0.99 else f"{confidence:.0%}"


def select(predictions: Predictions, chosen: DigitFilter = NO_FILTER) -> NDArray[np.intp]:
    """Return the indices of the digits that the filter shows, in its order."""
    indices = np.flatnonzero(_is_shown(predictions, chosen))
    if chosen.order == "Test set order":
        return indices
    by = predictions.losses if "loss" in chosen.order else predictions.confidence
    sign = -1 if chosen.order.startswith("Highest") else 1
    return indices[np.argsort(sign * by[indices], kind="stable")]


def _is_shown(predictions: Predictions, chosen: DigitFilter) -> NDArray[np.bool_]:
    """Return for each digit, (n,), whether the filter shows it."""
    confidence = predictions.confidence
    shown = (chosen.min_confidence <= confidence) & (confidence <= chosen.max_confidence)
    if chosen.kind != "All":
        shown &= predictions.correct == (chosen.kind == "Correct")
    if chosen.label is not None:
        shown &= predictions.labels == chosen.label
    if chosen.predicted is not None:
        shown &= predictions.predicted == chosen.predicted
    if chosen.only_label_errors:
        shown &= predictions.label_errors
    return shown

"""Which digits to show, and in which order."""

from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from cnn.data.label_errors import has_label_error
from cnn.evaluation.predictions import Predictions
from cnn.network.layers import CLASSES

Kind = Literal["all", "mistakes", "correct"]
Order = Literal[
    "test order",
    "lowest confidence first",
    "highest confidence first",
    "highest loss first",
    "lowest loss first",
]


class DigitFilter(NamedTuple):
    """Which digits are shown; the default of each field leaves all of them in."""

    kind: Kind = "all"
    label: int | None = None
    """Only this true digit."""
    predicted: int | None = None
    """Only this predicted digit."""
    min_confidence: float = 0.0
    max_confidence: float = 1.0
    only_label_errors: bool = False
    """Only digits whose label was found wrong."""
    order: Order = "test order"
    """As in the test set, by confidence or by loss; ties keep the test's order."""


NO_FILTER = DigitFilter()


def confidence_percent(confidence: float) -> str:
    """Return a confidence as 61%, and never a false 100%."""
    return "> 99%" if confidence > 0.99 else f"{confidence:.0%}"


def select(predictions: Predictions, chosen: DigitFilter = NO_FILTER) -> NDArray[np.intp]:
    """Return the indices of the digits that the filter shows, in its order.

    Raises:
        ValueError: the filter holds an unknown choice.
    """
    _check(chosen)
    indices = np.flatnonzero(_is_shown(predictions, chosen))
    if chosen.order == "test order":
        return indices
    by = predictions.losses if "loss" in chosen.order else predictions.confidence
    sign = -1 if chosen.order.startswith("highest") else 1
    return indices[np.argsort(sign * by[indices], kind="stable")]


def _is_shown(predictions: Predictions, chosen: DigitFilter) -> NDArray[np.bool_]:
    """Return for each digit, (n,), whether the filter shows it."""
    confidence = predictions.confidence
    shown = (chosen.min_confidence <= confidence) & (confidence <= chosen.max_confidence)
    if chosen.kind != "all":
        shown &= predictions.correct == (chosen.kind == "correct")
    if chosen.label is not None:
        shown &= predictions.labels == chosen.label
    if chosen.predicted is not None:
        shown &= predictions.predicted == chosen.predicted
    if chosen.only_label_errors:
        shown &= has_label_error(predictions.labels)
    return shown


def _check(chosen: DigitFilter) -> None:
    digits = (None, *range(CLASSES))
    choices = {"kind": get_args(Kind), "order": get_args(Order)}
    for name, allowed in (choices | {"label": digits, "predicted": digits}).items():
        if (value := getattr(chosen, name)) not in allowed:
            among = ", ".join(map(str, allowed))
            raise ValueError(f"{name} must be one of {among}, not {value!r}.")
    if not 0 <= chosen.min_confidence <= chosen.max_confidence <= 1:
        raise ValueError(
            "Confidence is from 0 to 1, the minimum first, "
            f"not from {chosen.min_confidence} to {chosen.max_confidence}."
        )

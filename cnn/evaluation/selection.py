"""Which digits to look at, and in which order."""

from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from cnn.data.label_errors import has_label_error
from cnn.evaluation.predictions import Predictions
from cnn.network.layers import CLASSES

Kind = Literal["all", "mistakes", "correct"]
Order = Literal[
    "test order", "least sure first", "most sure first", "highest loss first", "lowest loss first"
]


class DigitFilter(NamedTuple):
    """Which digits are asked for; what is not named leaves all of them in."""

    kind: Kind = "all"
    """All of them, only the mistakes, or only those read right."""
    label: int | None = None
    """Only pictures of this digit, the one really written."""
    read_as: int | None = None
    """Only those that the network reads as this digit."""
    least_sure: float = 0.0
    """The lowest confidence, 0 to 1."""
    most_sure: float = 1.0
    """The highest confidence, 0 to 1."""
    only_wrong_labels: bool = False
    """Only those whose label was found wrong."""
    order: Order = "test order"
    """As in the test set, by confidence or by loss; equal ones keep the test's order."""


NO_FILTER = DigitFilter()


def confidence_percent(confidence: float) -> str:
    """Return a confidence as a person would say it: 61 %, and never a false 100 %."""
    return "> 99 %" if confidence > 0.99 else f"{confidence * 100:.0f} %"


def select(predictions: Predictions, chosen: DigitFilter = NO_FILTER) -> NDArray[np.intp]:
    """Return the indices of the digits asked for, in the order asked for.

    Raises:
        ValueError: the filter holds what is none of the choices.
    """
    _check(chosen)
    return _in_order(np.flatnonzero(_wanted(predictions, chosen)), predictions, chosen.order)


def _wanted(predictions: Predictions, chosen: DigitFilter) -> NDArray[np.bool_]:
    """Return for each digit, (n,), whether it is asked for."""
    confidence = predictions.confidence
    wanted = (chosen.least_sure <= confidence) & (confidence <= chosen.most_sure)
    if chosen.kind != "all":
        wanted &= predictions.correct == (chosen.kind == "correct")
    if chosen.label is not None:
        wanted &= predictions.labels == chosen.label
    if chosen.read_as is not None:
        wanted &= predictions.predicted == chosen.read_as
    if chosen.only_wrong_labels:
        wanted &= has_label_error(predictions.labels)
    return wanted


def _in_order(
    indices: NDArray[np.intp], predictions: Predictions, order: Order
) -> NDArray[np.intp]:
    if order == "test order":
        return indices
    by = predictions.losses if "loss" in order else predictions.confidence
    sign = -1 if order in ("most sure first", "highest loss first") else 1
    return indices[np.argsort(sign * by[indices], kind="stable")]


def _check(chosen: DigitFilter) -> None:
    _check_choice("kind", chosen.kind, get_args(Kind))
    _check_choice("order", chosen.order, get_args(Order))
    _check_choice("label", chosen.label, (None, *range(CLASSES)))
    _check_choice("read_as", chosen.read_as, (None, *range(CLASSES)))
    if not 0 <= chosen.least_sure <= chosen.most_sure <= 1:
        raise ValueError(
            "Confidence goes from 0 to 1, the lower bound first, "
            f"not from {chosen.least_sure} to {chosen.most_sure}."
        )


def _check_choice(name: str, value: object, choices: tuple[object, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(str, choices))}, not {value!r}.")

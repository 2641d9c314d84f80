"""Which digits to look at, and in which order."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from cnn.architecture import CLASSES
from cnn.evaluation.predictions import Predictions

Kind = Literal["all", "mistakes", "correct"]
Order = Literal["least sure first", "most sure first", "test order"]


def percent_sure(confidence: float) -> str:
    """Return a confidence as a person would say it: 61 %, and never a false 100 %."""
    return "> 99 %" if confidence > 0.99 else f"{confidence * 100:.0f} %"


def select(
    predictions: Predictions,
    kind: Kind = "all",
    digit: int | None = None,
    order: Order = "test order",
) -> NDArray[np.intp]:
    """Return the indices of the digits asked for, in the order asked for.

    Args:
        kind: all of them, only the mistakes, or only those read right.
        digit: only pictures of this digit (the one really written), or None for all ten.
        order: by confidence, or as in the test set; equal confidence keeps the test's order.

    Raises:
        ValueError: one of the three is none of the choices.
    """
    _check_choice("kind", kind, get_args(Kind))
    _check_choice("order", order, get_args(Order))
    _check_choice("digit", digit, (None, *range(CLASSES)))
    everything = np.ones(len(predictions), dtype=bool)
    wanted = {"all": everything, "mistakes": ~predictions.correct, "correct": predictions.correct}
    of_digit = everything if digit is None else predictions.labels == digit
    indices = np.flatnonzero(wanted[kind] & of_digit)
    if order == "test order":
        return indices
    sign = 1 if order == "least sure first" else -1
    return indices[np.argsort(sign * predictions.confidence[indices], kind="stable")]


def _check_choice(name: str, value: object, choices: tuple[object, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(str, choices))}, not {value!r}.")

"""Charts that show where a network errs."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cnn.evaluation.accuracy import ClassAccuracy
from ui.numbers import percent

# Readable on white and on near-black; cells are tinted by opacity, so the theme shows through.
RIGHT, WRONG = "#4f5bd5", "#e5484d"
_TEXT = "currentColor"  # the page's, light or dark; Vega's own is always black

CONFUSION_HELP = (
    "How often each digit was read as each. A row for the digit really written, a column for what "
    "the network read. Right answers are on the diagonal, everything else is a mistake."
)
CLASSES_HELP = (
    "How many pictures of each digit were read right. The dashed line is the network's accuracy on "
    "all digits: what is left of it is harder than the average."
)


def confusion_chart(matrix: NDArray[np.intp]) -> alt.LayerChart:
    """Return a heat map of a confusion matrix (10, 10), rows actual, columns predicted.

    Mistakes are tinted on a scale of their own: beside the diagonal's hundreds they would vanish.
    """
    table = _cells(matrix)
    x = alt.X("predicted:O", title="Read as", axis=_axis(orient="top", labelAngle=0))
    y = alt.Y("actual:O", title="Really", axis=_axis())
    cells = alt.Chart(table).encode(x=x, y=y, tooltip=alt.Tooltip("meaning:N", title=" "))
    squares = cells.mark_rect(stroke="#8884", strokeWidth=1).encode(
        color=alt.Color("color:N", scale=None), fillOpacity=alt.FillOpacity("tint:Q", scale=None)
    )
    counts = cells.mark_text(fontSize=12, color=_TEXT).encode(text="text:N")
    return alt.LayerChart(layer=[squares, counts], height=390)


def _axis(**settings: Any) -> alt.Axis:
    """Return an axis for digits: labels centred, in the page's colour, for grey is too pale."""
    return alt.Axis(labelColor=_TEXT, titleColor=_TEXT, labelFlush=False, **settings)


def _cells(matrix: NDArray[np.intp]) -> pd.DataFrame:
    """Return one row a cell, with its tint and its meaning in words."""
    actual, predicted = np.indices(matrix.shape).reshape(2, -1)
    count = matrix.ravel()
    right = actual == predicted
    most_mistakes = max(1, count[~right].max())
    shade = 0.12 + 0.48 * np.sqrt(count / most_mistakes)  # roots, so that single ones show
    return pd.DataFrame(
        {
            "actual": actual,
            "predicted": predicted,
            "text": [str(number) if number else "" for number in count],
            "color": np.where(right, RIGHT, WRONG),
            "tint": np.where(right, 0.18, np.where(count > 0, shade, 0)),
            "meaning": [
                f"{number:,} × {a} read as {p}"
                for a, p, number in zip(actual, predicted, count, strict=True)
            ],
        }
    )


def class_chart(classes: Sequence[ClassAccuracy], average: float) -> alt.LayerChart:
    """Return the accuracy of each digit as its distance from the average of all digits."""
    table = pd.DataFrame(
        {
            "digit": one.digit,
            "accuracy": one.accuracy,
            "average": average,
            "name": f"all digits {percent(average)}",
            "label": percent(one.accuracy),
            "meaning": f"{one.total - one.correct:,} of {one.total:,} read wrong",
            "color": RIGHT if one.accuracy >= average else WRONG,
        }
        for one in classes
        if one.accuracy is not None
    )
    lowest = min(0.999, *table["accuracy"])
    room = alt.Scale(domain=[lowest - (1 - lowest) * 0.1, 1], nice=False)
    x = alt.X("accuracy:Q", scale=room, axis=None)
    color = alt.Color("color:N", scale=None)
    rows = alt.Chart(table).encode(
        y=alt.Y("digit:O", title="Digit", axis=_axis()),
        tooltip=alt.Tooltip("meaning:N", title=" "),
    )
    bars = rows.mark_bar(height=3).encode(x=x, x2="average:Q", color=color)
    dots = rows.mark_circle(size=90, opacity=1).encode(x=x, color=color)
    labels = rows.mark_text(align="left", dx=12, color=_TEXT, fontSize=12)
    labels = labels.encode(x=alt.value("width"), text="label:N")
    all_digits = alt.Chart(table.head(1)).encode(x=alt.X("average:Q", scale=room, axis=None))
    line = all_digits.mark_rule(strokeDash=[3, 3], color=_TEXT, opacity=0.6)
    name = all_digits.mark_text(color=_TEXT, dy=-10, fontSize=12).encode(
        y=alt.value(0), text="name:N"
    )
    return alt.LayerChart(layer=[line, name, bars, dots, labels], height=280)


def worst_pair(matrix: NDArray[np.intp]) -> str:
    """Say which mistake is the most frequent, for those who hear the chart."""
    mistakes = matrix - np.diag(np.diag(matrix))
    if not mistakes.any():
        return "Confusion matrix: every digit was read right."
    actual, predicted = np.unravel_index(mistakes.argmax(), mistakes.shape)
    return (
        f"Confusion matrix: the most frequent of {mistakes.sum():,} mistakes is a {actual} "
        f"read as {predicted}, {mistakes.max():,} times."
    )


def hardest_digit(classes: Sequence[ClassAccuracy]) -> str:
    """Say which digit is read worst, for those who hear the chart."""
    hardest = min((one for one in classes if one.total), key=lambda one: one.correct / one.total)
    return (
        f"Accuracy per digit: {hardest.digit} is the hardest, "
        f"{hardest.correct:,} of {hardest.total:,} are read right."
    )

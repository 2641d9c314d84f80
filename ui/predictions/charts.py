"""Charts of accuracy by class, calibration and confidence."""

import math
from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from cnn.evaluation.accuracy import ClassMetrics
from cnn.evaluation.reliability import ConfidenceBin
from cnn.plots.palette import ACCENT, MISTAKE
from ui.shared.number_text import percent

TEXT = "currentColor"  # the page's, light or dark; Vega's own is always black
_ALL = alt.Scale(domain=[0, 1])


def digit_axis(**settings: Any) -> alt.Axis:
    """Return an axis for digits: labels centered, in the page's color, for gray is too pale."""
    return alt.Axis(labelColor=TEXT, titleColor=TEXT, labelFlush=False, **settings)


def share_axis(**settings: Any) -> alt.Axis:
    """Return an axis in percent."""
    quarters = [0, 0.25, 0.5, 0.75, 1]
    return alt.Axis(labelColor=TEXT, titleColor=TEXT, format=".0%", values=quarters, **settings)


def class_chart(classes: Sequence[ClassMetrics], average: float) -> alt.LayerChart:
    """Return the accuracy of each digit as its distance from the accuracy of all digits."""
    table = pd.DataFrame(
        {
            "digit": one.digit,
            "accuracy": one.recall,
            "average": average,
            "name": f"all digits {percent(average)}",
            "label": percent(one.recall),
            "meaning": f"{one.support - one.correct:,} of {one.support:,} are mistakes",
            "color": ACCENT if one.recall >= average else MISTAKE,
        }
        for one in classes
        if one.recall is not None
    )
    lowest = min(0.999, *table["accuracy"])
    zoomed = alt.Scale(domain=[lowest - (1 - lowest) * 0.1, 1], nice=False)
    x = alt.X("accuracy:Q", scale=zoomed, axis=None)
    color = alt.Color("color:N", scale=None)
    rows = alt.Chart(table).encode(
        y=alt.Y("digit:O", title="Digit", axis=digit_axis()),
        tooltip=alt.Tooltip("meaning:N", title=" "),
    )
    bars = rows.mark_bar(height=3).encode(x=x, x2="average:Q", color=color)
    dots = rows.mark_circle(size=90, opacity=1).encode(x=x, color=color)
    labels = rows.mark_text(align="left", dx=12, color=TEXT, fontSize=12)
    labels = labels.encode(x=alt.value("width"), text="label:N")
    all_digits = alt.Chart(table.head(1)).encode(x=alt.X("average:Q", scale=zoomed, axis=None))
    line = all_digits.mark_rule(strokeDash=[3, 3], color=TEXT, opacity=0.6)
    name = all_digits.mark_text(color=TEXT, dy=-10, fontSize=12)
    name = name.encode(y=alt.value(0), text="name:N")
    return alt.LayerChart(layer=[line, name, bars, dots, labels], height=330)


def hardest_digit(classes: Sequence[ClassMetrics]) -> str:
    """Return which digit has the lowest accuracy, as the chart's alternative text."""
    hardest = min((one for one in classes if one.support), key=lambda one: one.recall or 0)
    return (
        f"Accuracy by class: {hardest.digit} is the hardest, "
        f"{hardest.correct:,} of {hardest.support:,} are correct."
    )


def reliability_chart(diagram: Sequence[ConfidenceBin]) -> alt.LayerChart:
    """Return accuracy against confidence, with the diagonal of perfect calibration.

    The more predictions a dot stands for, the larger it is: a few say little.
    """
    table = pd.DataFrame(
        {
            "confidence": one.confidence,
            "accuracy": one.accuracy,
            "size": 25 + 60 * math.log10(one.total),
            "meaning": f"{one.total:,} predictions, mean confidence {percent(one.confidence)}: "
            f"{percent(one.accuracy)} correct",
        }
        for one in diagram
    )
    x = alt.X("confidence:Q", title="Confidence", scale=_ALL, axis=share_axis())
    y = alt.Y("accuracy:Q", title="Accuracy", scale=_ALL, axis=share_axis())
    perfect = alt.Chart(pd.DataFrame({"confidence": [0, 1], "accuracy": [0, 1]}))
    line = perfect.mark_line(strokeDash=[4, 4], color=TEXT, opacity=0.6, strokeWidth=1)
    points = alt.Chart(table).encode(x=x, y=y, tooltip=alt.Tooltip("meaning:N", title=" "))
    path = points.mark_line(color=ACCENT, opacity=0.5)
    dots = points.mark_circle(color=ACCENT, opacity=1).encode(size=alt.Size("size:Q", scale=None))
    return alt.LayerChart(layer=[line.encode(x=x, y=y), path, dots], height=360)


def confidence_chart(bins: Sequence[ConfidenceBin], kind: str) -> alt.Chart:
    """Return a histogram of the confidence of correct predictions, or of mistakes.

    `kind` is "correct" or "mistakes". Each has a chart and a scale of its own: beside thousands of
    correct ones the few mistakes would vanish.
    """
    table = pd.DataFrame(
        {
            "lower": one.lower,
            "upper": one.upper,
            "count": getattr(one, kind),
            "meaning": f"{getattr(one, kind):,} {kind}, "
            f"confidence {percent(one.lower, 0)} to {percent(one.upper, 0)}",
        }
        for one in bins
    )
    counts = alt.Axis(
        labelColor=TEXT, titleColor=TEXT, tickCount=4, format=",d", tickMinStep=1, minExtent=52
    )  # both charts begin at the same place
    x = alt.X(
        "lower:Q",
        bin="binned",
        scale=_ALL,
        axis=share_axis(title="Confidence" if kind == "mistakes" else None),
    )
    y = alt.Y("count:Q", title=kind.capitalize(), axis=counts)
    return (
        alt.Chart(table, height=190)
        .mark_bar(color=ACCENT if kind == "correct" else MISTAKE)
        .encode(x=x, x2="upper:Q", y=y, tooltip=alt.Tooltip("meaning:N", title=" "))
    )

"""Charts of accuracy by class, calibration and confidence."""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from cnn.plots.palette import ACCENT, MISTAKE
from ui.shared.number_text import percent

TEXT = "currentColor"  # the page's, light or dark; Vega's own is always black
MEANING = alt.Tooltip("meaning:N", title=" ")
_ALL = alt.Scale(domain=[0, 1])
SAVED_WIDTH = 440  # pixels of a chart in a file


def axis(**settings: Any) -> alt.Axis:
    """Return an axis in the page's color, for gray is too pale."""
    return alt.Axis(labelColor=TEXT, titleColor=TEXT, **settings)


def share_axis(**settings: Any) -> alt.Axis:
    """Return an axis in percent."""
    return axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1], **settings)


def saved(title: str, *charts: alt.Chart | alt.LayerChart) -> dict[str, Any]:
    """Return charts, one below the other, as the Vega-Lite of a picture with a title."""
    sized = [chart.properties(width=SAVED_WIDTH) for chart in charts]
    picture = sized[0] if len(sized) == 1 else alt.vconcat(*sized)
    return picture.properties(title=alt.Title(title.split("\n"), anchor="start")).to_dict()


def class_chart(classes: pd.DataFrame, average: float) -> alt.LayerChart:
    """Return the accuracy of each digit as its distance from the accuracy of all digits."""
    table = classes.query("support > 0").reset_index()
    mistakes = (table["support"] * (1 - table["recall"])).round().map("{:,.0f}".format)
    table["meaning"] = mistakes + table["support"].map(" of {:,} are mistakes".format)
    table["label"] = table["recall"].map(percent)
    table["color"] = np.where(table["recall"] >= average, ACCENT, MISTAKE)
    lowest = min(0.999, table["recall"].min())
    zoomed = alt.Scale(domain=[lowest - (1 - lowest) * 0.1, 1], nice=False)
    x = alt.X("recall:Q", scale=zoomed, axis=None)
    color = alt.Color("color:N", scale=None)
    y = alt.Y("digit:O", title="Digit", axis=axis(labelFlush=False))
    rows = alt.Chart(table).encode(y=y, tooltip=MEANING)
    bars = rows.mark_bar(height=3).encode(x=x, x2=alt.datum(average), color=color)
    dots = rows.mark_circle(size=90, opacity=1).encode(x=x, color=color)
    labels = rows.mark_text(align="left", dx=12, color=TEXT, fontSize=12)
    labels = labels.encode(x=alt.value("width"), text="label:N")
    all_digits = alt.Chart(table.head(1)).encode(x=alt.XDatum(average, scale=zoomed, axis=None))
    line = all_digits.mark_rule(strokeDash=[3, 3], color=TEXT, opacity=0.6)
    name = all_digits.mark_text(color=TEXT, dy=-10, fontSize=12)
    name = name.encode(y=alt.value(0), text=alt.value(f"all digits {percent(average)}"))
    return alt.LayerChart(layer=[line, name, bars, dots, labels], height=330)


def hardest_digit(classes: pd.DataFrame) -> str:
    """Return which digit has the lowest accuracy, as the chart's alternative text."""
    digit = classes["recall"].idxmin()
    recall, support = classes.loc[digit, ["recall", "support"]]
    return (
        f"Accuracy by class: {digit} is the hardest, "
        f"{percent(recall)} of {support:,.0f} are correct."
    )


def reliability_chart(diagram: pd.DataFrame) -> alt.LayerChart:
    """Return accuracy against confidence, with the diagonal of perfect calibration.

    The more predictions a dot stands for, the larger it is: a few say little.
    """
    meanings = [
        f"{row.total:,} predictions, mean confidence {percent(row.confidence)}: "
        f"{percent(row.accuracy)} correct"
        for row in diagram.itertuples()
    ]
    table = diagram.assign(size=25 + 60 * np.log10(diagram["total"]), meaning=meanings)
    x = alt.X("confidence:Q", title="Confidence", scale=_ALL, axis=share_axis())
    y = alt.Y("accuracy:Q", title="Accuracy", scale=_ALL, axis=share_axis())
    perfect = alt.Chart(pd.DataFrame({"confidence": [0, 1], "accuracy": [0, 1]})).encode(x=x, y=y)
    line = perfect.mark_line(strokeDash=[4, 4], color=TEXT, opacity=0.6, strokeWidth=1)
    points = alt.Chart(table).encode(x=x, y=y, tooltip=MEANING)
    path = points.mark_line(color=ACCENT, opacity=0.5)
    dots = points.mark_circle(color=ACCENT, opacity=1).encode(size=alt.Size("size:Q", scale=None))
    return alt.LayerChart(layer=[line, path, dots], height=360)


def confidence_chart(bins: pd.DataFrame, kind: str) -> alt.Chart:
    """Return a histogram of the confidence of correct predictions, or of mistakes.

    `kind` is "correct" or "mistakes". Each has a chart and a scale of its own: beside thousands of
    correct ones the few mistakes would vanish.
    """
    meanings = [
        f"{row[kind]:,.0f} {kind}, confidence {row['lower']:.0%} to {row['upper']:.0%}"
        for _, row in bins.iterrows()
    ]
    title = "Confidence" if kind == "mistakes" else None
    x = alt.X("lower:Q", bin="binned", scale=_ALL, axis=share_axis(title=title))
    counts = axis(tickCount=4, format=",d", tickMinStep=1, minExtent=52)  # both charts are aligned
    y = alt.Y(f"{kind}:Q", title=kind.capitalize(), axis=counts)
    bars = alt.Chart(bins.assign(meaning=meanings), height=190)
    bars = bars.mark_bar(color=ACCENT if kind == "correct" else MISTAKE)
    return bars.encode(x=x, x2="upper:Q", y=y, tooltip=MEANING)

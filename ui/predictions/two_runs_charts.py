"""Two networks' answers beside each other: the difference of their matrices, and their counts."""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cnn.evaluation.comparison import Comparison

# Blue and orange stand out from both themes' paper, and are told apart by colour-blind people.
MORE_B, MORE_A = "#2e7ede", "#d66214"
_TEXT = "currentColor"

DIFFERENCE_HELP = (
    "B's count less A's in each cell. On the diagonal, blue is good for B: it reads more of these "
    "digits right. Everywhere else, blue means that B makes this mistake more often."
)

_STYLE = """<style>
.split {border-collapse: collapse; font-variant-numeric: tabular-nums}
.split th, .split td {padding: .45rem .9rem; border: 1px solid light-dark(#d9dbe8, #34384d);
  text-align: right}
.split thead th, .split tbody th {font-weight: 400; text-align: left}
.split td {font-size: 1.15rem}
.split .only {font-weight: 700}
</style>"""


def split_html(comparison: Comparison) -> str:
    """Return how many digits both, one or neither reads right, as a table of two rows."""
    counts = {who: f"{comparison.count(who):,}" for who in ("both", "first", "second", "neither")}
    return (
        f'{_STYLE}<table class="split"><thead><tr><td></td><th scope="col">B right</th>'
        '<th scope="col">B wrong</th></tr></thead><tbody>'
        f'<tr><th scope="row">A right</th><td>{counts["both"]}</td>'
        f'<td class="only">{counts["first"]}</td></tr>'
        f'<tr><th scope="row">A wrong</th><td class="only">{counts["second"]}</td>'
        f"<td>{counts['neither']}</td></tr></tbody></table>"
    )


def difference_chart(difference: NDArray[np.intp]) -> alt.LayerChart:
    """Return a heat map of B's confusion matrix less A's, (10, 10), with signed counts."""
    x = alt.X("predicted:O", title="Read as", axis=_axis(orient="top", labelAngle=0))
    y = alt.Y("actual:O", title="Really", axis=_axis())
    cells = alt.Chart(_cells(difference)).encode(
        x=x, y=y, tooltip=alt.Tooltip("meaning:N", title=" ")
    )
    squares = cells.mark_rect(stroke="#8884", strokeWidth=1).encode(
        color=alt.Color("color:N", scale=None), fillOpacity=alt.FillOpacity("tint:Q", scale=None)
    )
    counts = cells.mark_text(fontSize=12, color=_TEXT).encode(text="text:N")
    return alt.LayerChart(layer=[squares, counts], height=390)


def _axis(**settings: Any) -> alt.Axis:
    """Return an axis for digits: labels centred, in the page's colour, for grey is too pale."""
    return alt.Axis(labelColor=_TEXT, titleColor=_TEXT, labelFlush=False, **settings)


def _cells(difference: NDArray[np.intp]) -> pd.DataFrame:
    """Return one row a cell, with its tint and its meaning in words."""
    actual, predicted = np.indices(difference.shape).reshape(2, -1)
    count = difference.ravel()
    shade = 0.12 + 0.48 * np.sqrt(np.abs(count) / max(1, np.abs(count).max()))
    return pd.DataFrame(
        {
            "actual": actual,
            "predicted": predicted,
            "text": [signed(number) if number else "" for number in count.tolist()],
            "color": np.where(count > 0, MORE_B, MORE_A),
            "tint": np.where(count != 0, shade, 0),
            "meaning": [
                cell_words(*cell) for cell in zip(actual, predicted, count.tolist(), strict=True)
            ],
        }
    )


def signed(count: int) -> str:
    """Return a count with its sign, a real minus included."""
    return f"{count:+,}".replace("-", "−")


def cell_words(actual: int, predicted: int, difference: int) -> str:
    """Say what a cell of the difference means."""
    if not difference:
        return f"{actual} read as {predicted}: equally often"
    more = "B" if difference > 0 else "A"
    return f"{actual} read as {predicted}: {abs(difference):,} more by {more}"


def largest_difference(difference: NDArray[np.intp]) -> str:
    """Say where the two differ most, for those who hear the chart."""
    if not difference.any():
        return "Difference of the two confusion matrices: none."
    actual, predicted = np.unravel_index(np.abs(difference).argmax(), difference.shape)
    words = cell_words(int(actual), int(predicted), int(difference[actual, predicted]))
    return f"Difference of the two confusion matrices: largest is {words}."

"""Two networks' answers beside each other: the difference of their matrices, and their counts."""

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cnn.evaluation.comparison import Comparison
from cnn.plots.palette import GRID, NEGATIVE, POSITIVE
from ui.predictions.evaluation_charts import TEXT, digit_axis
from ui.shared.number_text import with_minus

MORE_B, MORE_A = POSITIVE, NEGATIVE

COUNTS_HELP = (
    "How often each digit was read as each: a row for the digit really written, a column for what "
    "the network read. Right answers are on the diagonal; mistakes are tinted."
)
DIFFERENCE_HELP = (
    "B's count minus A's in each cell. On the diagonal are the digits read right, everywhere else "
    "the mistakes."
)
DIFFERENCE_CAPTION = "Blue is good for B on the diagonal, and bad for it everywhere else."

LEGEND = f"""<style>
.legend {{display: flex; flex-wrap: wrap; gap: .25rem 1rem; font-size: .875rem}}
.legend i {{display: inline-block; width: .75rem; height: .75rem; border-radius: .2rem;
  margin-right: .35rem; vertical-align: -.05rem}}
</style><div class="legend"><span><i style="background: {MORE_B}"></i>more often by B</span>
<span><i style="background: {MORE_A}"></i>more often by A</span></div>"""

_STYLE = """<style>
.split {border-collapse: collapse; font-variant-numeric: tabular-nums}
.split th, .split td {padding: .45rem .9rem; border: 1px solid var(--border);
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
    """Return a heat map of B's confusion matrix minus A's, (10, 10), with signed counts."""
    meaning = [cell_words(*cell) for cell in _triples(difference)]
    text = [signed(number) if number else "" for number in difference.ravel().tolist()]
    color = np.where(difference > 0, MORE_B, MORE_A).ravel()
    return _heat_map(difference, color, text, meaning)


def counts_chart(matrix: NDArray[np.intp], color: str) -> alt.LayerChart:
    """Return a heat map of one confusion matrix (10, 10); only its mistakes are tinted."""
    mistakes = matrix - np.diag(np.diag(matrix))
    meaning = [f"{number:,} × {a} read as {p}" for a, p, number in _triples(matrix)]
    text = [f"{number}" if number else "" for number in matrix.ravel().tolist()]
    return _heat_map(mistakes, np.full(matrix.size, color), text, meaning)


def _triples(matrix: NDArray[np.intp]) -> list[tuple[int, int, int]]:
    """Return each cell's row, column and value, row by row."""
    actual, predicted = np.indices(matrix.shape).reshape(2, -1).tolist()
    return list(zip(actual, predicted, matrix.ravel().tolist(), strict=True))


def _heat_map(
    values: NDArray[np.intp], color: NDArray[np.str_], text: list[str], meaning: list[str]
) -> alt.LayerChart:
    """Return a chart of cells, the deeper in their color the farther from zero the value is."""
    actual, predicted = np.indices(values.shape).reshape(2, -1)
    strength = np.sqrt(np.abs(values) / max(1, np.abs(values).max())).ravel()  # single ones show
    table = pd.DataFrame({"actual": actual, "predicted": predicted, "text": text})
    tint = np.where(strength > 0, 0.12 + 0.48 * strength, 0)
    table = table.assign(color=color, tint=tint, meaning=meaning)
    x = alt.X("predicted:O", title="Read as", axis=digit_axis(orient="top", labelAngle=0))
    y = alt.Y("actual:O", title="Really", axis=digit_axis())
    cells = alt.Chart(table).encode(x=x, y=y, tooltip=alt.Tooltip("meaning:N", title=" "))
    squares = cells.mark_rect(stroke=GRID, strokeWidth=1).encode(
        color=alt.Color("color:N", scale=None), fillOpacity=alt.FillOpacity("tint:Q", scale=None)
    )
    counts = cells.mark_text(fontSize=11, color=TEXT).encode(text="text:N")
    return alt.LayerChart(layer=[squares, counts], height=380)


def signed(count: int) -> str:
    """Return a count with its sign, a real minus included."""
    return with_minus(f"{count:+,}")


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

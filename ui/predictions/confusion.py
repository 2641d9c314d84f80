"""The confusion matrix: a chart whose cells, clicked, choose the digits of the gallery."""

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from cnn.evaluation.selection import NO_FILTER, DigitFilter
from cnn.plots.palette import ACCENT, GRID, MISTAKE
from ui.predictions import filters
from ui.predictions.evaluation_charts import TEXT, digit_axis
from ui.shared.number_text import a_digit

CONFUSION_HELP = (
    "How often each digit was read as each. A row for the digit really written, a column for what "
    "the network read. Right answers are on the diagonal, everything else is a mistake. Press a "
    "cell once more to see all digits again; **Really** and **Read as** do the same."
)
_SIZE = alt.ExprRef("width < 320 ? 11 : 12")  # of the counts: "1,135" fits into a phone's cell
_CHART, _CLICKS = "confusion_matrix", "confusion_matrix_clicks"


def clicks() -> int:
    """Return how often a cell was clicked in this session."""
    return int(st.session_state.get(_CLICKS, 0))


def show_confusion(matrix: NDArray[np.intp], chosen: DigitFilter) -> None:
    """Show a confusion matrix (10, 10); a click on a cell sets the filters, or takes them back."""
    st.caption("Press a cell to see its digits.")
    st.altair_chart(
        confusion_chart(matrix, chosen, clicks()),
        key=_CHART,
        on_select=_choose_clicked_cell,
        selection_mode="cell",
        alt=worst_pair(matrix),
    )


def _choose_clicked_cell() -> None:
    cells = st.session_state[_CHART].get("selection", {}).get("cell")
    pair = cell_from_browser(cells)
    if pair is not None:
        st.session_state[_CLICKS] = clicks() + 1
        filters.choose_cell(*pair)


def cell_from_browser(cells: object) -> tuple[int, int] | None:
    """Return the digit really written and the one read of a clicked cell, or None for no cell."""
    match cells:
        case [{"actual": int(actual), "predicted": int(predicted)}]:
            inside = 0 <= actual <= 9 and 0 <= predicted <= 9
            return (actual, predicted) if inside else None
    return None


def confusion_chart(
    matrix: NDArray[np.intp], chosen: DigitFilter = NO_FILTER, clicks: int = 0
) -> alt.LayerChart:
    """Return a heat map of a confusion matrix (10, 10), rows actual, columns predicted.

    Mistakes are tinted on a scale of their own: beside the diagonal's hundreds they would vanish.

    Args:
        matrix: the counts.
        chosen: the filters; the cells of the digits that they name are outlined.
        clicks: how many there were. It makes a second click on a cell another selection than the
            first, else the browser would keep it to itself.
    """
    table = _cells(matrix).assign(clicks=clicks, outline=_outline(matrix, chosen))
    x = alt.X("predicted:O", title="Read as", axis=digit_axis(orient="top", labelAngle=0))
    y = alt.Y("actual:O", title="Really", axis=digit_axis())
    cells = alt.Chart(table).encode(x=x, y=y, tooltip=alt.Tooltip("meaning:N", title=" "))
    cells = cells.encode(description="meaning:N")
    squares = cells.mark_rect(stroke=GRID, strokeWidth=1, cursor="pointer").encode(
        color=alt.Color("color:N", scale=None), fillOpacity=alt.FillOpacity("tint:Q", scale=None)
    )
    outlines = cells.mark_rect(
        fill="transparent", stroke=TEXT, strokeWidth=2.5, cursor="pointer"
    ).encode(strokeOpacity=alt.StrokeOpacity("outline:Q", scale=None))
    counts = cells.mark_text(fontSize=_SIZE, color=TEXT, cursor="pointer")
    counts = counts.encode(text="text:N")
    click = alt.selection_point(
        name="cell", fields=["actual", "predicted", "clicks"], toggle=False, clear=False
    )
    layers = [squares.add_params(click), counts, outlines]
    return alt.LayerChart(layer=layers, height=420)


def _outline(matrix: NDArray[np.intp], chosen: DigitFilter) -> NDArray[np.intp]:
    """Return 1 for each cell, row by row, that the filters name, else 0."""
    named = np.zeros(matrix.shape, dtype=np.intp)
    if (chosen.label, chosen.predicted) != (None, None):
        row = slice(None) if chosen.label is None else chosen.label
        column = slice(None) if chosen.predicted is None else chosen.predicted
        named[row, column] = 1
    return named.ravel()


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
            "text": [f"{number:,}" if number else "" for number in count],
            "color": np.where(right, ACCENT, MISTAKE),
            "tint": np.where(right, 0.18, np.where(count > 0, shade, 0)),
            "meaning": [
                f"{number:,} × {a} read as {p}"
                for a, p, number in zip(actual, predicted, count, strict=True)
            ],
        }
    )


def worst_pair(matrix: NDArray[np.intp]) -> str:
    """Say which mistake is the most frequent, for those who hear the chart."""
    mistakes = matrix - np.diag(np.diag(matrix))
    if not mistakes.any():
        return "Confusion matrix: every digit was read right."
    actual, predicted = np.unravel_index(mistakes.argmax(), mistakes.shape)
    return (
        f"Confusion matrix: the most frequent of {mistakes.sum():,} mistakes is "
        f"{a_digit(int(actual))} read as {predicted}, {mistakes.max():,} times."
    )

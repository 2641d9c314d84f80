"""Confusion matrices as heat maps: one network's, or the difference of two."""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cnn.evaluation.selection import NO_FILTER, DigitFilter
from cnn.plots.palette import ACCENT, GRID, MISTAKE, NEGATIVE, POSITIVE
from ui.predictions.charts import MEANING, TEXT, axis
from ui.shared.number_text import a_digit, with_minus

HELP = (
    "How often each digit is predicted as each: a row for the true label, a column for the "
    "prediction. Correct predictions are on the diagonal, everything else is a mistake."
)
_SIZE = alt.ExprRef("width < 320 ? 11 : 12")  # of the counts: "1,135" fits into a phone's cell


def confusion_chart(
    matrix: NDArray[np.intp],
    chosen: DigitFilter = NO_FILTER,
    clicks: int | None = None,
    color: str = MISTAKE,
) -> alt.LayerChart:
    """Return a heat map of a confusion matrix (10, 10), rows true label, columns predicted.

    Mistakes are tinted on a scale of their own: beside the diagonal's hundreds they would vanish.

    Args:
        matrix: the counts.
        chosen: the cells that these filters name are outlined.
        clicks: how many there were before; None where cells cannot be clicked. It makes a second
            click on a cell another selection than the first, else the browser would not send it.
        color: of mistakes.
    """
    correct = np.eye(len(matrix), dtype=bool)
    tint = np.where(correct, 0.18, _tint(np.where(correct, 0, matrix)))
    table = _table(matrix, "{:,}", np.where(correct, ACCENT, color), tint)
    table["meaning"] = [f"{count:,} × {pair}" for pair, count in _pairs(matrix)]
    if clicks is None:
        return _heat_map(table, height=380)
    fields = ["actual", "predicted", "clicks"]
    click = alt.selection_point(name="cell", fields=fields, toggle=False, clear=False)
    wanted = {"actual": chosen.label, "predicted": chosen.predicted}
    named = [table[name] == value for name, value in wanted.items() if value is not None]
    table = table.assign(clicks=clicks, outline=np.all(named, axis=0).astype(int) if named else 0)
    return _heat_map(table, height=420, click=click)


def difference_chart(difference: NDArray[np.intp]) -> alt.LayerChart:
    """Return a heat map of B's confusion matrix minus A's, (10, 10), with signed counts."""
    color = np.where(difference > 0, POSITIVE, NEGATIVE)
    table = _table(difference, "{:+,}", color, _tint(difference))
    table["meaning"] = [difference_text(*cell) for cell in _pairs(difference)]
    return _heat_map(table, height=380)


def _pairs(matrix: NDArray[np.intp]) -> list[tuple[str, int]]:
    """Return what each cell counts and its count, row by row."""
    return [
        (f"{label} predicted as {predicted}", int(count))
        for (label, predicted), count in np.ndenumerate(matrix)
    ]


def _tint(values: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the opacity of each cell, 0 to 0.6: square roots, so that single digits show."""
    strength = np.sqrt(np.abs(values) / max(1, np.abs(values).max()))
    return np.where(strength > 0, 0.12 + 0.48 * strength, 0)


def _table(
    matrix: NDArray[np.intp], form: str, color: NDArray[np.str_], tint: NDArray[np.float64]
) -> pd.DataFrame:
    """Return a row for each cell, row by row, with its count in this form."""
    actual, predicted = np.indices(matrix.shape).reshape(2, -1)
    columns = {"actual": actual, "predicted": predicted, "color": color.ravel()}
    texts = [with_minus(form.format(count)) if count else "" for _, count in _pairs(matrix)]
    return pd.DataFrame(columns | {"tint": tint.ravel(), "text": texts})


def _heat_map(
    table: pd.DataFrame, height: int, click: alt.Parameter | None = None
) -> alt.LayerChart:
    """Return squares with counts, and if they can be clicked, with outlines."""
    cursor: Any = "pointer" if click else alt.Undefined
    columns = axis(labelFlush=False, orient="top", labelAngle=0)
    cells = alt.Chart(table).encode(
        x=alt.X("predicted:O", title="Predicted", axis=columns),
        y=alt.Y("actual:O", title="True label", axis=axis(labelFlush=False)),
        tooltip=MEANING,
        description="meaning:N",
    )
    color, tint = alt.Color("color:N", scale=None), alt.FillOpacity("tint:Q", scale=None)
    squares = cells.mark_rect(stroke=GRID, strokeWidth=1, cursor=cursor)
    squares = squares.encode(color=color, fillOpacity=tint)
    counts = cells.mark_text(fontSize=_SIZE, color=TEXT, cursor=cursor).encode(text="text:N")
    if click is None:
        return alt.LayerChart(layer=[squares, counts], height=height)
    outlines = cells.mark_rect(fill="transparent", stroke=TEXT, strokeWidth=2.5, cursor=cursor)
    outlines = outlines.encode(strokeOpacity=alt.StrokeOpacity("outline:Q", scale=None))
    return alt.LayerChart(layer=[squares.add_params(click), counts, outlines], height=height)


def worst_pair(matrix: NDArray[np.intp]) -> str:
    """Return which mistake is the most frequent, as the chart's alternative text."""
    mistakes = matrix - np.diag(np.diag(matrix))
    if not mistakes.any():
        return "Confusion matrix: no mistakes."
    label, predicted = np.unravel_index(mistakes.argmax(), mistakes.shape)
    return (
        f"Confusion matrix: the most frequent of {mistakes.sum():,} mistakes is "
        f"{a_digit(int(label))} predicted as {predicted}, {mistakes.max():,} times."
    )


def difference_text(pair: str, difference: int) -> str:
    """Return the meaning of a cell of the difference."""
    if not difference:
        return f"{pair}: equally often"
    return f"{pair}: {abs(difference):,} more by {'B' if difference > 0 else 'A'}"


def largest_difference(difference: NDArray[np.intp]) -> str:
    """Return in which cell the two differ most, as the chart's alternative text."""
    cell = max(_pairs(difference), key=lambda cell: abs(cell[1]))
    return f"Largest difference of the two confusion matrices: {difference_text(*cell)}."

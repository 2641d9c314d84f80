"""The table of runs: results, and the hyperparameters in which the runs differ."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from cnn.evaluation.compare_runs import Result, differing
from cnn.hyperparameters import SPECS
from ui.shared.number_text import duration

_number, _text = st.column_config.NumberColumn, st.column_config.TextColumn
_PERCENT = _number(format="%.2f%%")
_DEVIATION = _number("±", format="%.2f", help="Sample standard deviation, in percentage points.")
TIME = "Training time"
_COLUMNS: dict[str, Any] = {
    "★": _text(width=36, help="Starred"),
    "Name": _text(width=240),
    "Test accuracy": _PERCENT,
    "Test ±": _DEVIATION,
    "Best validation": _PERCENT,
    "Validation ±": _DEVIATION,
    "Best epoch": _number(help="The epoch with the best validation accuracy."),
    "Parameters": _number(format="localized"),
    TIME: _text(alignment="right"),
    "Images/s": _number(format="localized"),
    "Created": st.column_config.DatetimeColumn(format="D MMM, HH:mm"),
    **{spec.label: _number(format="%g") for spec in SPECS.values() if spec.kind in (int, float)},
}
_DIGITS = {"mnist": "MNIST", "sample": "sample"}


def run_table(results: Sequence[Result], grouped: bool = False) -> pd.DataFrame:
    """Return a row for each result, at least one, in their order; damaged ones are named as such.

    Numbers are numbers, times are seconds. The built-in run, always there, makes no columns.
    """
    names = differing(one for one in results if not one.runs[0].is_built_in)
    table = pd.DataFrame([_results(one) | _settings(one, names) for one in results])
    unused = [] if grouped else ["Seeds", "Test ±", "Validation ±"]
    return table.drop(columns=[*unused, *["Digits"] * (table["Digits"].nunique() < 2)])


def _results(one: Result) -> dict[str, Any]:
    return {
        "★": "★" * any(run.notes.starred for run in one.runs),
        "Name": one.name,
        "State": one.state,
        "Seeds": len(one.runs),
        "Test accuracy": _in_percent(one.test_accuracy),
        "Test ±": _in_percent(one.test_deviation),
        "Best validation": _in_percent(one.validation_accuracy),
        "Validation ±": _in_percent(one.validation_deviation),
        "Best epoch": one.best_epoch,
        "Parameters": one.parameters,
        TIME: one.seconds,
        "Images/s": one.images_per_second and round(one.images_per_second),
        "Created": one.status and one.status.created_at,
        "Digits": one.status and _DIGITS.get(one.status.dataset),
    }


def _in_percent(share: float | None) -> float | None:
    return None if share is None else share * 100


def _settings(one: Result, names: Sequence[str]) -> dict[str, Any]:
    """Return hyperparameters by their labels: numbers, which can be sorted, or words."""
    cells = {}
    for name in names if one.values else ():
        spec, value = SPECS[name], getattr(one.values, name)
        cells[spec.label] = value if spec.kind in (int, float) else spec.text(value)
    return cells


def show_table(table: pd.DataFrame, **options: Any) -> None:
    """Show a `run_table`, with these arguments of `st.dataframe`."""
    shown = table.assign(**{TIME: table[TIME].map(_sortable)})
    st.dataframe(shown, hide_index=True, placeholder="–", column_config=_COLUMNS, **options)


def _sortable(seconds: float) -> str | None:
    """Return a length of time; a browser sorts it as text, in which spaces come first."""
    if pd.isna(seconds):
        return None
    number, unit, *_ = (text := duration(seconds)).split()
    return " " * ({"s": 12, "min": 8, "h": 4}[unit] - len(number.partition(".")[0])) + text


def to_csv(table: pd.DataFrame) -> bytes:
    """Return a `run_table` for a spreadsheet, in which no text is a formula."""
    return table.rename(columns={TIME: f"{TIME} (s)"}).map(_as_text).to_csv(index=False).encode()


def _as_text(cell: Any) -> Any:
    """Return a cell with an apostrophe before what a spreadsheet would compute."""
    is_formula = isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{cell}" if is_formula else cell

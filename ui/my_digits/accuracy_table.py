"""The accuracy of each run on My digits, beside its test accuracy."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from cnn.fine_tuning.saved_digit import SavedDigit, as_digits
from cnn.inference.classifier import load_classifier
from cnn.runs import store
from cnn.runs.fine_tune_info import is_test_seen, read_fine_tune_info
from cnn.runs.store import Run
from ui.shared.run_cache import cached_by_run

MAX_RUNS = 30  # the newest: each network takes a moment to load
_COLUMNS = {
    "": st.column_config.TextColumn(width=24, help="The chosen network."),
    "Network": st.column_config.TextColumn(),
    "My digits": st.column_config.NumberColumn(format="%.1f%%", help="Accuracy on My digits."),
    "Trained on": st.column_config.TextColumn(
        help="How many of My digits it was trained on. These do not test it."
    ),
    "Test": st.column_config.NumberColumn(format="%.2f%%", help="Accuracy on MNIST's test digits."),
    "Created": st.column_config.DatetimeColumn(format="D MMM, HH:mm"),
}


def show_table(digits: Sequence[SavedDigit], chosen: Run) -> None:
    """Show a row for each run with a network, the most accurate first; the chosen is marked."""
    folder = store.runs_folder()
    newest = [run for run in store.list_runs(folder) if run.is_usable][:MAX_RUNS]
    shown = dict.fromkeys([*newest, store.open_run(store.BUILT_IN, folder), chosen])
    with st.spinner("Reading My digits …", show_time=False):
        rows = [row for run in shown if (row := _row(run, digits, chosen))]
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    table = table.sort_values(["My digits", "Test"], ascending=False)
    st.dataframe(table, hide_index=True, placeholder="–", column_config=_COLUMNS)
    if any(table["Trained on"]):
        st.caption("A network that was *trained on* My digits knows them: they do not test it.")


def _row(run: Run, digits: Sequence[SavedDigit], chosen: Run) -> list[Any] | None:
    """Return a run's row, or None where it has no network, or its files are damaged."""
    try:
        status, info = run.status(), read_fine_tune_info(run)
        name = run.name
        accuracy = accuracy_of(run, digits)
    except ValueError:
        return None
    tested = None if is_test_seen(run) else status.test_accuracy
    learned = len(set(info.learned) & {digit.id for digit in digits}) if info else 0
    return [
        "●" if run == chosen else "",
        name,
        accuracy * 100,
        f"{learned:,} of {len(digits):,}" if learned else "",
        None if tested is None else tested * 100,
        status.created_at,
    ]


def accuracy_of(run: Run, digits: Sequence[SavedDigit]) -> float:
    """Return the accuracy on saved digits, cached for all visitors until it changes.

    Raises:
        ValueError: the network is missing or damaged.
    """
    labeled = hash(tuple((digit.id, digit.label) for digit in digits))
    return _accuracy(run, labeled, digits)


@cached_by_run("model.onnx", max_entries=256, show_spinner=False)
def _accuracy(run: Run, labeled: int, _digits: Sequence[SavedDigit]) -> float:
    return load_classifier(run).accuracy(as_digits(_digits))

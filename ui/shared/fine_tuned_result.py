"""What a fine-tuning has changed: my digits and the test digits, before and after."""

import streamlit as st

from cnn.fine_tuning import fine_tuned_runs
from cnn.runs import fine_tune_info
from cnn.runs.fine_tune_info import FineTuneInfo
from cnn.runs.store import Run
from ui.shared.number_text import percent, points


def show_before_and_after(run: Run) -> None:
    """Show both accuracies of a fine-tuned run, so that forgetting shows; else nothing."""
    try:
        info = fine_tune_info.read_fine_tune_info(run)
        if info is None or not run.is_usable:
            return
        after = fine_tuned_runs.accuracy_after(run)
        tested = run.status().test_accuracy
    except ValueError as error:
        st.warning(str(error), icon=":material/broken_image:")
        return
    digits = "1 digit" if info.digits == 1 else f"{info.digits:,} digits"
    with st.grid(2, min_column_width=250):
        _show("My digits", f"The {digits} that it learned from.", info.accuracy_before, after, 0)
        _show(*_tested(info), info.test_accuracy_before, tested, 2)


def _tested(info: FineTuneInfo) -> tuple[str, str]:
    """Return what the test is called, and what it says."""
    if info.test_is_seen:
        return "MNIST sample", "Digits that the network learned from before, so they are no test."
    return "Test accuracy", "Digits that it has never learned from: what it forgot shows here."


def _show(title: str, words: str, before: float | None, after: float | None, places: int) -> None:
    change = points(after - before) if before is not None and after is not None else None
    is_same = change == points(0.0)  # an arrow would praise it
    st.metric(
        f"{title}, before → after",
        f"{percent(before, places)} → {percent(after, places)}",
        None if is_same else change,
        border=True,
        height="stretch",
        help=words,
    )

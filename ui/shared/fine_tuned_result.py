"""What fine-tuning has changed: accuracy on My digits and on the test digits."""

import streamlit as st

from cnn.inference.classifier import load_classifier
from cnn.runs import fine_tune_info
from cnn.runs.fine_tune_info import FineTuneInfo
from cnn.runs.store import Run
from ui.shared.number_text import counted, percent, points


def show_before_and_after(run: Run) -> None:
    """Show both accuracies of a fine-tuned run, so that forgetting is seen; else nothing."""
    try:
        info = fine_tune_info.read_fine_tune_info(run)
        if info is None or not run.is_usable:
            return
        after = load_classifier(run).accuracy(fine_tune_info.read_saved_digits(run))
        tested = run.status().test_accuracy
    except ValueError as error:
        st.warning(str(error), icon=":material/broken_image:")
        return
    with st.grid(2, min_column_width=250):
        _show(
            "My digits",
            f"The {counted(info.digits, 'digit')} that it was trained on.",
            info.accuracy_before,
            after,
            0,
        )
        _show(*_tested(info), info.test_accuracy_before, tested, 2)


def _tested(info: FineTuneInfo) -> tuple[str, str]:
    """Return the name of the test, and its help."""
    if info.test_is_seen:
        return (
            "MNIST sample",
            "Digits that the network was trained on before, so they do not test it.",
        )
    return "Test accuracy", "Digits that it was never trained on: what it forgot shows here."


def _show(
    title: str, help_text: str, before: float | None, after: float | None, places: int
) -> None:
    change = points(after - before) if before is not None and after is not None else None
    is_same = change == points(0.0)  # no arrow for no change
    st.metric(
        f"{title}, before → after",
        f"{percent(before, places)} → {percent(after, places)}",
        None if is_same else change,
        border=True,
        height="stretch",
        help=help_text,
    )

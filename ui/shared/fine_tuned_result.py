"""What fine-tuning has changed: accuracy on My digits and on the test digits."""

import streamlit as st

from cnn.inference.classifier import load_classifier
from cnn.runs.fine_tune_info import read_fine_tune_info, read_saved_digits
from cnn.runs.store import Run
from ui.shared.number_text import counted, percent, points


def show_before_and_after(run: Run) -> None:
    """Show both accuracies of a fine-tuned run, so that forgetting is seen; else nothing."""
    try:
        info = read_fine_tune_info(run)
        if info is None or not run.is_usable:
            return
        after = load_classifier(run).accuracy(read_saved_digits(run))
        tested = run.status().test_accuracy
    except ValueError as error:
        st.warning(str(error), icon=":material/broken_image:")
        return
    text = f"The {counted(info.digits, 'digit')} that it was trained on."
    name, test_text = "Test accuracy", "Digits that it was never trained on: forgetting shows here."
    if info.test_is_seen:
        name = "MNIST sample"
        test_text = "Digits that the network was trained on before, so they do not test it."
    with st.grid(2, min_column_width=250):
        _show("My digits", text, info.accuracy_before, after, 0)
        _show(name, test_text, info.test_accuracy_before, tested, 2)


def _show(name: str, text: str, before: float | None, after: float | None, places: int) -> None:
    change = points(after - before) if before is not None and after is not None else None
    st.metric(
        f"{name}, before → after",
        f"{percent(before, places)} → {percent(after, places)}",
        None if change == points(0.0) else change,  # no arrow for no change
        border=True,
        height="stretch",
        help=text,
    )

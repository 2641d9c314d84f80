"""The result of a training: test accuracy, beside the tutorial's and the best so far."""

import streamlit as st

from cnn.presets import TUTORIAL_TEST_ACCURACY, TUTORIAL_TEST_IMAGES
from cnn.runs import store
from cnn.runs.fine_tune_info import is_test_seen
from cnn.runs.status import Status
from cnn.runs.store import Run, RunError
from ui.shared.number_text import duration, percent, points


def show_result(run: Run, status: Status) -> None:
    """Show the test accuracy against the tutorial's and the best so far."""
    accuracy = status.test_accuracy or 0.0
    comparable = status.test_images == TUTORIAL_TEST_IMAGES
    with st.grid(4, min_column_width=130):
        st.metric(
            "Test accuracy",
            percent(accuracy, 2),
            points(accuracy - TUTORIAL_TEST_ACCURACY) if comparable else None,
            border=True,
            help=f"Accuracy on {status.test_images or 0:,} digits that were not used in training.",
        )
        st.metric("Tutorial", percent(TUTORIAL_TEST_ACCURACY, 2), border=True, height="stretch")
        st.metric("Best so far", percent(_best(run, status), 2), border=True, height="stretch")
        st.metric("Training time", duration(status.seconds), border=True, height="stretch")


def show_seen(status: Status) -> None:
    """Show the accuracy on digits that the network was trained on: no test, nothing to beat."""
    with st.grid(4, min_column_width=130):
        st.metric(
            "Seen in training",
            percent(status.test_accuracy, 2),
            border=True,
            height="stretch",
            help="Accuracy on digits that it was trained on, so they do not test it.",
        )
        st.metric("Training time", duration(status.seconds), border=True, height="stretch")


def _best(run: Run, status: Status) -> float | None:
    """Return the best test accuracy on the same test digits: of all runs, and the built-in one."""
    accuracies = [status.test_accuracy or 0.0]
    for other in store.all_runs(run.path.parent):
        try:
            theirs = other.status()
            if is_test_seen(other):
                continue
        except RunError:
            continue
        is_same_test = (theirs.dataset, theirs.test_images) == (status.dataset, status.test_images)
        if is_same_test and theirs.test_accuracy is not None:
            accuracies.append(theirs.test_accuracy)
    return max(accuracies)

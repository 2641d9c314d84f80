"""A run's predictions for the test digits: loaded, summarized, or why there are none."""

import streamlit as st

from cnn.data.label_errors import (
    LABEL_ERRORS,
    SOURCE,
    SOURCE_ADDRESS,
    accuracy_without_label_errors,
)
from cnn.evaluation.predictions import Predictions, load_predictions
from cnn.runs.status import State
from cnn.runs.store import Run, RunError
from ui.shared import data_source
from ui.shared.number_text import counted, percent
from ui.shared.run_cache import cached_by_run


@cached_by_run(
    "status.json",
    "test_predictions.npz",
    "model.onnx",
    max_entries=8,
    show_spinner="Loading the network's predictions …",
)
def predictions_of(run: Run) -> Predictions:
    """Return `load_predictions`, cached."""
    return load_predictions(run)


def explain_seen_in_training(run: Run, count: int) -> None:
    """Say that these digits are no test, and offer to download those that are, if that helps."""
    reason = "MNIST's test digits are not on this computer yet, and the network may have been"
    if _is_tested_on_sample(run):
        reason = "The network that this one was fine-tuned from has been"
    st.info(
        f"**Seen in training.** These {count:,} digits come with the app. {reason} trained on "
        "them, so its accuracy on them says little.",
        icon=":material/school:",
    )
    if not _is_tested_on_sample(run):
        data_source.show_data_source()


def _is_tested_on_sample(run: Run) -> bool:
    return run.status().dataset == "sample"


def summary(run: Run, predictions: Predictions) -> str:
    """Return the run's accuracy in one line."""
    on_sample = _is_tested_on_sample(run)
    if predictions.seen_in_training and not on_sample:
        return f"{percent(run.status().test_accuracy)} accuracy on MNIST's test set after training"
    mistakes = int((~predictions.correct).sum())
    which = "the sample's " if on_sample else ""
    return (
        f"{percent(predictions.accuracy)} accuracy · {mistakes:,} of {which}"
        f"{len(predictions):,} test digits wrong{_stopped(run)}"
    )


def _stopped(run: Run) -> str:
    """Return after how many epochs a run was stopped, if it was."""
    if run.status().state is not State.STOPPED:
        return ""
    epochs = len(run.metrics().epochs)
    try:
        return f" · stopped after {epochs} of {counted(run.hyperparameters.epochs, 'epoch')}"
    except RunError:
        return f" · stopped after {counted(epochs, 'epoch')}"


def show_accuracy_without_label_errors(predictions: Predictions) -> None:
    """Show the accuracy with and without the known label errors, if there are any."""
    without = accuracy_without_label_errors(predictions.labels, predictions.correct)
    if without is not None:
        st.markdown(
            f":small[{percent(predictions.accuracy, 2)} with and {percent(without, 2)} without "
            f"the {len(LABEL_ERRORS)} known label errors ([{SOURCE}]({SOURCE_ADDRESS}))]"
        )

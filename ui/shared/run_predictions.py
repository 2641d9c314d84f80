"""A run's predictions for the test digits: loaded, summarized, or why there are none."""

import streamlit as st

from cnn.data.label_errors import (
    LABEL_ERRORS,
    SOURCE,
    SOURCE_ADDRESS,
    accuracy_without_label_errors,
)
from cnn.data.mnist import Source, find_source
from cnn.evaluation.predictions import Predictions, load_predictions
from cnn.runs.status import State
from cnn.runs.store import Run, RunError
from ui.shared import data_source, navigation, run_picker
from ui.shared.fingerprints import Fingerprint, fingerprint_of
from ui.shared.number_text import counted, percent


def predictions_of(run: Run) -> Predictions:
    """Return `load_predictions`, cached for all visitors until the run's files or MNIST change."""
    names = ("status.json", "test_predictions.npz", "model.onnx")
    version = fingerprint_of(run.path / name for name in names)
    return _predictions(run, str(run.path), version, find_source()[0])


@st.cache_resource(max_entries=8, show_spinner="Loading the network's predictions …")
def _predictions(_run: Run, path: str, version: Fingerprint, source: Source) -> Predictions:
    return load_predictions(_run)


def explain_absence(run: Run, sentence: str) -> None:
    """Say why a run has no predictions to show, and offer what to do."""
    alive = _is_alive(run)
    if alive or not (run.is_usable or alive is None):
        run_picker.explain_unusable(run)
        if alive:
            _wait_for_end(run)
        return
    st.warning(sentence, icon=":material/broken_image:")
    with st.container(horizontal=True):
        if st.button("Go to Train", icon=":material/model_training:"):
            st.switch_page(navigation.TRAIN)
        if not run.is_built_in:
            run_picker.offer_built_in()


@st.fragment(run_every=2)
def _wait_for_end(run: Run) -> None:
    """Run the page again as soon as the training has ended."""
    if not _is_alive(run):
        st.rerun()


def _is_alive(run: Run) -> bool | None:
    """Return whether the run has not ended, or None if its state can't be read."""
    try:
        return not run.status().over
    except RunError:
        return None


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

"""A run's answers to the test digits: fetched, summed up, or why there are none."""

import streamlit as st

from cnn.data.label_errors import (
    LABEL_ERRORS,
    SOURCE,
    SOURCE_ADDRESS,
    accuracy_without_label_errors,
)
from cnn.data.mnist import Source, find_source
from cnn.evaluation.accuracy import accuracy
from cnn.evaluation.predictions import Predictions, load_predictions
from cnn.runs.status import State
from cnn.runs.store import Run, RunError
from ui.shared import data_source, navigation, run_picker
from ui.shared.fingerprints import Fingerprint, fingerprint_of
from ui.shared.number_text import percent


def predictions_of(run: Run) -> Predictions:
    """Return `load_predictions`, kept for all visitors until the run's files or MNIST change."""
    names = ("status.json", "test_predictions.npz", "model.onnx")
    stamp = fingerprint_of(run.path / name for name in names)
    return _predictions(run, str(run.path), stamp, find_source()[0])


@st.cache_resource(max_entries=8, show_spinner="Reading the network's answers …")
def _predictions(_run: Run, path: str, stamp: Fingerprint, source: Source) -> Predictions:
    return load_predictions(_run)


def explain_absence(run: Run, sentence: str) -> None:
    """Say why a run has no answers to show, and offer the ways on."""
    alive = _is_alive(run)
    if alive or not (run.is_usable or alive is None):
        run_picker.explain_unusable(run)
        if alive:
            _wait_for_end(run)
        return
    st.warning(sentence, icon=":material/broken_image:")
    with st.container(horizontal=True):
        if st.button("To the training", icon=":material/model_training:"):
            st.switch_page(navigation.TRAIN)
        if not run.is_built_in:
            run_picker.offer_built_in()


@st.fragment(run_every=2)
def _wait_for_end(run: Run) -> None:
    """Run the page again as soon as the training is over."""
    if not _is_alive(run):
        st.rerun()


def _is_alive(run: Run) -> bool | None:
    """Return whether the run goes on, or None if its state can't be read."""
    try:
        return not run.status().over
    except RunError:
        return None


def explain_seen_in_training(run: Run, count: int) -> None:
    """Say that these digits test nothing, and fetch those that do, if that helps."""
    if _is_fine_tuned_on_sample(run):
        st.info(
            f"**Seen in training.** These {count:,} digits come with the app. The network that "
            "this one was taught from has learned from them: that it reads them says little.",
            icon=":material/school:",
        )
        return
    st.info(
        "**Seen in training.** MNIST's test digits are not on this computer yet. These "
        f"{count:,} digits come with the app, and the network may well have learned from them: "
        "that it reads them says little.",
        icon=":material/school:",
    )
    data_source.show_data_source()


def _is_fine_tuned_on_sample(run: Run) -> bool:
    """Whether a run was tested on the sample's digits, and starts from one that knew them."""
    return run.status().dataset == "sample"


def summary(run: Run, predictions: Predictions) -> str:
    """Return the run's accuracy in one line."""
    if predictions.seen_in_training and not _is_fine_tuned_on_sample(run):
        stored = percent(run.status().test_accuracy)
        return f"{stored} right on MNIST's test digits when it was trained"
    share = percent(accuracy(predictions))
    wrong = int((~predictions.correct).sum())
    which = "the sample's " if run.status().dataset == "sample" else ""
    words = f"{share} right · {wrong:,} of {which}{len(predictions):,} test digits wrong"
    return words + _stopped(run)


def _stopped(run: Run) -> str:
    """Say how far a run came that was stopped, for its answers are the worse for it."""
    if run.status().state is not State.STOPPED:
        return ""
    try:
        planned = f" of {run.hyperparameters.epochs}"
    except RunError:
        planned = ""
    epochs = len(run.metrics().epochs)
    return f" · stopped after {epochs}{planned} epochs"


def show_doubtful_share(predictions: Predictions) -> None:
    """Say how much is read right without the digits whose label was found wrong, if there are."""
    without = accuracy_without_label_errors(predictions.labels, predictions.correct)
    if without is not None:
        st.markdown(
            f":small[{percent(float(predictions.correct.mean()), 2)} with and "
            f"{percent(without, 2)} without the {len(LABEL_ERRORS)} labels "
            f"that people found wrong ([{SOURCE}]({SOURCE_ADDRESS}))]"
        )

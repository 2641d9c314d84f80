"""The details of one test digit: its prediction, what explains it, and its history."""

import streamlit as st

from cnn.data.label_errors import SOURCE, SOURCE_ADDRESS, has_label_error
from cnn.evaluation.predictions import Predictions
from cnn.explanation import explain
from cnn.explanation.kernels import Kernels, load_kernels
from cnn.inference.predictor import Predictor, load_predictor
from cnn.plots.explanation import Explanation, explanation_figure
from cnn.runs.store import Run
from ui.predictions.prediction_history import show_history
from ui.shared import run_picker
from ui.shared.bars import probability_bars
from ui.shared.digit_tile import png_address
from ui.shared.downloads import offer_downloads
from ui.shared.explanation.feature_maps import choose_map, show_feature_maps
from ui.shared.explanation.nearest import show_nearest
from ui.shared.explanation.occlusion import show_occlusion_maps
from ui.shared.number_text import a_digit, probability

_LABEL_ERROR = (
    '<div class="label-error">Label error: people who checked it found the label wrong '
    f'(<a href="{SOURCE_ADDRESS}">{SOURCE}</a>).</div>'
)


def show_details(run: Run, predictions: Predictions, index: int) -> None:
    """Show a digit with its prediction, occlusion map, nearest neighbors, maps and history.

    The first time, thousands of training digits are indexed for the run's network, which takes a
    few seconds and is cached for all visitors.
    """
    picture, bars = st.columns([2, 3], gap="large")
    with picture:
        st.html(_dialog_style() + digit_html(predictions, index))
    with bars:
        st.html(prediction_html(predictions, index))
    try:
        predictor, kernels = load_predictor(run.model_path), load_kernels(run.model_path)
    except ValueError as error:
        st.warning(str(error), icon=":material/broken_image:")
        show_history(run, predictions, index)
        return
    explained = _show_explanation(run, predictor, kernels, predictions, index)
    title = run_picker.run_label(run)
    offer_downloads(f"digit-{index}", lambda: explanation_figure(explained, title), run=run)


def _show_explanation(
    run: Run, predictor: Predictor, kernels: Kernels, predictions: Predictions, index: int
) -> Explanation:
    """Show what explains the prediction, and return it."""
    label, predicted = int(predictions.labels[index]), int(predictions.predicted[index])
    image = predictions.images[index]
    occlusion, nearest = st.columns(2, gap="large")
    with occlusion:
        digits = tuple(dict.fromkeys((predicted, label)))
        importance = show_occlusion_maps(predictor, run, image, digits)
    history = show_history(run, predictions, index)
    layers = explain.feature_maps(predictor, image)
    show_feature_maps(layers, kernels)
    choose_map(run, predictor, image, kernels)
    with nearest:  # last, as it may take a moment
        neighbors = show_nearest(predictor, run, image, predicted)
    return Explanation(predictions, index, importance[0], neighbors, layers, kernels, history)


def _dialog_style() -> str:
    """Return the page's light or dark scheme for a dialog, which Streamlit puts outside of it."""
    scheme = "dark" if st.context.theme.type == "dark" else "light"
    return f"<style>[data-testid=stDialog] {{color-scheme: {scheme}}}</style>"


def digit_html(predictions: Predictions, index: int) -> str:
    """Return a digit, large, and whether its prediction is correct."""
    label, correct = int(predictions.labels[index]), bool(predictions.correct[index])
    kind, error = "correct" if correct else "mistake", ""
    verdict = f"✓ Correct: {a_digit(label)}" if correct else f"✗ Mistake: the label is {label}"
    if has_label_error(predictions.labels)[index]:
        kind, error = "unsure", _LABEL_ERROR
        verdict = f"{'Equals' if correct else 'Differs from'} the label {label}"
    return (
        f'<div class="opened {kind}"><div class="tile">'
        f'<img src="{png_address(predictions.images[index])}" alt="Test digit {index}"></div>'
        f'<div class="verdict">{verdict}</div>{error}</div>'
    )


def prediction_html(predictions: Predictions, index: int) -> str:
    """Return the predicted digit, its probability, and a bar for each of the ten."""
    predicted = int(predictions.predicted[index])
    confidence = probability(float(predictions.confidence[index]))
    return (
        f'<div class="prediction"><b data-testid="prediction">{predicted}</b> {confidence}'
        f"{probability_bars(predictions.probabilities[index].tolist(), predicted)}</div>"
    )

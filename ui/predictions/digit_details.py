"""The details of one test digit: its prediction, what explains it, and its history."""

import altair as alt
import pandas as pd
import streamlit as st

from cnn.data.label_errors import SOURCE, SOURCE_ADDRESS
from cnn.evaluation.history import History, history_of
from cnn.evaluation.predictions import Predictions
from cnn.explanation import explain
from cnn.explanation.explain import Kernels, load_kernels
from cnn.inference.predictor import Predictor, load_predictor
from cnn.plots.explanation import Explanation, explanation_figure
from cnn.plots.palette import NEGATIVE, POSITIVE
from cnn.runs.store import Run
from ui.predictions.charts import MEANING, TEXT, axis, share_axis
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
HISTORY_HELP = "The network's prediction for this digit after each epoch of the training."


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
        _show_history(run, predictions, index)
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
    history = _show_history(run, predictions, index)
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
    if predictions.label_errors[index]:
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


def _show_history(run: Run, predictions: Predictions, index: int) -> History | None:
    """Show the prediction after each epoch, and return it; or say why there is no history."""
    label, predicted = int(predictions.labels[index]), int(predictions.predicted[index])
    st.markdown("##### Epoch by epoch", help=HISTORY_HELP)
    try:
        history = history_of(run, index, len(predictions))
    except ValueError as error:
        st.info(str(error), icon=":material/history:")
        return None
    summary = history.summary()
    if history.predicted[-1] != predicted:
        best = " has its best epoch's weights and" if run.hyperparameters.early_stopping else ""
        summary += f" The saved network{best} predicts {predicted}."
    st.markdown(summary)
    if len(history.epochs) > 1:
        st.altair_chart(history_chart(history, label, predicted), alt=summary)
    return history


def history_chart(history: History, label: int, predicted: int) -> alt.Chart:
    """Return a line of the true label's probability, and one of the prediction's if it differs."""
    names = {predicted: f"{predicted}, predicted"} | {label: f"{label}, true label"}
    table = pd.DataFrame(
        {
            "epoch": epoch,
            "line": names[digit],
            "probability": float(shares[digit]),
            "meaning": f"Epoch {epoch}: {digit} with {probability(float(shares[digit]))}, "
            f"predicted {shares.argmax()}",
        }
        for digit in sorted(names, key=lambda digit: digit != label)
        for epoch, shares in zip(history.epochs, history.probabilities, strict=True)
    )
    x_scale = alt.Scale(zero=False, nice=False, padding=12)
    x_axis = axis(format="d", tickMinStep=1, grid=False)
    x = alt.X("epoch:Q", title="Epoch", scale=x_scale, axis=x_axis)
    y_scale = alt.Scale(domain=[0, 1])
    y = alt.Y("probability:Q", title="Probability", scale=y_scale, axis=share_axis())
    colors = alt.Scale(domain=list(table["line"].unique()), range=[POSITIVE, NEGATIVE])
    legend = alt.Legend(orient="top", title=None, labelColor=TEXT, labelLimit=300)
    color = alt.Color("line:N", scale=colors, legend=legend)
    lines = alt.Chart(table, height=220).mark_line(strokeWidth=2, point=True)
    return lines.encode(x=x, y=y, color=color, tooltip=MEANING)

"""One test digit, opened: the answer, why, and how it came about."""

import streamlit as st

from cnn.data.label_errors import SOURCE, SOURCE_ADDRESS, has_label_error
from cnn.evaluation.predictions import Predictions
from cnn.explanation import explain
from cnn.explanation.kernels import Kernels, load_kernels
from cnn.inference.classifier import Prediction
from cnn.inference.predictor import Predictor, load_predictor
from cnn.plots.explanation import Explanation, explanation_figure
from cnn.runs.store import Run
from ui.draw.prediction import show_prediction
from ui.predictions.answer_history import show_history
from ui.shared import run_picker
from ui.shared.digit_tile import TILE_STYLE, png_address
from ui.shared.downloads import offer_downloads
from ui.shared.explanation import map_pictures, parts
from ui.shared.explanation.one_map import choose_map
from ui.shared.number_text import a_digit

_STYLE = f"""<style>{TILE_STYLE}
.opened {{max-width: 17rem}}
.opened .tile {{margin-bottom: .6rem}}
.opened .verdict {{font-size: 1.15rem; font-weight: 600; color: var(--correct)}}
.opened.mistake .verdict {{color: var(--mistake)}}
.opened.unsure .verdict {{color: inherit}}
.opened .doubt {{color: var(--warning)}}
</style>"""
_DOUBT = (
    '<div class="doubt">Label doubtful: people who looked again found it wrong '
    f'(<a href="{SOURCE_ADDRESS}">{SOURCE}</a>).</div>'
)


def show_digit(run: Run, predictions: Predictions, index: int) -> None:
    """Show one digit with its answer, which ink mattered, its likes, its maps and its history.

    Args:
        run: whose network answered. At the first time it looks at thousands of training digits,
            which takes a few seconds and is kept for all visitors.
        predictions: its answers to the digits.
        index: which of them; it may come from an address, so it is checked.
    """
    if not 0 <= index < len(predictions):
        count = f"There are {len(predictions):,} digits here, counted from 0"
        st.warning(f"{count}: no digit has the number {index}.", icon=":material/search_off:")
        return
    label, answer = int(predictions.labels[index]), int(predictions.predicted[index])
    picture, said = st.columns([2, 3], gap="large")
    with picture:
        st.html(_STYLE + _dialog_style() + digit_html(predictions, index))
    with said:
        show_prediction(_reading(predictions, index), image=None)
    try:
        predictor, kernels = load_predictor(run.model_path), load_kernels(run.model_path)
    except ValueError as error:
        st.warning(str(error), icon=":material/broken_image:")
        show_history(run, label, answer, index, len(predictions))
        return
    explained = _show_why(run, predictor, kernels, predictions, index)

    title = run_picker.run_label(run)
    offer_downloads(f"digit-{index}", lambda: explanation_figure(explained, title), run=run)


def _show_why(
    run: Run, predictor: Predictor, kernels: Kernels, predictions: Predictions, index: int
) -> Explanation:
    """Show what speaks for the answer, and return it."""
    label, answer = int(predictions.labels[index]), int(predictions.predicted[index])
    image = predictions.images[index]
    ink, nearest = st.columns(2, gap="large")
    with ink:
        importance = parts.show_ink(predictor, run, image, tuple(dict.fromkeys((answer, label))))
    history = show_history(run, label, answer, index, len(predictions))
    layers = explain.feature_maps(predictor, image)
    st.markdown("##### What each layer sees", help=parts.MAPS_HELP)
    st.html(map_pictures.maps_html(layers, kernels))
    choose_map(predictor, image, kernels)
    with nearest:  # last, as it may take a moment
        neighbors = parts.show_nearest(predictor, run, image, answer)
    return Explanation(
        number=index,
        image=image,
        label=label,
        probabilities=predictions.probabilities[index],
        importance=importance[0],
        neighbors=tuple(neighbors),
        layers=layers,
        kernels=kernels,
        history=history,
    )


def _dialog_style() -> str:
    """Return the page's light or dark scheme for a dialog, which Streamlit puts outside of it."""
    scheme = "dark" if st.context.theme.type == "dark" else "light"
    return f"<style>[data-testid=stDialog] {{color-scheme: {scheme}}}</style>"


def digit_html(predictions: Predictions, index: int) -> str:
    """Return a digit, large, with what it really is and what was read."""
    label, answer = int(predictions.labels[index]), int(predictions.predicted[index])
    right = bool(predictions.correct[index])
    is_doubtful = bool(has_label_error(predictions.labels)[index])
    doubt = _DOUBT if is_doubtful else ""
    kind = "unsure" if is_doubtful else "right" if right else "mistake"
    picture = png_address(predictions.images[index])
    return (
        f'<div class="opened {kind}"><div class="tile">'
        f'<img src="{picture}" alt="Handwritten {label}, read as {answer}"></div>'
        f'<div class="verdict">{_verdict(label, right, is_doubtful)}</div>{doubt}</div>'
    )


def _verdict(label: int, right: bool, is_doubtful: bool) -> str:
    """Say whether the answer is right, as far as the label can tell."""
    if is_doubtful:
        how = "The same as" if right else "Differs from"
        return f"{how} the label {label}, which is doubtful"
    return f"✓ Right: {a_digit(label)}" if right else f"✗ Wrong: really {a_digit(label)}"


def _reading(predictions: Predictions, index: int) -> Prediction:
    """Return the stored answer as a reading; a test digit is one, whatever the network says."""
    shares = tuple(float(share) for share in predictions.probabilities[index])
    sure = float(predictions.confidence[index])
    return Prediction(
        int(predictions.predicted[index]), sure, shares, reject_score=0.0, is_digit=True
    )

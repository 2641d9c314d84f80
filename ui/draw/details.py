"""Details of a prediction, computed only while they are open: why, and all networks."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from cnn.drawing.drawing import Drawing, Step, steps
from cnn.explanation import explain
from cnn.inference.predictor import load_predictor
from cnn.runs.store import Run
from ui.draw.all_networks import show_all_networks
from ui.shared.digit_tile import png_address
from ui.shared.explanation.feature_maps import show_feature_maps
from ui.shared.explanation.nearest import show_nearest
from ui.shared.explanation.occlusion import show_occlusion_maps

STEPS_HELP = (
    "MNIST's digits were fitted in a box of 20×20 pixels and placed by their center of mass. "
    "What you draw is brought into the same form: the network knows no other."
)
FINE = 28  # a picture with more pixels a side is not shown as squares


def offer_details(drawing: Drawing | None, run: Run) -> None:
    """Show what stays closed until it is asked for, and open over the next strokes.

    Args:
        drawing: one digit that was read, or None where there is none yet.
        run: the run that read it.
    """
    for label, icon, show in (
        ("Why this prediction", ":material/psychology_alt:", show_why),
        ("All networks", ":material/compare_arrows:", show_all_networks),
    ):
        box = st.expander(label, icon=icon, key=f"details_{label}", on_change="rerun")
        if not box.open:
            continue
        with box:
            try:
                show(drawing, run) if drawing else st.caption("Draw a digit first.")
            except ValueError as error:
                st.error(str(error), icon=":material/error:")


def show_why(drawing: Drawing, run: Run) -> None:
    """Show the steps to 28×28, the occlusion map, the nearest training digits, feature maps.

    Args:
        drawing: one digit.
        run: the run whose network is asked. The first time it compares thousands of training
            digits, which takes a few seconds and is cached for all visitors.

    Raises:
        ValueError: there is nothing to read in the drawing, or the network is damaged.
    """
    all_steps = steps(drawing)
    image, predictor = all_steps[-1].image, load_predictor(run.model_path)
    digit = int(predictor.probabilities(image[None])[0].argmax())
    st.markdown("##### From your drawing to 28×28", help=STEPS_HELP)
    st.html(steps_html(all_steps))
    ink, nearest = st.columns([2, 3], gap="medium")
    with ink:
        show_occlusion_maps(predictor, run, image, (digit,))
    show_feature_maps(explain.feature_maps(predictor, image))
    with nearest:  # last, as it may take a moment
        show_nearest(predictor, run, image, digit)


def steps_html(all_steps: Sequence[Step]) -> str:
    """Return the steps as a row of pictures with their texts, which wraps."""
    items = "".join(_step_html(number, step) for number, step in enumerate(all_steps, 1))
    return f'<div class="explanation steps" role="list">{items}</div>'


def _step_html(number: int, step: Step) -> str:
    classes = "plain " * step.as_given + "fine" * (max(step.image.shape) > FINE)
    return (
        f'<div role="listitem"><div class="tile"><img class="{classes}" '
        f'src="{png_address(step.image)}" alt="{escape(step.title)}"></div>'
        f'<b>{number}. {escape(step.title)}</b><span class="quiet">{escape(step.sentence)}</span>'
        "</div>"
    )

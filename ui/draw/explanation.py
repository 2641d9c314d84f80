"""Why a network answers as it does, as a part of a page."""

import streamlit as st

from cnn.drawing.drawing import Drawing
from cnn.drawing.steps import steps
from cnn.explanation import explain
from cnn.inference.predictor import load_predictor
from cnn.runs.store import Run
from ui.draw import preprocessing_pictures
from ui.shared.explanation.feature_maps import show_feature_maps
from ui.shared.explanation.nearest import show_nearest
from ui.shared.explanation.occlusion import show_occlusion_maps

STEPS_HELP = (
    "MNIST's digits were fitted in a box of 20×20 pixels and placed by their center of mass. "
    "What you draw is brought into the same form: the network knows no other."
)


def show_why(drawing: Drawing, run: Run) -> None:
    """Show the steps to 28×28, which ink mattered, the nearest training digits, feature maps.

    Args:
        drawing: one digit.
        run: the run whose network is asked. At the first time it looks at thousands of training
            digits, which takes a few seconds and is kept for all visitors.
    """
    try:
        way = steps(drawing)
        image, predictor = way[-1].image, load_predictor(run.model_path)
        digit = int(predictor.probabilities(image[None])[0].argmax())
    except ValueError as error:
        st.error(str(error), icon=":material/error:")
        return
    st.markdown("##### From your drawing to 28×28", help=STEPS_HELP)
    st.html(preprocessing_pictures.steps_html(way))
    ink, nearest = st.columns([2, 3], gap="medium")
    with ink:
        show_occlusion_maps(predictor, run, image, (digit,))
    show_feature_maps(explain.feature_maps(predictor, image))
    with nearest:  # last, as it may take a moment
        show_nearest(predictor, run, image, digit)

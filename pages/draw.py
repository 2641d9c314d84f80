"""Draw: write a digit and have it read by the network just trained."""

import streamlit as st

from cnn.drawing import Drawing
from cnn.pen import image_from_strokes
from cnn.predictor import load_predictor
from ui import navigation, run_picker
from ui.digit_pad import draw_strokes, show_answer
from ui.teaching import offer_teaching

navigation.begin_page("Draw")
run = run_picker.pick_run()

if not run.is_usable:
    run_picker.explain_unusable(run)
    st.stop()

try:
    predictor = load_predictor(run.model_path)  # before the first stroke waits for it
except ValueError as error:
    st.error(str(error), icon=":material/error:")
    st.stop()


@st.fragment
def pad_and_answer() -> None:
    """Answer each stroke without running the rest of the page again."""
    pad, answer = st.columns([2, 3], gap="large")
    with pad:
        try:
            strokes = draw_strokes()
        except ValueError as error:
            st.error(str(error), icon=":material/error:")
            return
    with answer:
        if not strokes:
            st.markdown("### Draw a digit")
            st.caption("With mouse, pen or finger. It is read as soon as you lift the pen.")
            return
        try:
            image = image_from_strokes(strokes)
            probabilities = predictor.probabilities(image[None])[0]
            show_answer(probabilities, image)
            offer_teaching(Drawing(strokes=strokes), int(probabilities.argmax()))
        except ValueError as error:
            st.error(str(error), icon=":material/error:")


pad_and_answer()

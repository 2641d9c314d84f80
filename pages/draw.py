"""Draw: write a digit or a number and have it read by the chosen network."""

import streamlit as st

from cnn.drawing.drawing import Drawing
from cnn.inference.classifier import load_classifier
from cnn.inference.segmentation import predict_several
from ui.draw import input_methods
from ui.draw.details import offer_details
from ui.draw.picture_input import show_verdict
from ui.draw.prediction import prediction_html, show_number
from ui.draw.save_digit import offer_save_digit
from ui.shared import navigation, run_picker, run_state

navigation.begin_page("Draw")
run = run_picker.pick_run()

try:
    classifier = load_classifier(run)  # before the first stroke waits for it
except ValueError as error:
    run_state.explain_absence(run, str(error))
    st.stop()


@st.fragment
def draw_and_read() -> None:
    """Predict after each stroke without running the rest of the page again."""
    method, several = input_methods.choose()
    is_wide = method is input_methods.WIDE_PEN
    left, right = st.columns((3, 2) if is_wide else (2, 3), gap="medium")
    read = None
    try:
        with left:
            drawing = method.show()
        with right:
            if drawing is None:
                st.markdown(f"### {method.heading}")
                st.caption(method.hint)
            elif several:
                show_number(predict_several(drawing, classifier), drawing, left)
            else:
                _ = drawing.mnist_image  # raises where there is nothing to read
                read = drawing
                read_digit(drawing)
    except ValueError as error:
        left.error(str(error), icon=":material/error:")
    if not several:
        offer_details(read, run)


def read_digit(drawing: Drawing) -> None:
    """Show the prediction for a drawing of one digit."""
    image = drawing.mnist_image
    (prediction,) = classifier.predict(image[None])
    st.html(prediction_html(prediction, image))
    if drawing.image is not None:  # a test digit: saved and trained on, it would test nothing
        show_verdict(prediction.digit)
        return
    if not prediction.is_digit:
        input_methods.offer_several(predict_several(drawing, classifier))
    offer_save_digit(drawing, prediction.digit)


draw_and_read()

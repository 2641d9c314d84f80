"""Draw: write a digit or a number and have it read by the chosen network."""

import streamlit as st

from cnn.drawing.drawing import Drawing
from cnn.inference.classifier import load_classifier
from cnn.inference.segmentation import predict_several
from ui.draw import input_methods, picture_input, several_digits
from ui.draw.canvas import CanvasState
from ui.draw.details import offer_details
from ui.draw.prediction import show_prediction
from ui.draw.save_digit import offer_save_digit
from ui.shared import navigation, run_picker

navigation.begin_page("Draw")
run = run_picker.pick_run()

if not run.is_usable:
    run_picker.explain_unusable(run)
    st.stop()

try:
    classifier = load_classifier(run)  # before the first stroke waits for it
except ValueError as error:
    st.error(str(error), icon=":material/error:")
    st.stop()


@st.fragment
def draw_and_read() -> None:
    """Predict after each stroke without running the rest of the page again."""
    choice = input_methods.choose()
    left, right = st.columns(choice.columns, gap="medium")
    read = None
    try:
        with left:
            state = choice.show()
        with right:
            if state.drawing is None:
                choice.invite()
            elif choice.several:
                read_number(state, choice)
            else:
                read_digit(state.drawing, choice)
                read = state.drawing
    except ValueError as error:
        left.error(str(error), icon=":material/error:")
    if not choice.several:
        offer_details(read, run)


def read_digit(drawing: Drawing, choice: input_methods.Choice) -> None:
    """Show the prediction for a drawing of one digit."""
    image = drawing.mnist_image()
    (prediction,) = classifier.predict(image[None])
    show_prediction(prediction, image)
    if choice.is_test_digit:
        picture_input.show_verdict(prediction.digit)
    if drawing.image is None and not prediction.is_digit:
        input_methods.offer_several(predict_several(drawing, classifier))
    if drawing.image is None:  # a test digit that is trained on tests nothing
        offer_save_digit(drawing, prediction.digit)


def read_number(state: CanvasState, choice: input_methods.Choice) -> None:
    """Show the predictions for a drawing of several digits, and box each of them."""
    assert state.drawing
    parts = predict_several(state.drawing, classifier)
    several_digits.show_number(parts)
    if state.drawing.picture is not None:
        several_digits.show_boxed(parts, state.drawing.picture)
    if state.frame and choice.canvas:
        with state.frame:
            several_digits.show_boxes(parts, choice.canvas.width, choice.canvas.height)


draw_and_read()

"""Draw: write a digit and have it read by the network just trained."""

import streamlit as st

from cnn.reading import load_reader
from ui import digit_pad, navigation, run_picker
from ui.answer import show_answer

navigation.begin_page("Draw")
run = run_picker.pick_run()

if not run.is_usable:
    run_picker.explain_unusable(run)
    st.stop()

try:
    reader = load_reader(run)  # before the first stroke waits for it
except ValueError as error:
    st.error(str(error), icon=":material/error:")
    st.stop()


@st.fragment
def draw_and_read() -> None:
    """Answer each stroke without running the rest of the page again."""
    left, right = st.columns([2, 3], gap="medium")
    try:
        with left:
            drawing = digit_pad.draw_on(digit_pad.ONE_DIGIT)
        with right:
            if drawing is None:
                st.markdown("### Draw a digit")
                st.caption("With mouse, pen or finger. It is read as soon as you lift the pen.")
                return
            image = drawing.mnist_image()
            (reading,) = reader.read(image[None])
            show_answer(reading, image)
    except ValueError as error:
        left.error(str(error), icon=":material/error:")


draw_and_read()

"""A page with the input methods other than the canvas alone, for tests."""

import streamlit as st

from ui.draw.picture_input import choose_test_digit, take_photo, upload_picture
from ui.draw.pixel_grid import paint_pixels

INPUT_METHODS = {
    "Picture": upload_picture,
    "Camera": take_photo,
    "Test digit": choose_test_digit,
    "Pixels": paint_pixels,
}

method = st.segmented_control("Input method", list(INPUT_METHODS), required=True, key="method")
try:
    drawing = INPUT_METHODS[method]()
    st.caption("What the network sees" if drawing and drawing.mnist_image.any() else "Nothing yet")
except ValueError as error:
    st.error(str(error))

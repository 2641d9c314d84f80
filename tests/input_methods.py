"""A page with the other ways in alone, for tests."""

import streamlit as st

from ui.draw.picture_input import choose_test_digit, take_photo, upload_picture
from ui.draw.pixel_grid import paint_pixels

INPUT_METHODS = {
    "Picture": upload_picture,
    "Camera": take_photo,
    "Test digit": choose_test_digit,
    "Pixels": paint_pixels,
}

way = st.segmented_control("Way", list(INPUT_METHODS), default="Picture", required=True, key="way")
drawing = INPUT_METHODS[way]()
if drawing is None:
    st.caption("Nothing yet")
else:
    st.image(drawing.mnist_image(), width=140, caption="What the network sees")

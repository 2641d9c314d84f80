"""The input methods for a digit: canvas, picture, camera, test digit, pixels."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import streamlit as st

from cnn.drawing.drawing import Drawing
from cnn.inference.segmentation import Part
from ui.draw import canvas
from ui.draw.picture_input import choose_test_digit, take_photo, upload_picture
from ui.draw.pixel_grid import paint_pixels


class InputMethod(NamedTuple):
    """An input method: its texts, and the function that shows it and returns its drawing."""

    label: str
    heading: str
    hint: str
    show: Callable[[], Drawing | None]
    one_digit_only: bool = False


INPUT_METHODS = {
    "pen": InputMethod(
        ":material/draw: Pen",
        "Draw a digit",
        "With mouse, pen or finger. It is read as soon as you lift the pen.",
        partial(canvas.show_canvas, "one_digit"),
    ),
    "picture": InputMethod(
        ":material/image: Picture",
        "Upload a picture",
        "Dark on light or light on dark, with room around it.",
        upload_picture,
    ),
    "camera": InputMethod(
        ":material/photo_camera: Camera",
        "Take a photo",
        "Of a digit on paper, with paper all around it.",
        take_photo,
    ),
    "test": InputMethod(
        ":material/casino: Test digit",
        "Choose a test digit",
        "From MNIST's test set.",
        choose_test_digit,
        one_digit_only=True,
    ),
    "pixels": InputMethod(
        ":material/grid_on: Pixels",
        "Paint a digit",
        "With keys, mouse or finger. It is read as you paint.",
        paint_pixels,
        one_digit_only=True,
    ),
}
WIDE_PEN = InputMethod(
    "",
    "Draw a number",
    "Leave a little room between its digits.",
    partial(canvas.show_canvas, "several_digits"),
)


def choose() -> tuple[InputMethod, bool]:
    """Show the input methods in one row; the address stores the choice.

    Returns:
        The chosen one, and whether a number of several digits is read.
    """
    state, address = st.session_state, st.query_params
    wanted = address.get("input")
    state.setdefault("input_method", wanted if wanted in INPUT_METHODS else "pen")
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = st.segmented_control(
            "Input method",
            list(INPUT_METHODS),
            format_func=lambda name: INPUT_METHODS[name].label,
            key="input_method",
            required=True,
            persist_state="session",
            label_visibility="collapsed",
            on_change=canvas.remount,
            width="content",
        )
        name = chosen or "pen"
        method = INPUT_METHODS[name]
        several = st.toggle(
            "Several digits",
            key="several",
            bind="query-params",
            disabled=method.one_digit_only,
            on_change=canvas.restore,
            width="content",
        )
    if address.get("input", "pen") != name:
        address["input"] = name
    several = several and not method.one_digit_only
    return (WIDE_PEN if several and name == "pen" else method), several


def offer_several(parts: Sequence[Part]) -> None:
    """Offer to read a drawing as several digits, if that is what it looks like.

    Args:
        parts: what `predict_several` finds in it.
    """
    if len(parts) < 2 or not all(part.prediction.is_digit for part in parts):
        return
    number = "".join(str(part.prediction.digit) for part in parts)
    st.button(
        f"Read it as {number}",
        icon=":material/pin:",
        key="read_several",
        help="It looks like several digits.",
        on_click=_turn_several_on,
    )


def _turn_several_on() -> None:
    st.session_state["several"] = True
    canvas.restore()

"""The input methods for a digit: canvas, picture, camera, test digit, pixels."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import streamlit as st

from cnn.drawing.drawing import Drawing
from cnn.inference.segmentation import Part
from ui.draw import canvas, picture_input
from ui.draw.canvas import ONE_DIGIT, SEVERAL_DIGITS, Canvas, CanvasState
from ui.draw.pixel_grid import paint_pixels


class InputMethod(NamedTuple):
    """An input method: its texts, and the function that shows it."""

    label: str
    icon: str
    heading: str
    hint: str
    show: Callable[[], Drawing | None] | None = None
    """None for a canvas."""


class Choice(NamedTuple):
    """What the visitor chose above the canvas."""

    method: InputMethod
    several: bool
    """Whether a number of several digits is read."""

    @property
    def canvas(self) -> Canvas | None:
        """The canvas that is drawn on, if it is one."""
        if self.method.show:
            return None
        return SEVERAL_DIGITS if self.several else ONE_DIGIT

    @property
    def is_test_digit(self) -> bool:
        """Whether the digit has a true label."""
        return self.method is INPUT_METHODS["test"]

    @property
    def columns(self) -> tuple[int, int]:
        """Relative widths of the input method and of the prediction beside it."""
        return (3, 2) if self.canvas is SEVERAL_DIGITS else (2, 3)

    def show(self) -> CanvasState:
        """Show the input method and return its drawing.

        Raises:
            ValueError: the browser sent something that is no drawing.
        """
        if self.canvas:
            return canvas.show_canvas(self.canvas)
        assert self.method.show
        return CanvasState(self.method.show())

    def invite(self) -> None:
        """Say what to do, where the prediction will be."""
        if self.several and self.canvas:
            st.markdown("### Draw a number")
            st.caption("Leave a little room between its digits.")
        else:
            st.markdown(f"### {self.method.heading}")
            st.caption(self.method.hint)


INPUT_METHODS = {
    "pen": InputMethod(
        "Pen",
        ":material/draw:",
        "Draw a digit",
        "With mouse, pen or finger. It is read as soon as you lift the pen.",
    ),
    "picture": InputMethod(
        "Picture",
        ":material/image:",
        "Upload a picture",
        "Dark on light or light on dark, with room around it.",
        picture_input.upload_picture,
    ),
    "camera": InputMethod(
        "Camera",
        ":material/photo_camera:",
        "Take a photo",
        "Of a digit on paper, with paper all around it.",
        picture_input.take_photo,
    ),
    "test": InputMethod(
        "Test digit",
        ":material/casino:",
        "Choose a test digit",
        "From MNIST's test set.",
        picture_input.choose_test_digit,
    ),
    "pixels": InputMethod(
        "Pixels",
        ":material/grid_on:",
        "Paint a digit",
        "With keys, mouse or finger. It is read as you paint.",
        paint_pixels,
    ),
}
_ONE_DIGIT_ONLY = ("test", "pixels")


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


def choose() -> Choice:
    """Show the input methods in one row and return the chosen one; the address keeps it."""
    state, address = st.session_state, st.query_params
    wanted = address.get("input")
    state.setdefault("input_method", wanted if wanted in INPUT_METHODS else "pen")
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = st.segmented_control(
            "Input method",
            list(INPUT_METHODS),
            format_func=lambda name: f"{INPUT_METHODS[name].icon} {INPUT_METHODS[name].label}",
            key="input_method",
            required=True,
            persist_state="session",
            label_visibility="collapsed",
            on_change=canvas.remount,
            width="content",
        )
        name = chosen or "pen"
        several = st.toggle(
            "Several digits",
            key="several",
            bind="query-params",
            disabled=name in _ONE_DIGIT_ONLY,
            on_change=canvas.restore,
            width="content",
        )
    if address.get("input", "pen") != name:
        address["input"] = name
    return Choice(INPUT_METHODS[name], several and name not in _ONE_DIGIT_ONLY)

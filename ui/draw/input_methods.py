"""The ways to bring a digit in: which there are, which one is chosen, and what it brings."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import streamlit as st

from cnn.drawing.drawing import Drawing
from cnn.inference.segmentation import Part
from ui.draw import canvas, picture_input
from ui.draw.canvas import ONE_DIGIT, SEVERAL_DIGITS, Canvas, CanvasState
from ui.draw.pixel_grid import paint_pixels


class InputMethod(NamedTuple):
    """A way in, in words, and the piece of screen behind it."""

    label: str
    icon: str
    heading: str
    hint: str
    show: Callable[[], Drawing | None] | None = None
    """None is a pad."""


class Choice(NamedTuple):
    """What the visitor chose above the pad."""

    way: InputMethod
    several: bool
    """Whether a number of several digits is read."""

    @property
    def pad(self) -> Canvas | None:
        """The pad that is drawn on, if it is one."""
        if self.way.show:
            return None
        return SEVERAL_DIGITS if self.several else ONE_DIGIT

    @property
    def is_test_digit(self) -> bool:
        """Whether it is known what the digit really is."""
        return self.way is INPUT_METHODS["test"]

    @property
    def columns(self) -> tuple[int, int]:
        """How wide the way in is, and the answer beside it."""
        return (3, 2) if self.pad is SEVERAL_DIGITS else (2, 3)

    def show(self) -> CanvasState:
        """Show the way in and return what it brings.

        Raises:
            ValueError: it brought something that is no drawing.
        """
        if self.pad:
            return canvas.draw_on(self.pad)
        assert self.way.show
        return CanvasState(self.way.show())

    def invite(self) -> None:
        """Say what to do, where the answer will be."""
        if self.several and self.pad:
            st.markdown("### Draw a number")
            st.caption("Leave a little room between its digits.")
        else:
            st.markdown(f"### {self.way.heading}")
            st.caption(self.way.hint)


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
        "Show a picture",
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
        "Digits that networks are tested on.",
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

# On a phone all of them stand in one row: words say more than icons there.
_look = st.components.v2.component(
    "ways_in_look",
    css="""
[class*="_look"] { position: absolute; }
@media (max-width: 640px) {
  .st-key-way button { padding-inline: .55rem; min-width: 0; }
  .st-key-way button span:has(> [data-testid="stIconMaterial"]) { display: none; }
}
""",
    isolate_styles=False,
)


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
    """Show the ways in as one row of choices and return the chosen one; the address keeps it."""
    state, address = st.session_state, st.query_params
    state.setdefault("way", address.get("way") if address.get("way") in INPUT_METHODS else "pen")
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = st.segmented_control(
            "Way in",
            list(INPUT_METHODS),
            format_func=lambda name: f"{INPUT_METHODS[name].icon} {INPUT_METHODS[name].label}",
            key="way",
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
        _look(key="ways_in_look")
    if address.get("way", "pen") != name:
        address["way"] = name
    return Choice(INPUT_METHODS[name], several and name not in _ONE_DIGIT_ONLY)

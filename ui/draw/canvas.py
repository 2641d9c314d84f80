"""The pad to draw on, with its tools; what is drawn stays, wherever the visitor goes meanwhile."""

from typing import Any, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit_drawable_canvas import st_canvas

from cnn.drawing.canvas import strokes_from_canvas
from cnn.drawing.drawing import Drawing
from ui.draw.canvas_style import style_canvas

SIDE = 336  # twelve screen pixels for each of the 28
PAPER, INK = "#ffffff", "#1d2033"
PEN_WIDTHS = (6, 40)  # screen pixels


class Canvas(NamedTuple):
    """A sheet of paper that keeps its own drawing."""

    name: str
    width: int
    """In the drawing's pixels; on a smaller screen the pad is shown smaller."""
    height: int

    @property
    def version(self) -> int:
        """How often the pad was laid out anew; its widget is another one each time."""
        return st.session_state.setdefault(f"{self.name}_version", 0)

    @property
    def kept(self) -> list[Any]:
        """The strokes drawn last, as the pad sends and takes them."""
        return st.session_state.setdefault(f"{self.name}_kept", [])

    def keep(self, objects: list[Any]) -> None:
        """Remember the strokes for when the pad is shown again."""
        st.session_state[f"{self.name}_kept"] = objects

    def remount(self) -> None:
        """Have the pad show the strokes kept, instead of those the browser knows."""
        st.session_state[f"{self.name}_version"] = self.version + 1


ONE_DIGIT = Canvas("pad", SIDE, SIDE)
SEVERAL_DIGITS = Canvas("wide_pad", 2 * SIDE, SIDE)


class CanvasState(NamedTuple):
    """What is drawn, None at first, and where it lies on the screen, if it is a pad."""

    drawing: Drawing | None
    paper: DeltaGenerator | None = None


def draw_on(pad: Canvas) -> CanvasState:
    """Show a pad with its tools under it, and return what is drawn on it.

    Raises:
        ValueError: the browser sent something that is no drawing; it stays on the pad.
    """
    paper = st.container(key=f"{pad.name}_paper", gap=None)
    with paper:
        sent = _show_canvas(pad)
    objects = sent.get("objects", []) if isinstance(sent, dict) else sent
    _show_tools(pad, objects)
    strokes = strokes_from_canvas(sent)
    pad.keep(objects if isinstance(objects, list) else [])
    return CanvasState(Drawing(strokes=strokes) if strokes else None, paper)


def remount() -> None:
    """Show each pad with what was drawn on it last, for when its place on the page is another."""
    for pad in (ONE_DIGIT, SEVERAL_DIGITS):
        pad.remount()


def restore() -> None:
    """Bring what is drawn on the small pad to the wide one, if that is empty, and lay both out."""
    if not SEVERAL_DIGITS.kept:
        SEVERAL_DIGITS.keep(ONE_DIGIT.kept)
    remount()


def _show_canvas(pad: Canvas) -> object:
    """Show the canvas and return what the browser says is on it.

    What it starts with must stay the same for as long as it is shown: it would load it again.
    """
    state = st.session_state
    state.setdefault("pen_width", 18)
    key = f"{pad.name}_{pad.version}"
    if key not in state:
        state[f"{pad.name}_start"] = {"objects": pad.kept} if pad.kept else None
    try:
        canvas = st_canvas(
            stroke_width=state["pen_width"],
            stroke_color=INK,
            background_color=PAPER,
            height=pad.height,
            width=pad.width,
            initial_drawing=state[f"{pad.name}_start"],
            key=key,
        )
    except (AttributeError, KeyError, TypeError):  # the browser sent no dictionary
        return "nothing that a pad sends"
    style_canvas(key)
    return canvas.json_data


def _show_tools(pad: Canvas, objects: object) -> None:
    """Show undo, clear and the pen; whatever is on the pad can be cleared."""
    strokes = objects if isinstance(objects, list) else []
    empty = not objects
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Undo",
            icon=":material/undo:",
            disabled=not strokes,
            on_click=_redraw,
            args=(pad, strokes[:-1]),
            help="Take back the last stroke.",
        )
        st.button(
            "Clear",
            icon=":material/delete:",
            disabled=empty,
            on_click=_redraw,
            args=(pad, []),
            help="Start with an empty pad.",
        )
        with st.popover("Pen", icon=":material/line_weight:"):
            st.slider(
                "Pen width",
                *PEN_WIDTHS,
                key="pen_width",
                persist_state="session",
                help="As you like it: the network always sees MNIST's own pen width.",
            )


def _redraw(pad: Canvas, objects: list[Any]) -> None:
    pad.keep(objects)
    pad.remount()

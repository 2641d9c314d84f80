"""The canvas to draw on, with its tools; the drawing stays, whatever page is visited meanwhile."""

from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit_drawable_canvas import st_canvas

from cnn.drawing.canvas import strokes_from_canvas
from cnn.drawing.drawing import Drawing

SIDE = 336  # twelve screen pixels for each of the 28
BACKGROUND, INK = "#ffffff", "#1d2033"
PEN_WIDTHS = (6, 40)  # screen pixels

_override_styles = st.components.v2.component(
    "canvas_overrides",
    js=Path(__file__).with_name("canvas_overrides.js").read_text("utf-8"),
    isolate_styles=False,
)


class Canvas(NamedTuple):
    """A canvas that keeps its own strokes."""

    name: str
    width: int
    """In the drawing's pixels; on a smaller screen the canvas is shown smaller."""
    height: int

    @property
    def version(self) -> int:
        """How often the canvas was remounted; its widget is another one each time."""
        return st.session_state.setdefault(f"{self.name}_version", 0)

    @property
    def strokes(self) -> list[Any]:
        """The strokes drawn last, as the widget sends and takes them."""
        return st.session_state.setdefault(f"{self.name}_strokes", [])

    def save(self, strokes: list[Any]) -> None:
        """Remember the strokes for when the canvas is shown again."""
        st.session_state[f"{self.name}_strokes"] = strokes

    def remount(self) -> None:
        """Have the canvas show the saved strokes, instead of those the browser knows."""
        st.session_state[f"{self.name}_version"] = self.version + 1


ONE_DIGIT = Canvas("one_digit", SIDE, SIDE)
SEVERAL_DIGITS = Canvas("several_digits", 2 * SIDE, SIDE)


class CanvasState(NamedTuple):
    """What is drawn, None at first, and its container on the page, if it is on a canvas."""

    drawing: Drawing | None
    frame: DeltaGenerator | None = None


def show_canvas(canvas: Canvas) -> CanvasState:
    """Show a canvas with its tools under it, and return what is drawn on it.

    Raises:
        ValueError: the browser sent something that is no drawing; it stays on the canvas.
    """
    frame = st.container(key=f"{canvas.name}_frame", gap=None)
    with frame:
        sent = _show_widget(canvas)
    strokes = sent.get("objects", []) if isinstance(sent, dict) else sent
    _show_tools(canvas, strokes)
    checked = strokes_from_canvas(sent)
    canvas.save(strokes if isinstance(strokes, list) else [])
    return CanvasState(Drawing(strokes=checked) if checked else None, frame)


def remount() -> None:
    """Show each canvas with its last strokes, for when its place on the page is another."""
    for canvas in (ONE_DIGIT, SEVERAL_DIGITS):
        canvas.remount()


def restore() -> None:
    """Copy the small canvas's strokes to the wide one, if that is empty, and remount both."""
    if not SEVERAL_DIGITS.strokes:
        SEVERAL_DIGITS.save(ONE_DIGIT.strokes)
    remount()


def _show_widget(canvas: Canvas) -> object:
    """Show the widget and return what the browser says is on it.

    Its initial drawing must stay the same for as long as it is shown: it would load it again.
    """
    state = st.session_state
    state.setdefault("pen_width", 18)
    key = f"{canvas.name}_{canvas.version}"
    if key not in state:
        state[f"{canvas.name}_start"] = {"objects": canvas.strokes} if canvas.strokes else None
    try:
        widget = st_canvas(
            stroke_width=state["pen_width"],
            stroke_color=INK,
            background_color=BACKGROUND,
            height=canvas.height,
            width=canvas.width,
            initial_drawing=state[f"{canvas.name}_start"],
            key=key,
        )
    except (AttributeError, KeyError, TypeError):  # the browser sent no dictionary
        return "nothing that a canvas sends"
    _override_styles(key=f"{key}_overrides")
    return widget.json_data


def _show_tools(canvas: Canvas, strokes: object) -> None:
    """Show undo, clear and the pen; whatever is on the canvas can be cleared."""
    drawn = strokes if isinstance(strokes, list) else []
    with st.container(horizontal=True, gap="small"):
        for label, icon, disabled, rest, help_text in (
            ("Undo", ":material/undo:", not drawn, drawn[:-1], "Remove the last stroke."),
            ("Clear", ":material/delete:", not strokes, [], "Start with an empty canvas."),
        ):
            st.button(
                label,
                icon=icon,
                disabled=disabled,
                on_click=_redraw,
                args=(canvas, rest),
                help=help_text,
            )
        with st.popover("Pen", icon=":material/line_weight:"):
            st.slider(
                "Pen width",
                *PEN_WIDTHS,
                key="pen_width",
                persist_state="session",
                help="As you like it: the network always sees MNIST's own pen width.",
            )


def _redraw(canvas: Canvas, strokes: list[Any]) -> None:
    canvas.save(strokes)
    canvas.remount()

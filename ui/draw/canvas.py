"""The canvas to draw on, with its tools; the drawing stays, whatever page is visited meanwhile."""

from pathlib import Path
from typing import Any

import streamlit as st
from streamlit_drawable_canvas import st_canvas

from cnn.drawing.canvas import strokes_from_canvas
from cnn.drawing.drawing import Drawing
from ui.draw.pixel_grid import WIDTH

CANVAS_WIDTHS = {"one_digit": WIDTH, "several_digits": 2 * WIDTH}  # screen pixels; height: WIDTH
PEN_WIDTHS = (6, 40)  # screen pixels

_override_styles = st.components.v2.component(
    "canvas_overrides",
    js=Path(__file__).with_name("canvas_overrides.js").read_text("utf-8"),
    isolate_styles=False,
)


def show_canvas(name: str) -> Drawing | None:
    """Show one of the canvases with its tools under it, and return what is drawn on it.

    Raises:
        ValueError: the browser sent something that is no drawing; it stays on the canvas.
    """
    with st.container(key=f"{name}_frame", gap=None):
        sent = _show_widget(name) or {}
    strokes = sent.get("objects", []) if isinstance(sent, dict) else sent
    _show_tools(name, strokes)
    checked = strokes_from_canvas(sent)
    st.session_state[f"{name}_strokes"] = strokes
    return Drawing(strokes=checked) if checked else None


def remount() -> None:
    """Show each canvas with its last strokes, for when its place on the page is another."""
    st.session_state["canvas_version"] = st.session_state.get("canvas_version", 0) + 1


def restore() -> None:
    """Copy the small canvas's strokes to the wide one, if that is empty, and remount both."""
    state = st.session_state
    if not state.get("several_digits_strokes"):
        state["several_digits_strokes"] = state.get("one_digit_strokes")
    remount()


def _show_widget(name: str) -> Any:
    """Show the widget and return what the browser says is on it.

    Its initial drawing must stay the same for as long as it is shown: it would load it again.
    """
    state = st.session_state
    state.setdefault("pen_width", 18)
    key, start = f"{name}_{state.get('canvas_version', 0)}", f"{name}_start"
    if key not in state:
        strokes = state.get(f"{name}_strokes")
        state[start] = {"objects": strokes} if strokes else None
    try:
        widget = st_canvas(
            stroke_width=state["pen_width"],
            stroke_color="#1d2033",
            background_color="#ffffff",
            height=WIDTH,
            width=CANVAS_WIDTHS[name],
            initial_drawing=state[start],
            key=key,
        )
    except (AttributeError, KeyError, TypeError):  # the browser sent no dictionary
        return "nothing that a canvas sends"
    _override_styles(key=f"{key}_overrides")
    return widget.json_data


def _show_tools(name: str, strokes: Any) -> None:
    """Show undo, clear and the pen; whatever is on the canvas can be cleared."""
    drawn = strokes if isinstance(strokes, list) else []
    with st.container(horizontal=True, gap="small"):
        for label, icon, disabled, rest in (
            ("Undo", ":material/undo:", not drawn, drawn[:-1]),
            ("Clear", ":material/delete:", not strokes, []),
        ):
            st.button(label, icon=icon, disabled=disabled, on_click=_redraw, args=(name, rest))
        with st.popover("Pen", icon=":material/line_weight:"):
            st.slider(
                "Pen width",
                *PEN_WIDTHS,
                key="pen_width",
                persist_state="session",
                help="As you like it: the network always sees MNIST's own pen width.",
            )


def _redraw(name: str, strokes: list[Any]) -> None:
    st.session_state[f"{name}_strokes"] = strokes
    remount()

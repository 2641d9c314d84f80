"""The pad to draw on, and the answer beside it."""

from typing import Any

import numpy as np
import streamlit as st
from streamlit_drawable_canvas import st_canvas

from cnn.canvas import strokes_from_canvas
from cnn.strokes import Stroke
from ui.numbers import probability as shown_probability

SIDE = 336  # twelve screen pixels for each of the 28
PAPER, INK = "#ffffff", "#1d2033"
PEN_WIDTHS = (6, 40)  # screen pixels


def draw_strokes() -> tuple[Stroke, ...]:
    """Show the pad with its tools under it, and return what is drawn on it, empty at first.

    Raises:
        ValueError: the browser sent something that is no drawing.
    """
    state = st.session_state
    state.setdefault("pad_version", 0)
    state.setdefault("pen_width", 18)
    key = f"digit_pad_{state['pad_version']}"
    canvas = st_canvas(
        stroke_width=state["pen_width"],
        stroke_color=INK,
        background_color=PAPER,
        height=SIDE,
        width=SIDE,
        drawing_mode="freedraw",
        initial_drawing=state.get("pad_drawing"),
        key=key,
    )
    drawing = canvas.json_data
    strokes = drawing.get("objects", []) if isinstance(drawing, dict) else []
    _show_tools(strokes if isinstance(strokes, list) else [])
    return strokes_from_canvas(drawing)


def _show_tools(objects: list[Any]) -> None:
    """Show undo, clear and the pen; a new pad takes the place of the old one."""
    empty = not objects
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Undo",
            icon=":material/undo:",
            disabled=empty,
            on_click=_redraw,
            args=(objects[:-1],),
            help="Take back the last stroke.",
        )
        st.button(
            "Clear",
            icon=":material/delete:",
            disabled=empty,
            on_click=_redraw,
            args=([],),
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


def _redraw(objects: list[Any]) -> None:
    st.session_state["pad_drawing"] = {"objects": objects} if objects else None
    st.session_state["pad_version"] += 1


def show_answer(probabilities: np.ndarray, image: np.ndarray) -> None:
    """Show the digit large, how sure, ten bars, and the 28×28 pixels that the network sees.

    Args:
        probabilities: (10,) float32.
        image: (28, 28) uint8, white ink on black.
    """
    digit = int(probabilities.argmax())
    sure = shown_probability(float(probabilities[digit]))
    answer, picture = st.columns([3, 2], vertical_alignment="center", wrap=False)
    answer.html(
        f'<div role="status" aria-live="polite" style="line-height:1">'
        f'<span data-testid="answer" style="font-size:7.5rem;font-weight:700">{digit}</span> '
        f'<span style="font-size:1.6rem;white-space:nowrap">{sure}'
        "</span></div>"
    )
    with picture:
        st.image(np.kron(image, np.ones((5, 5), np.uint8)), caption="What the network sees")
    st.html(_bars(probabilities))


def _bars(probabilities: np.ndarray) -> str:
    """Return ten bars with their digit and share; the longest one stands out."""
    best = int(probabilities.argmax())
    rows = []
    for digit, probability in enumerate(probabilities):
        shown = shown_probability(float(probability))
        weight, opacity = (700, 1.0) if digit == best else (400, 0.75)
        rows.append(
            f'<div style="display:flex;align-items:center;gap:0.6rem;font-weight:{weight};'
            f'opacity:{opacity};height:1.35rem"><span style="width:0.8rem">{digit}</span>'
            '<span style="flex:1;height:0.7rem;border-radius:0.35rem;overflow:hidden;'
            'background:rgba(127,130,160,0.22)"><span style="display:block;height:100%;'
            f'width:{float(probability):.1%};background:#6570e4"></span></span>'
            f'<span style="width:4rem;text-align:right">{shown}</span></div>'
        )
    return f'<div aria-label="Probability of each digit">{"".join(rows)}</div>'

"""A grid of 28×28 cells to paint with the keyboard, the mouse or a finger."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.drawing.drawing import Drawing

WIDTH = 336  # screen pixels, as the canvas's: twelve for each cell
SIDE = 28  # cells
CELL = 5  # pixels of the picture made of them: enough to smooth the corners of its lines
EMPTY = "0" * SIDE**2

_HTML = """
<div class="sheet" role="grid" tabindex="0" aria-label="Grid of 28 by 28 cells to paint a digit on"
  aria-describedby="keys" aria-multiselectable="true" aria-rowcount="28" aria-colcount="28"></div>
<p class="place" aria-live="polite"></p>
<p class="keys" id="keys">Drag to paint. Or with keys: arrows move, <kbd>Space</kbd> paints,
<kbd>Shift</kbd>&nbsp;+&nbsp;arrow draws, <kbd>P</kbd>&nbsp;puts the pen down,
<kbd>Esc</kbd> lifts it, <kbd>Delete</kbd> clears a cell.</p>
"""


def paint_pixels() -> Drawing | None:
    """Show the grid, and return what is painted on it; None while it is empty.

    What is painted stays when the page is left.
    """
    state = st.session_state
    state.setdefault("painted_pixels", EMPTY)
    state.setdefault("pixel_grid_version", 0)
    cells = _painted()
    _component()(
        key="pixel_grid",
        data={
            "cells": "".join(map(str, cells.ravel())),
            "version": state["pixel_grid_version"],
        },
        on_painted_change=_save_painted,
        width=WIDTH,
    )
    st.button(
        "Clear",
        icon=":material/delete:",
        key="clear_pixels",
        disabled=state["painted_pixels"] == EMPTY,
        on_click=_clear,
        help="Start with an empty grid.",
    )
    return Drawing(picture=picture_of_cells(cells)) if cells.any() else None


def _painted() -> NDArray[np.uint8]:
    """Return the cells that are painted, none where the browser sent something else."""
    try:
        return cells_from_browser(st.session_state["painted_pixels"])
    except ValueError as error:
        st.error(str(error), icon=":material/error:", width=WIDTH)
        return cells_from_browser(EMPTY)


def cells_from_browser(value: object) -> NDArray[np.uint8]:
    """Return cells that a browser sent as (28, 28), 1 is ink.

    Args:
        value: 784 times "0" or "1" in one text, row by row.

    Raises:
        ValueError: it is something else.
    """
    if not isinstance(value, str) or len(value) != len(EMPTY) or set(value) - {"0", "1"}:
        raise ValueError("The grid sent something that is no drawing. Clear it and paint again.")
    return np.array(list(value), np.uint8).reshape(SIDE, SIDE)


def picture_of_cells(cells: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return cells, (28, 28), 1 is ink, as a picture of dark ink with a white margin all around."""
    background = 1 - np.pad(cells, 1)
    return np.kron(background * np.uint8(255), np.ones((CELL, CELL), np.uint8))


@lru_cache(maxsize=1)
def _component() -> Any:
    css, js = (Path(__file__).with_suffix(kind).read_text("utf-8") for kind in (".css", ".js"))
    return st.components.v2.component("pixel_grid", html=_HTML, css=css, js=js)


def _save_painted() -> None:
    painted = st.session_state["pixel_grid"].get("painted")
    st.session_state["painted_pixels"] = painted.get("cells") if isinstance(painted, dict) else None


def _clear() -> None:
    st.session_state["painted_pixels"] = EMPTY
    st.session_state["pixel_grid_version"] += 1

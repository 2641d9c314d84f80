"""A grid of 28×28 cells to paint with the keyboard, the mouse or a finger."""

from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.drawing.drawing import Drawing

WIDTH = 336  # screen pixels of each input method: twelve for each cell
SIDE = 28  # cells
CELL = 5  # pixels of the picture made of them: enough to smooth the corners of its lines
EMPTY = "0" * SIDE**2


def _row_html(row: int) -> str:
    cells = (
        f'<div role="gridcell" id="cell-{row}-{column}" aria-label="Row {row}, column {column}">'
        for column in range(1, SIDE + 1)
    )
    return f'<div role="row">{"</div>".join(cells)}</div></div>'


_HTML = f"""
<div class="sheet" role="grid" tabindex="0" aria-label="Grid of 28 by 28 cells to paint a digit on"
  aria-describedby="keys" aria-multiselectable="true" aria-rowcount="28" aria-colcount="28"
  >{"".join(map(_row_html, range(1, SIDE + 1)))}</div>
<p class="place" aria-live="polite"></p>
<p class="keys" id="keys">Drag to paint. Or with keys: arrows move, <kbd>Space</kbd> paints,
<kbd>Shift</kbd>&nbsp;+&nbsp;arrow draws, <kbd>P</kbd>&nbsp;puts the pen down,
<kbd>Esc</kbd> lifts it, <kbd>Delete</kbd> clears a cell.</p>
"""
_CSS, _JS = (Path(__file__).with_suffix(kind).read_text("utf-8") for kind in (".css", ".js"))
_show_grid = st.components.v2.component("pixel_grid", html=_HTML, css=_CSS, js=_JS)


def paint_pixels() -> Drawing | None:
    """Show the grid, and return what is painted on it; None while it is empty.

    What is painted stays when the page is left. It is treated as a picture, with MNIST's size and
    line width: the network may see other pixels than the cells.

    Raises:
        ValueError: the browser sent something that is no drawing.
    """
    state = st.session_state
    painted = state.setdefault("painted_pixels", EMPTY)
    key = f"pixel_grid_{state.setdefault('pixel_grid_version', 0)}"
    _show_grid(
        key=key,
        data=painted,
        on_painted_change=lambda: state.update(painted_pixels=state[key].get("painted")),
        width=WIDTH,
    )
    is_empty = painted == EMPTY
    st.button(
        "Clear", icon=":material/delete:", key="clear_pixels", disabled=is_empty, on_click=_clear
    )
    cells = cells_from_browser(painted)
    return Drawing(picture=picture_of_cells(cells)) if cells.any() else None


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


def _clear() -> None:
    st.session_state["painted_pixels"] = EMPTY
    st.session_state["pixel_grid_version"] += 1  # a new grid takes the old one's place

"""The gallery of test digits: a grid of pictures with the network's answers, each to be opened."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.data.label_errors import has_label_error
from cnn.evaluation.predictions import Predictions
from cnn.evaluation.selection import confidence_percent
from ui.predictions.opened_state import LAST_OPENED, PAGE_SIZE, digit_name, open_digit, opened_digit
from ui.shared.digit_tile import TILE_STYLE, png_address

STYLE = f"""{TILE_STYLE}
.digits {{display: grid; grid-template-columns: repeat(auto-fill, minmax(4.5rem, 1fr));
  gap: .75rem .5rem; font-size: .875rem; line-height: 1.3; font-variant-numeric: tabular-nums}}
.digits .tile {{margin-bottom: .25rem}}
.digits .answer {{display: flex; justify-content: space-between; gap: .25rem}}
.digits .answer b {{color: var(--correct); white-space: nowrap}}
.digits .mistake b, .digits .truth {{color: var(--mistake)}}
.digits .mistake .tile {{box-shadow: 0 0 0 2px var(--mistake)}}
.digits .doubt {{color: var(--warning)}}
"""

_HTML = '<div class="gallery"></div>'
_LEGEND = "✓ right, ✗ wrong, how sure. Press a digit to open it; arrow keys move."


def choose_page(count: int, total: int) -> slice:
    """Show the page numbers for so many digits and return the chosen page's part of them.

    A single page has its number too where all digits have several: the digits keep their place.
    """
    pages = max(1, -(-count // PAGE_SIZE))
    if not count or total <= PAGE_SIZE:
        return slice(0, PAGE_SIZE)
    page = st.pagination(pages, key="page", bind="query-params")
    return slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)


def show_gallery(predictions: Predictions, indices: NDArray[np.intp], asked: int = 0) -> None:
    """Show some digits, each with the network's answer; a click on one opens it.

    Args:
        predictions: the answers.
        indices: the digits, in their order; there may be none.
        asked: how often a click elsewhere asked for these digits. Another number than before
            brings them into view.
    """
    if len(indices):
        st.markdown(f":small[{_LEGEND}]")
    tiles = gallery_html(predictions, indices)
    last = st.session_state.get(LAST_OPENED)
    show_tiles("digit_gallery", STYLE, predictions, tiles=tiles, last=last, asked=asked)


def show_tiles(name: str, style: str, predictions: Predictions, **data: Any) -> None:
    """Show tiles in the browser, between which arrow keys move and of which a click opens one.

    Args:
        name: of the component and of its widget.
        style: CSS of the tiles.
        predictions: of the digits that can be opened.
        data: "tiles", their HTML, each a button with its digit as `data-index`, and what else
            gallery.js takes.
    """

    def open_clicked() -> None:
        open_digit(st.session_state[name].get("opened"))

    data["opened"] = opened_digit(predictions)
    _component(name, style)(key=name, data=data, on_opened_change=open_clicked)


@lru_cache(maxsize=2)
def _component(name: str, style: str) -> Any:
    css, js = (Path(__file__).with_suffix(kind).read_text("utf-8") for kind in (".css", ".js"))
    return st.components.v2.component(name, html=_HTML, css=style + css, js=js)


def gallery_html(predictions: Predictions, indices: NDArray[np.intp]) -> str:
    """Return a list of pictures with answers as HTML; right and wrong differ by sign and color."""
    doubtful = has_label_error(predictions.labels)
    items = "".join(_item_html(predictions, int(index), bool(doubtful[index])) for index in indices)
    return f'<div class="digits" role="list">{items}</div>'


def _item_html(predictions: Predictions, index: int, is_doubtful: bool) -> str:
    label, answer = predictions.labels[index], predictions.predicted[index]
    sure = confidence_percent(predictions.confidence[index])
    kind, sign, truth = "right", "✓", ""
    if not predictions.correct[index]:
        is_so = "labeled" if is_doubtful else "really"
        kind, sign, truth = "mistake", "✗", f'<div class="truth">{is_so} {label}</div>'
    doubt = '<div class="doubt">label doubtful</div>' if is_doubtful else ""
    if truth:
        doubt = doubt.replace("label ", "")  # it was just named
    name = f"{digit_name(predictions, index)}, {sure} sure" + ", label doubtful" * is_doubtful
    return (
        f'<div class="{kind}" role="listitem">'
        f'<button type="button" data-index="{index}" aria-label="{name}">'
        f'<div class="tile"><img src="{png_address(predictions.images[index])}" alt=""></div>'
        f'<div class="answer"><b>{sign} {answer}</b><span>{sure}</span></div>{truth}{doubt}'
        "</button></div>"
    )

"""The digits on which two networks differ, with both answers, each to be opened as A reads it."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.data.label_errors import has_label_error
from cnn.evaluation.comparison import Comparison, CorrectIn
from cnn.evaluation.predictions import Predictions
from cnn.evaluation.selection import confidence_percent
from cnn.runs.store import Run
from ui.predictions import opened_state
from ui.predictions.opened_digit import show_digit
from ui.shared import gallery
from ui.shared.digit_tile import TILE_STYLE, png_address

PAGE_SIZE = 30  # fills whole rows of 3, 5, 6 or 10

WHO: dict[str, CorrectIn] = {
    "Only A right": "first",
    "Only B right": "second",
    "Both wrong": "neither",
}
_NONE: dict[CorrectIn, str] = {
    "first": "There is no digit that only A reads right.",
    "second": "There is no digit that only B reads right.",
    "neither": "There is no digit that both read wrong.",
}

_STYLE = f"""{TILE_STYLE}
.pairs {{display: grid; grid-template-columns: repeat(auto-fill, minmax(6rem, 1fr));
  gap: 1rem .75rem; font-size: .875rem; line-height: 1.35; font-variant-numeric: tabular-nums}}
.pairs button {{position: relative}}
.pairs .tile {{margin-bottom: .25rem}}
.pairs .row {{display: flex; justify-content: space-between; gap: .25rem}}
.pairs .right b {{color: var(--correct)}}
.pairs .wrong b {{color: var(--mistake)}}
.pairs .doubt {{color: var(--warning)}}
.pairs .spoken {{position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%)}}
"""
_LEGEND = "✓ right, ✗ wrong: what each network reads. Press a digit to open it as A sees it."


@st.fragment
def browse(run: Run, comparison: Comparison) -> None:
    """Show the digits that only one or neither reads right, and the opened one.

    Choice, page and opened digit are in the address.

    Args:
        run: the first network, A.
        comparison: its answers beside B's.
    """
    chosen = st.segmented_control(
        "Digits",
        list(WHO),
        default="Only A right",
        required=True,
        key="who",
        bind="query-params",
        on_change=_first_page,
        label_visibility="collapsed",
    )
    indices = comparison.indices(WHO[chosen])
    if len(indices) == 0:
        st.info(_NONE[WHO[chosen]], icon=":material/search_off:")
    else:
        _show_page(comparison, indices)
    if opened_state.opened_digit(comparison.first) is not None:
        opened_state.show_opened(run, comparison.first, indices, show_digit)


def _first_page() -> None:
    st.session_state["who_page"] = 1


def _show_page(comparison: Comparison, indices: NDArray[np.intp]) -> None:
    """Show a page of the digits; a click on one opens it."""
    pages = -(-len(indices) // PAGE_SIZE)
    page = 1
    if pages > 1:
        page = st.pagination(pages, key="who_page", bind="query-params")
    shown = indices[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    st.markdown(f":small[{_LEGEND}]")
    tiles = pairs_html(comparison, shown)
    gallery.show_tiles("pair_gallery", _STYLE, comparison.first, tiles=tiles)


def pairs_html(comparison: Comparison, indices: NDArray[np.intp]) -> str:
    """Return a list of pictures with the truth and the answers of both networks."""
    doubtful = has_label_error(comparison.first.labels)
    items = "".join(_item_html(comparison, int(index), bool(doubtful[index])) for index in indices)
    return f'<div class="digits pairs" role="list">{items}</div>'


def _item_html(comparison: Comparison, index: int, is_doubtful: bool) -> str:
    first = comparison.first
    doubt = '<div class="doubt">label doubtful</div>' if is_doubtful else ""
    label, picture = first.labels[index], png_address(first.images[index])
    return (
        f'<div role="listitem"><button type="button" data-index="{index}">'
        f'<span class="spoken">Test digit {index}:</span>'
        f'<div class="tile"><img src="{picture}" alt=""></div><div>really <b>{label}</b></div>'
        f"{_answer_html('A', first, index)}{_answer_html('B', comparison.second, index)}"
        f"{doubt}</button></div>"
    )


def _answer_html(name: str, predictions: Predictions, index: int) -> str:
    is_right = bool(predictions.correct[index])
    kind, sign, spoken = ("right", "✓", "right") if is_right else ("wrong", "✗", "wrong")
    return (
        f'<div class="row {kind}"><span>{name} <b><span aria-hidden="true">{sign}</span>'
        f'<span class="spoken">{spoken}, read as</span> {predictions.predicted[index]}</b></span>'
        f"<span>{confidence_percent(predictions.confidence[index])}</span></div>"
    )

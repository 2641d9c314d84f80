"""The digits on which two networks differ, with both answers."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.evaluation.comparison import Comparison, Who
from cnn.evaluation.predictions import Predictions
from cnn.evaluation.selection import percent_sure
from cnn.evaluation.wrong_labels import has_wrong_label
from ui.digit_tile import TILE_STYLE, png_address

PAGE_SIZE = 30  # fills whole rows of 3, 5, 6 or 10

WHO: dict[str, Who] = {
    "Only A right": "first",
    "Only B right": "second",
    "Both wrong": "neither",
}
_NONE: dict[Who, str] = {
    "first": "There is no digit that only A reads right.",
    "second": "There is no digit that only B reads right.",
    "neither": "There is no digit that both read wrong.",
}

_STYLE = f"""<style>{TILE_STYLE}
.pairs {{display: grid; grid-template-columns: repeat(auto-fill, minmax(6rem, 1fr));
  gap: 1rem .75rem; font-size: .875rem; line-height: 1.35; font-variant-numeric: tabular-nums}}
.pairs .tile {{margin-bottom: .25rem}}
.pairs .row {{display: flex; justify-content: space-between; gap: .25rem}}
.pairs .right b {{color: light-dark(#15703a, #74d693)}}
.pairs .wrong b {{color: light-dark(#b3261e, #ff9a91)}}
.pairs .doubt {{color: light-dark(#7a4b00, #ffc266)}}
.pairs .spoken {{position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%)}}
</style>"""


@st.fragment
def browse(comparison: Comparison) -> None:
    """Show the digits that only one or neither reads right; choice and page are in the address."""
    chosen = st.segmented_control(
        "Digits",
        list(WHO),
        default="Only A right",
        required=True,
        key="who",
        bind="query-params",
        on_change=_first_page,
    )
    indices = comparison.read_right_by(WHO[chosen])
    if len(indices) == 0:
        st.info(_NONE[WHO[chosen]], icon=":material/search_off:")
        return
    pages = -(-len(indices) // PAGE_SIZE)
    page = 1
    if pages > 1:
        page = st.pagination(pages, key="who_page", bind="query-params")
    shown = indices[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    st.html(_STYLE + pairs_html(comparison, shown))


def _first_page() -> None:
    st.session_state["who_page"] = 1


def pairs_html(comparison: Comparison, indices: NDArray[np.intp]) -> str:
    """Return a list of pictures with the truth and the answers of both networks."""
    doubtful = has_wrong_label(comparison.first.labels)
    items = "".join(_item_html(comparison, int(index), bool(doubtful[index])) for index in indices)
    return f'<div class="pairs" role="list">{items}</div>'


def _item_html(comparison: Comparison, index: int, is_doubtful: bool) -> str:
    first = comparison.first
    doubt = '<div class="doubt">label doubtful</div>' if is_doubtful else ""
    label = first.labels[index]
    return (
        f'<div role="listitem"><div class="tile"><img src="{png_address(first.images[index])}" '
        f'alt="Handwritten {label}"></div><div>really <b>{label}</b></div>'
        f"{_answer_html('A', first, index)}{_answer_html('B', comparison.second, index)}"
        f"{doubt}</div>"
    )


def _answer_html(name: str, predictions: Predictions, index: int) -> str:
    is_right = bool(predictions.correct[index])
    kind, sign, spoken = ("right", "✓", "right") if is_right else ("wrong", "✗", "wrong")
    return (
        f'<div class="row {kind}"><span>{name} <b><span aria-hidden="true">{sign}</span>'
        f'<span class="spoken">{spoken}, read as</span> {predictions.predicted[index]}</b></span>'
        f"<span>{percent_sure(predictions.confidence[index])}</span></div>"
    )

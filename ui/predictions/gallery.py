"""The gallery of test digits: a grid of tiles with predictions, of which a click opens one."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.evaluation.predictions import Predictions
from cnn.evaluation.selection import confidence_percent
from ui.predictions.opened_digit import (
    LAST_OPENED,
    digit_name,
    number_of_address,
    open_digit,
    opened_digit,
)
from ui.shared.digit_tile import TILE_STYLE, png_address

_KEY = "digit_gallery"
_LEGEND = "✓ correct, ✗ mistake, confidence. Click a digit to open it; arrow keys move."


def choose_page(count: int, page_size: int, name: str, always: bool = False) -> slice:
    """Show page numbers for so many digits and return the chosen page's part of them.

    The address has the page under `name`. With `always`, a single page has its number too.
    """
    pages = max(1, -(-count // page_size))
    if not count or (pages == 1 and not always):
        return slice(0, page_size)
    st.session_state[name] = min(max(number_of_address(name) or 1, 1), pages)

    def store() -> None:
        page = st.session_state[name]
        st.query_params.update({name: [] if page == 1 else str(page)})

    page = st.pagination(pages, key=name, on_change=store)
    return slice((page - 1) * page_size, page * page_size)


def show_gallery(
    predictions: Predictions,
    indices: NDArray[np.intp],
    second: Predictions | None = None,
    scroll_request: int = 0,
) -> None:
    """Show digits with one or two predictions; a click opens one, arrow keys move between them.

    Predictions are of all test digits, `indices` the digits to show, in their order; there may be
    none. Another scroll request than before scrolls the gallery into view.
    """
    if len(indices):
        st.markdown(f":small[{_LEGEND}]")
    networks = {"": predictions} if second is None else {"A": predictions, "B": second}
    data = {
        "tiles": tiles_html(networks, indices),
        "opened": opened_digit(predictions),
        "last": st.session_state.get(LAST_OPENED),
        "scrollRequest": scroll_request,
    }
    _component()(key=_KEY, data=data, on_opened_change=_open_clicked)


def _open_clicked() -> None:
    open_digit(st.session_state[_KEY].get("opened"))


@lru_cache(maxsize=1)
def _component() -> Any:
    css, js = (Path(__file__).with_suffix(kind).read_text("utf-8") for kind in (".css", ".js"))
    html = '<div class="gallery"></div>'
    return st.components.v2.component(_KEY, html=html, css=TILE_STYLE + css, js=js)


def tiles_html(networks: Mapping[str, Predictions], indices: NDArray[np.intp]) -> str:
    """Return a list of buttons, each a digit with the prediction of each network.

    Networks are named; a single one is named "".
    """
    tiles = "".join(_tile_html(networks, int(one)) for one in indices)
    return f'<div class="digits{" pairs" * (len(networks) > 1)}" role="list">{tiles}</div>'


def _tile_html(networks: Mapping[str, Predictions], index: int) -> str:
    first = next(iter(networks.values()))
    name, rows = digit_name(first, index), ""
    for network, one in networks.items():
        confidence = confidence_percent(one.confidence[index])
        name += f", {f'{network} predicted'.strip()} {one.predicted[index]}, {confidence}"
        kind, sign = ("correct", "✓") if one.correct[index] else ("mistake", "✗")
        prediction = f"{network} <b>{sign} {one.predicted[index]}</b>"
        rows += f'<div class="row {kind}"><span>{prediction}</span>{confidence}</div>'
    if len(networks) > 1 or not first.correct[index]:
        rows += f"<div>label {first.labels[index]}</div>"
    if first.label_errors[index]:
        name, rows = f"{name}, label error", f'{rows}<div class="label-error">label error</div>'
    mistake = " mistake" * (len(networks) == 1 and not first.correct[index])
    return (
        f'<div role="listitem"><button type="button" data-index="{index}" aria-label="{name}">'
        f'<div class="tile{mistake}"><img src="{png_address(first.images[index])}" alt=""></div>'
        f"{rows}</button></div>"
    )

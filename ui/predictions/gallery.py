"""The gallery of test digits: its filters, its grid of pictures, and saving it."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple, get_args

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.architecture import CLASSES
from cnn.evaluation.predictions import Predictions
from cnn.evaluation.selection import Kind, Order, percent_sure, select
from cnn.plots import ImageFormat
from ui.digit_tile import TILE_STYLE, png_address

PAGE_SIZE = 48  # fills whole rows of 4, 6 or 8
ANY_DIGIT = "Any"

_KINDS: dict[str, Kind] = {"All": "all", "Mistakes": "mistakes", "Right": "correct"}
_ORDERS: dict[str, Order] = {
    "Least sure first": "least sure first",
    "Most sure first": "most sure first",
    "Unsorted": "test order",
}

STYLE = f"""<style>{TILE_STYLE}
.digits {{display: grid; grid-template-columns: repeat(auto-fill, minmax(4.5rem, 1fr));
  gap: .75rem .5rem; font-size: .875rem; line-height: 1.3; font-variant-numeric: tabular-nums}}
.digits .tile {{margin-bottom: .25rem}}
.digits .answer {{display: flex; justify-content: space-between; gap: .25rem}}
.digits .answer b {{color: light-dark(#15703a, #74d693); white-space: nowrap}}
.digits .mistake b, .digits .truth {{color: light-dark(#b3261e, #ff9a91)}}
.digits .mistake .tile {{box-shadow: 0 0 0 2px light-dark(#b3261e, #ff9a91)}}
.digits .spoken {{position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%)}}
</style>"""


class GalleryFilter(NamedTuple):
    """Which digits the visitor asks for."""

    kind: Kind
    digit: int | None
    order: Order

    def indices(self, predictions: Predictions) -> NDArray[np.intp]:
        """Return the digits asked for, in the order asked for."""
        return select(predictions, self.kind, self.digit, self.order)


def choose_filter() -> GalleryFilter:
    """Show the filters in one row and return what they say; they are kept in the address."""
    with st.container(horizontal=True):
        show = st.segmented_control(
            "Show",
            list(_KINDS),
            default="All",
            required=True,
            key="show",
            bind="query-params",
            on_change=_first_page,
            help="All digits, only those read wrong, or only those read right.",
        )
        digit = st.selectbox(
            "Digit",
            [ANY_DIGIT, *map(str, range(CLASSES))],
            key="digit",
            bind="query-params",
            on_change=_first_page,
            width=110,
            help="The digit that was really written.",
        )
        order = st.selectbox(
            "Order",
            list(_ORDERS),
            key="order",
            bind="query-params",
            on_change=_first_page,
            width=200,
            help="How sure the network is: the probability it gives its answer.",
        )
    chosen_digit = int(digit) if digit.isdecimal() else None
    return GalleryFilter(_KINDS[show], chosen_digit, _ORDERS[order])


def _first_page() -> None:
    st.session_state["page"] = 1


def choose_page(count: int) -> slice:
    """Show the page numbers for so many digits and return the chosen page's part of them."""
    pages = max(1, -(-count // PAGE_SIZE))
    if pages == 1:
        return slice(0, PAGE_SIZE)
    page = st.pagination(pages, key="page", bind="query-params")
    return slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)


def show_gallery(predictions: Predictions, indices: NDArray[np.intp]) -> None:
    """Show some digits, each with the network's answer."""
    st.markdown(":small[✓ right, ✗ wrong: what the network reads, and how sure it is]")
    st.html(STYLE + gallery_html(predictions, indices))


def gallery_html(predictions: Predictions, indices: NDArray[np.intp]) -> str:
    """Return a list of pictures with answers as HTML; right and wrong differ by sign and colour."""
    items = "".join(_item_html(predictions, int(index)) for index in indices)
    return f'<div class="digits" role="list">{items}</div>'


def _item_html(predictions: Predictions, index: int) -> str:
    label, answer = predictions.labels[index], predictions.predicted[index]
    if predictions.correct[index]:
        kind, sign, verdict, truth = "right", "✓", "Right, read as", ""
    else:
        kind, sign, verdict = "mistake", "✗", "Wrong, read as"
        truth = f'<div class="truth">really {label}</div>'
    return (
        f'<div class="{kind}" role="listitem"><div class="tile">'
        f'<img src="{png_address(predictions.images[index])}" alt="Handwritten {label}"></div>'
        f'<div class="answer"><b><span aria-hidden="true">{sign}</span>'
        f'<span class="spoken">{verdict}</span> {answer}</b>'
        f'<span>{percent_sure(predictions.confidence[index])}<span class="spoken"> sure</span>'
        f"</span></div>{truth}</div>"
    )


def empty_sentence(predictions: Predictions, chosen: GalleryFilter) -> str:
    """Say why a filter shows nothing."""
    of_digit = select(predictions, "all", chosen.digit)
    if len(of_digit) == 0:
        return f"There is no picture of a {chosen.digit} among these digits."
    what = "digits" if chosen.digit is None else f"pictures of a {chosen.digit}"
    if chosen.kind == "mistakes":
        return f"No mistakes here: the network reads all {len(of_digit):,} {what} right."
    return f"Nothing right here: the network reads all {len(of_digit):,} {what} wrong."


def offer_picture(what: str, draw: Callable[[ImageFormat], bytes]) -> None:
    """Show buttons that save a picture. `draw` gets "png" or "svg", and only works on a click."""
    with st.container(horizontal=True):
        for image_format in get_args(ImageFormat):
            st.download_button(
                f"Save as {image_format.upper()}",
                partial(draw, image_format),
                file_name=f"{what}.{image_format}",
                mime={"png": "image/png", "svg": "image/svg+xml"}[image_format],
                key=f"save_{what}_{image_format}",
                type="tertiary",
                icon=":material/download:",
                on_click="ignore",
                help="A picture for slides and print: PNG has pixels, SVG stays sharp at any size.",
            )

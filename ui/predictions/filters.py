"""Which test digits the visitor asks for: the filters, which are kept in the address."""

from typing import Any

import streamlit as st

from cnn.data.label_errors import SOURCE, has_label_error
from cnn.evaluation.predictions import Predictions
from cnn.evaluation.selection import DigitFilter, Kind, Order
from cnn.network.layers import CLASSES
from ui.predictions.filter_words import count_sentence

ANY_DIGIT = "Any"
EVERYTHING = (0, 100)  # percent sure
_AS_HIGH_AS_A_BUTTON = '<div style="height: 2.5rem"></div>'  # the digits keep their place

_KINDS: dict[str, Kind] = {"All": "all", "Mistakes": "mistakes", "Right": "correct"}
_ORDERS: dict[str, Order] = {
    "Lowest confidence first": "lowest confidence first",
    "Highest confidence first": "highest confidence first",
    "Highest loss first": "highest loss first",
    "Lowest loss first": "lowest loss first",
    "Test order": "test order",
}
_LABELS = {"All": False, "Doubtful": True}
_DIGITS = [ANY_DIGIT, *map(str, range(CLASSES))]
_START: dict[str, Any] = {
    "show": "All",
    "really": ANY_DIGIT,
    "read_as": ANY_DIGIT,
    "sure": EVERYTHING,
    "labels": "All",
}


def choose_filter(predictions: Predictions) -> DigitFilter:
    """Show the filters in one row and return what they say."""
    with st.container(horizontal=True, gap="small"):
        kind = _choose_kind()
        label = _choose_digit("Really", "really", "The digit that was really written.")
        read_as = _choose_digit("Read as", "read_as", "The digit that the network reads.")
        least, most = _choose_confidence()
        has_doubtful = bool(has_label_error(predictions.labels).any())
        only_label_errors = has_doubtful and _choose_labels()
        order = _choose_order()
    return DigitFilter(kind, label, read_as, least, most, only_label_errors, order)


def _choose_kind() -> Kind:
    show = st.segmented_control(
        "Show",
        list(_KINDS),
        default="All",
        required=True,
        key="show",
        bind="query-params",
        on_change=first_page,
        help="All digits, only those read wrong, or only those read right.",
    )
    return _KINDS.get(show, "all")


def _choose_digit(label: str, key: str, meaning: str) -> int | None:
    digit = st.selectbox(
        label,
        _DIGITS,
        key=key,
        bind="query-params",
        on_change=first_page,
        width=96,
        help=meaning,
    )
    return _DIGITS.index(digit) - 1 if digit in _DIGITS[1:] else None


def _choose_confidence() -> tuple[float, float]:
    """Return the lowest and the highest confidence, 0 to 1."""
    _order_ends()
    sure = st.slider(
        "How sure",
        *EVERYTHING,
        value=EVERYTHING,
        format="%d %%",
        key="sure",
        bind="query-params",
        on_change=first_page,
        width=190,
        help="How sure the network is: the probability it gives its answer.",
    )
    if sure[0] > sure[1]:
        st.rerun()
    least, most = (min(max(one, 0), 100) / 100 for one in sure)
    return least, most


def _order_ends() -> None:
    """Put the ends into their order: an address may name them the wrong way round.

    The slider takes its first value from nowhere but the address, so this is done in a second run.
    """
    ends = st.session_state.get("sure", EVERYTHING)
    if ends[0] > ends[1]:
        st.session_state["sure"] = (ends[1], ends[0])


def _choose_labels() -> bool:
    """Return whether only digits whose label was found wrong are asked for."""
    labels = st.segmented_control(
        "Labels",
        list(_LABELS),
        default="All",
        required=True,
        key="labels",
        bind="query-params",
        on_change=first_page,
        help="A label says which digit was written. People who looked at MNIST's pictures again "
        f"found 15 of the test's labels wrong ({SOURCE}).",
    )
    return _LABELS.get(labels, False)


def _choose_order() -> Order:
    order = st.selectbox(
        "Order",
        list(_ORDERS),
        key="order",
        bind="query-params",
        on_change=first_page,
        width=180,
        help="The **loss** is what training makes small: near 0 for a sure right answer, large for "
        "a sure wrong one.",
    )
    return _ORDERS.get(order, "lowest confidence first")


def first_page() -> None:
    """Begin at the first page again: the digits are others now."""
    st.session_state["page"] = 1


def choose_cell(label: int, read_as: int) -> None:
    """Ask for the digits of one cell of the confusion matrix, or if they are, for all again.

    A cell counts all of its digits: other filters that would leave some out are taken back.
    """
    cell = {"really": str(label), "read_as": str(read_as)}
    if all(st.session_state.get(key) == value for key, value in cell.items()):
        st.session_state.update(dict.fromkeys(cell, ANY_DIGIT))
    else:
        st.session_state.update(_START | cell | {"show": _kind_with(label == read_as)})
    first_page()


def _kind_with(right: bool) -> str:
    """Return the kind that is shown, or all if it leaves right answers, or wrong ones, out."""
    shown = str(st.session_state.get("show", "All"))
    return shown if _KINDS.get(shown) == ("correct" if right else "mistakes") else "All"


def show_count(predictions: Predictions, chosen: DigitFilter, count: int) -> None:
    """Say how many digits there are, and offer the way back to all of them."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", height="content"):
        st.markdown(f"**{count_sentence(chosen, count, len(predictions))}**", width="content")
        if count < len(predictions):
            st.button(
                "Show all", icon=":material/close:", type="tertiary", key="clear", on_click=_clear
            )
        else:
            st.html(_AS_HIGH_AS_A_BUTTON, width="content")


def _clear() -> None:
    st.session_state.update(_START)
    first_page()

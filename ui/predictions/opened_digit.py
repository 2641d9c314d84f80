"""An opened test digit: its index is in the address, and a dialog shows it."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.evaluation.predictions import Predictions
from cnn.runs.store import Run
from ui.predictions.digit_details import show_details

DIGIT = "digit"  # in the address: the index in the test set
LAST_OPENED = "last_opened_digit"  # in the session, once it is closed


def digit_name(predictions: Predictions, index: int) -> str:
    """Return a digit's index and label in words; a label error is no true label."""
    what = "label" if predictions.label_errors[index] else "true label"
    return f"Test digit {index}: {what} {predictions.labels[index]}"


def number_of_address(name: str) -> int | None:
    """Return a number of the address, from 0 to 9,999,999, or None if it has none."""
    text = st.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else None


def open_digit(index: object) -> None:
    """Open a digit, from the next run of the script on; anything but an int opens nothing."""
    if isinstance(index, int):
        st.query_params[DIGIT] = str(index)


def close_digit() -> None:
    """Remove the opened digit from the address."""
    st.query_params.pop(DIGIT, None)


def opened_digit(predictions: Predictions) -> int | None:
    """Return the index in the address, or None if it names no digit."""
    index = number_of_address(DIGIT)
    return index if index is not None and index < len(predictions) else None


def show_opened(
    run: Run, predictions: Predictions, indices: NDArray[np.intp], page: str, page_size: int
) -> None:
    """Show the opened digit, if there is one, in a dialog with buttons to the previous and next.

    `indices` are the digits that the filters show, in their order; `page` is the name in the
    address of the gallery's page: closing turns to the digit's own.
    """

    def close() -> None:
        st.session_state[LAST_OPENED] = opened = opened_digit(predictions)
        changes: dict[str, str | list[str]] = {DIGIT: []}
        for position in np.flatnonzero(indices == opened):
            changes[page] = [] if position < page_size else str(position // page_size + 1)
        st.query_params.update(changes)

    @st.dialog("One digit", width="large", on_dismiss=close)
    def show() -> None:
        index = opened_digit(predictions)
        if index is None:
            return
        position = np.flatnonzero(indices == index)
        if position.size and len(indices) > 1:
            _show_steps(indices, int(position[0]))
        name, predicted = digit_name(predictions, index), predictions.predicted[index]
        st.markdown(f"#### {name}, predicted {predicted}")
        show_details(run, predictions, index)

    if opened_digit(predictions) is not None:
        show()


def _show_steps(indices: NDArray[np.intp], position: int) -> None:
    """Show buttons to the previous and next digit, from the last on to the first.

    They are never disabled: a disabled button would lose the focus, and Escape would not close.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for label, icon, key, step in (
            ("Previous", ":material/chevron_left:", "Left", -1),
            ("Next", ":material/chevron_right:", "Right", 1),
        ):
            st.button(
                label,
                icon=icon,
                key=f"digit_{label}",
                shortcut=key,
                on_click=open_digit,
                args=(int(indices[(position + step) % len(indices)]),),
            )
        st.markdown(f"{position + 1:,} of {len(indices):,}", width="content")

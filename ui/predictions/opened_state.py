"""A test digit opened: which one is in the address, and a dialog shows it."""

from collections.abc import Callable

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.data.label_errors import has_label_error
from cnn.evaluation.predictions import Predictions
from cnn.runs.store import Run

DIGIT = "digit"  # in the address: the opened digit's place in the test set

LAST_OPENED = "last_opened_digit"  # in the session, from when it is closed
PAGE_SIZE = 48  # of the gallery: fills whole rows of 4, 6 or 8

ShowDigit = Callable[[Run, Predictions, int], None]


def digit_name(predictions: Predictions, index: int) -> str:
    """Return which digit this is and how it is read, in words; a doubtful label is only a label."""
    label, answer = predictions.labels[index], predictions.predicted[index]
    is_so = "labeled" if has_label_error(predictions.labels)[index] else "really"
    return f"Test digit {index}: {is_so} {label}, read as {answer}"


def open_digit(index: object) -> None:
    """Put a digit into the address, so that it is open from the next run on.

    Args:
        index: its place in the test set, as a browser sent it; anything else opens nothing.
    """
    if isinstance(index, int) and not isinstance(index, bool):
        st.query_params[DIGIT] = str(index)


def close_digit() -> None:
    """Take the opened digit out of the address."""
    st.query_params.pop(DIGIT, None)


def opened_digit(predictions: Predictions) -> int | None:
    """Return the digit that the address asks for, or None if it asks for none that there is."""
    text = st.query_params.get(DIGIT, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 8):
        return None
    index = int(text)
    return index if index < len(predictions) else None


def explain_unknown_digit(predictions: Predictions) -> None:
    """Say so if the address asks for a digit that there is not."""
    if st.query_params.get(DIGIT) and opened_digit(predictions) is None:
        st.caption(
            "The address asks for a test digit that there is not. "
            f"They are counted from 0 to {len(predictions) - 1:,}."
        )


def show_opened(
    run: Run, predictions: Predictions, indices: NDArray[np.intp], show_digit: ShowDigit
) -> None:
    """Show the opened digit over the page, with the way to those before and after it.

    Args:
        run: the run that answered.
        predictions: its answers.
        indices: the digits that the filters show, in their order.
        show_digit: shows one digit.
    """

    def come_back() -> None:
        _come_back(predictions, indices)

    dialog = st.dialog("One digit", width="large", on_dismiss=come_back)
    dialog(_show_opened)(run, predictions, indices, show_digit)


def _come_back(predictions: Predictions, indices: NDArray[np.intp]) -> None:
    """Close the digit and turn to the gallery's page that it is on."""
    index = opened_digit(predictions)
    place = np.flatnonzero(indices == index)
    if place.size:
        st.session_state["page"] = int(place[0]) // PAGE_SIZE + 1
    st.session_state[LAST_OPENED] = index
    close_digit()


def _show_opened(
    run: Run, predictions: Predictions, indices: NDArray[np.intp], show_digit: ShowDigit
) -> None:
    index = opened_digit(predictions)
    if index is None:
        return
    place = np.flatnonzero(indices == index)
    if place.size and len(indices) > 1:
        _show_steps(indices, int(place[0]))
    st.markdown(f"#### {digit_name(predictions, index)}")
    show_digit(run, predictions, index)


def _show_steps(indices: NDArray[np.intp], place: int) -> None:
    """Show the ways to the digits before and after this one, from the last on to the first.

    No button is ever switched off: it would lose the keyboard's place, and Escape with it.
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
                args=(int(indices[(place + step) % len(indices)]),),
            )
        st.markdown(f"{place + 1:,} of {len(indices):,}", width="content")

"""My digits as a file: download and load."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from cnn.fine_tuning import saved_digits
from cnn.fine_tuning.saved_digit import SavedDigit
from cnn.fine_tuning.saved_digits import Loaded
from cnn.runs import store

MAX_REFUSALS = 5  # shown
VERSION, OUTCOME, LOADING = "my_digits_upload", "my_digits_loaded", "my_digits_loading"


def offer_file(digits: Sequence[SavedDigit]) -> None:
    """Show the buttons that download all digits and load some, and the result of loading."""
    with st.container(horizontal=True):
        st.download_button(
            "Download",
            lambda: saved_digits.to_bytes(digits),
            file_name="my-digits.jsonl",
            mime="application/jsonl",
            icon=":material/download:",
            on_click="ignore",
            disabled=not digits,
            help="All of them with their labels, a line of JSON each.",
        )
        with st.popover(
            "Load from a file", icon=":material/upload:", key=LOADING, on_change="rerun"
        ):
            key = f"{VERSION}_{st.session_state.get(VERSION, 0)}"
            st.file_uploader(
                "A file of digits that was downloaded here",
                type=["jsonl", "json", "txt"],
                key=key,
                max_upload_size=saved_digits.MAX_UPLOAD // 1_000_000,
                on_change=_load,
                args=(key,),
            )
    _show_outcome()


def _load(key: str) -> None:
    """Add the digits of an uploaded file; a new uploader replaces the old one."""
    upload = st.session_state[key]
    if upload is None:
        return
    st.session_state[LOADING] = False  # it would cover the result
    st.session_state[VERSION] = st.session_state.get(VERSION, 0) + 1
    try:
        outcome: Loaded | str = saved_digits.load(upload.getvalue(), store.runs_folder())
    except ValueError as error:
        outcome = str(error)
    st.session_state[OUTCOME] = outcome


def _show_outcome() -> None:
    outcome: Loaded | str | None = st.session_state.pop(OUTCOME, None)
    if isinstance(outcome, str):
        st.error(outcome, icon=":material/error:")
    elif outcome is not None:
        _show_loaded(outcome)


def _show_loaded(loaded: Loaded) -> None:
    words = f"{loaded.added:,} added"
    if loaded.already_there:
        words += f" · {loaded.already_there:,} there already"
    if not loaded.refused:
        st.success(words, icon=":material/check:")
        return
    words += f" · {len(loaded.refused):,} refused"
    if loaded.added or loaded.already_there:
        st.warning(words, icon=":material/warning:")
    else:
        st.error("No digit of this file could be taken.", icon=":material/error:")
    st.html(refusals_html(loaded.refused))


def refusals_html(sentences: Sequence[str]) -> str:
    """Return the first sentences as a list; they quote a file, so they are escaped."""
    lines = list(sentences[:MAX_REFUSALS])
    more = len(sentences) - len(lines)
    lines += [f"… and {more:,} more"] if more else []
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f'<ul style="margin:0;overflow-wrap:anywhere">{items}</ul>'

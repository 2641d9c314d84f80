"""My digits as a file: download and load."""

from collections.abc import Sequence

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
        icon = ":material/upload:"
        with st.popover("Load from a file", icon=icon, key=LOADING, on_change="rerun"):
            key = f"{VERSION}_{st.session_state.get(VERSION, 0)}"
            st.file_uploader(
                "A file of digits that was downloaded here",
                type=["jsonl", "json", "txt"],
                key=key,
                max_upload_size=saved_digits.MAX_UPLOAD // 1_000_000,
                on_change=_load,
                args=(key,),
            )
    outcome: Loaded | str = st.session_state.pop(OUTCOME, "")
    if isinstance(outcome, Loaded):
        _show_loaded(outcome)
    elif outcome:
        st.error(outcome, icon=":material/error:")


def _load(key: str) -> None:
    """Add the digits of an uploaded file; a new uploader replaces the old one."""
    state = st.session_state
    state[LOADING] = False  # it would cover the result
    state[VERSION] = state.get(VERSION, 0) + 1
    try:
        state[OUTCOME] = saved_digits.load(state[key].getvalue(), store.runs_folder())
    except ValueError as error:
        state[OUTCOME] = str(error)


def _show_loaded(loaded: Loaded) -> None:
    counts = {
        "added": loaded.added,
        "there already": loaded.already_there,
        "refused": len(loaded.refused),
    }
    words = " · ".join(f"{count:,} {word}" for word, count in counts.items() if count)
    if not loaded.refused:
        st.success(words, icon=":material/check:")
        return
    st.warning(words, icon=":material/warning:")
    for sentence in loaded.refused[:MAX_REFUSALS]:
        st.text(sentence)  # plain, as it quotes the file
    if (more := len(loaded.refused) - MAX_REFUSALS) > 0:
        st.text(f"… and {more:,} more")

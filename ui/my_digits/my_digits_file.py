"""My digits saved to a file, and loaded from one."""

from collections.abc import Sequence

import streamlit as st

from cnn import runs
from cnn.my_digits import my_digits_file
from cnn.my_digits.my_digit import MyDigit
from cnn.my_digits.my_digits_file import Loaded

MOST_REFUSALS = 5  # shown
VERSION, OUTCOME = "my_digits_upload", "my_digits_loaded"


def offer_file(digits: Sequence[MyDigit]) -> None:
    """Show the buttons that save all digits and load some, and what became of a loaded file."""
    with st.container(horizontal=True):
        st.download_button(
            "Download",
            lambda: my_digits_file.to_bytes(digits),
            file_name="my-digits.jsonl",
            mime="application/jsonl",
            icon=":material/download:",
            on_click="ignore",
            disabled=not digits,
            help="All of them with their labels, a line of JSON each.",
        )
        with st.popover("Load from a file", icon=":material/upload:"):
            key = f"{VERSION}_{st.session_state.get(VERSION, 0)}"
            st.file_uploader(
                "A file of digits that was downloaded here",
                type=["jsonl", "json", "txt"],
                key=key,
                max_upload_size=my_digits_file.LARGEST_FILE // 1_000_000,
                on_change=_load,
                args=(key,),
            )
    _show_outcome()


def _load(key: str) -> None:
    """Take the digits of an uploaded file; a new uploader takes the place of the old one."""
    upload = st.session_state[key]
    if upload is None:
        return
    st.session_state[VERSION] = st.session_state.get(VERSION, 0) + 1
    try:
        outcome: Loaded | str = my_digits_file.load(upload.getvalue(), runs.runs_folder())
    except ValueError as error:
        outcome = str(error)
    st.session_state[OUTCOME] = outcome


def _show_outcome() -> None:
    outcome: Loaded | str | None = st.session_state.pop(OUTCOME, None)
    if isinstance(outcome, str):
        st.error(outcome, icon=":material/error:")
    elif outcome is not None:
        words = f"{outcome.taken:,} taken"
        if outcome.already_there:
            words += f" · {outcome.already_there:,} there already"
        if not outcome.refused:
            st.success(words, icon=":material/check:")
            return
        lines = [*outcome.refused[:MOST_REFUSALS]]
        more = len(outcome.refused) - len(lines)
        lines += [f"… and {more:,} more"] if more else []
        words += f" · {len(outcome.refused):,} refused"
        st.warning("\n- ".join([words + "\n", *lines]), icon=":material/warning:")

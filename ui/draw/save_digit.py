"""Saying what a drawing really is, which keeps it in my digits."""

from collections.abc import Sequence

import streamlit as st

from cnn.drawing.drawing import Drawing
from cnn.fine_tuning import saved_digit, saved_digits
from cnn.fine_tuning.saved_digit import SavedDigit
from cnn.fine_tuning.saved_digits import Change
from cnn.runs import store
from ui.shared import navigation
from ui.shared.number_text import a_digit
from ui.shared.undo import take_back

DIGITS = list(range(10))

# The ten digits stand in one row on a phone too.
_TITLE = """<style>[class*="st-key-teach_"] button {min-width: 0; padding-inline: .25rem}</style>
<div style="font-size:.875rem">Right or wrong, keep it in My digits as a …</div>"""


def offer_save_digit(drawing: Drawing, digit: int) -> None:
    """Show the ten digits; the one that is chosen keeps the drawing, as this digit.

    What is kept already shows its label, in whichever tab or session it was kept.

    Args:
        drawing: what was drawn or shown.
        digit: what the network reads in it.
    """
    try:
        offered = saved_digit.from_drawing(drawing, digit)
        kept = saved_digits.read(store.runs_folder())
    except ValueError as error:
        st.error(str(error), icon=":material/error:")
        return
    mine = kept.find(offered.id)
    _show_choice(offered, mine)
    if problem := st.session_state.pop("teach_problem", ""):
        st.error(problem, icon=":material/error:")
    _show_kept(offered, mine, len(kept.digits))


def _show_choice(offered: SavedDigit, mine: SavedDigit | None) -> None:
    key = f"teach_{offered.id}"
    st.session_state[key] = mine.label if mine else None  # what is on disk is the truth
    with st.container(gap="xsmall"):
        st.html(_TITLE)
        st.segmented_control(
            "Keep it in My digits as a",
            DIGITS,
            key=key,
            on_change=_answer,
            args=(key, offered),
            width="stretch",
            label_visibility="collapsed",
        )


def _answer(key: str, offered: SavedDigit) -> None:
    """Keep the drawing as what was chosen; choosing the same again takes it back."""
    label, folder = st.session_state[key], store.runs_folder()
    try:
        if label is None:
            changes = saved_digits.delete([offered.id], folder)
        else:
            changes = (saved_digits.add(offered.drawing, label, folder),)
    except ValueError as error:
        st.session_state["teach_problem"] = str(error)
        return
    st.session_state["teach_undo"] = offered.id, changes


def _undo(changes: Sequence[Change]) -> None:
    """Let my digits be as they were before the last choice."""
    try:
        st.session_state["teach_problem"] = take_back(changes)
    except ValueError as error:
        st.session_state["teach_problem"] = str(error)
        return
    st.session_state.pop("teach_undo", None)


def _show_kept(offered: SavedDigit, mine: SavedDigit | None, count: int) -> None:
    """Say that the drawing is kept, with the way back and the way on."""
    undo_id, changes = st.session_state.get("teach_undo", ("", ()))
    was_kept = any(change.before for change in changes)
    can_undo = undo_id == offered.id and bool(changes) and (mine is not None or was_kept)
    if mine is None and not can_undo:
        return
    words = f"Kept as {a_digit(mine.label)}" if mine else "No longer kept"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"{words} · {count:,} in my digits", width="content")
        if can_undo:
            st.button(
                "Take back",  # "Undo" is the pad's
                icon=":material/undo:",
                type="tertiary",
                key="undo_teaching",
                on_click=_undo,
                args=(changes,),
            )
        if st.button("My digits", icon=":material/school:", type="tertiary"):
            st.switch_page(navigation.MY_DIGITS)

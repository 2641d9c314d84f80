"""Saving a drawing in My digits with its label."""

from collections.abc import Sequence

import streamlit as st

from cnn.drawing.drawing import Drawing
from cnn.fine_tuning import saved_digit, saved_digits
from cnn.fine_tuning.saved_digit import SavedDigit
from cnn.fine_tuning.saved_digits import Change
from cnn.runs import store
from ui.shared import navigation
from ui.shared.number_text import a_digit
from ui.shared.undo import undo

DIGITS = list(range(10))


def offer_save_digit(drawing: Drawing, digit: int) -> None:
    """Show the ten labels; choosing one saves the drawing with it.

    A drawing that is saved already shows its label, in whichever tab or session it was saved.

    Args:
        drawing: of one digit.
        digit: the prediction for it.
    """
    try:
        offered = saved_digit.from_drawing(drawing, digit)
        saved = saved_digits.read(store.runs_folder())
    except ValueError as error:
        st.error(str(error), icon=":material/error:")
        return
    mine = saved.find(offered.id)
    _show_labels(offered, mine)
    if problem := st.session_state.pop("label_problem", ""):
        st.error(problem, icon=":material/error:")
    _show_saved(offered, mine, len(saved.digits))


def _show_labels(offered: SavedDigit, mine: SavedDigit | None) -> None:
    key = f"label_{offered.id}"
    st.session_state[key] = mine.label if mine else None  # what is on disk is the truth
    st.segmented_control(
        "Right or wrong, save it in My digits with its label",
        DIGITS,
        key=key,
        on_change=_save,
        args=(key, offered),
        width="stretch",
    )


def _save(key: str, offered: SavedDigit) -> None:
    """Save the drawing with the chosen label; choosing the same again deletes it."""
    label, folder = st.session_state[key], store.runs_folder()
    try:
        if label is None:
            changes = saved_digits.delete([offered.id], folder)
        else:
            changes = (saved_digits.add(offered.drawing, label, folder),)
    except ValueError as error:
        st.session_state["label_problem"] = str(error)
        return
    st.session_state["label_undo"] = offered.id, changes


def _undo(changes: Sequence[Change]) -> None:
    """Restore My digits as they were before the last choice."""
    try:
        st.session_state["label_problem"] = undo(changes)
    except ValueError as error:
        st.session_state["label_problem"] = str(error)
        return
    st.session_state.pop("label_undo", None)


def _show_saved(offered: SavedDigit, mine: SavedDigit | None, count: int) -> None:
    """Say that the drawing is saved, with Undo and the link to My digits."""
    undo_id, changes = st.session_state.get("label_undo", ("", ()))
    was_saved = any(change.before for change in changes)
    can_undo = undo_id == offered.id and bool(changes) and (mine is not None or was_saved)
    if mine is None and not can_undo:
        return
    words = f"Saved as {a_digit(mine.label)}" if mine else "No longer saved"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"{words} · {count:,} in My digits", width="content")
        if can_undo:
            st.button(
                "Undo save",  # "Undo" is the canvas's
                icon=":material/undo:",
                type="tertiary",
                key="undo_label",
                on_click=_undo,
                args=(changes,),
            )
        if st.button("My digits", icon=":material/school:", type="tertiary"):
            st.switch_page(navigation.MY_DIGITS)

"""Saving a drawing in My digits with its label."""

import streamlit as st

from cnn.drawing.drawing import Drawing
from cnn.fine_tuning import saved_digit, saved_digits
from cnn.fine_tuning.saved_digit import SavedDigit
from cnn.runs import store
from ui.shared import navigation
from ui.shared.number_text import a_digit
from ui.shared.undo import attempt, last_change, show_undo


def offer_save_digit(drawing: Drawing, digit: int) -> None:
    """Show the ten labels; choosing one saves the drawing with it.

    A drawing that is saved already shows its label, in whichever tab or session it was saved.

    Args:
        drawing: of one digit.
        digit: the prediction for it.

    Raises:
        ValueError: My digits can't be read.
    """
    offered = saved_digit.from_drawing(drawing, digit)
    saved = saved_digits.read(store.runs_folder())
    mine = saved.find(offered.id)
    key = f"label_{offered.id}"
    st.session_state[key] = mine.label if mine else None  # what is on disk is the truth
    st.segmented_control(
        "Right or wrong, save it in My digits with its label",
        range(10),
        key=key,
        on_change=_save,
        args=(key, offered),
        width="stretch",
    )
    changed_id, changes = last_change("draw")
    can_undo = changed_id == offered.id and bool(changes)
    if mine or can_undo:
        words = f"Saved as {a_digit(mine.label)}" if mine else "No longer saved"
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"{words} · {len(saved.digits):,} in My digits", width="content")
            if can_undo:
                show_undo("draw", "Undo save")  # "Undo" is the canvas's
            navigation.offer_page(navigation.MY_DIGITS, "My digits", {}, type="tertiary")


def _save(key: str, offered: SavedDigit) -> None:
    """Save the drawing with the chosen label; choosing the same again deletes it."""
    label, folder = st.session_state[key], store.runs_folder()
    if label is None:
        attempt("draw", offered.id, lambda: saved_digits.delete([offered.id], folder))
    else:
        attempt("draw", offered.id, lambda: [saved_digits.add(offered.drawing, label, folder)])

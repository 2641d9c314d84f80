"""Saying what a drawing really is, which keeps it in my digits."""

from collections.abc import Callable

import streamlit as st

from cnn import runs
from cnn.drawing.drawing import Drawing
from cnn.my_digits import my_digit, my_digits
from cnn.my_digits.my_digit import MyDigit
from ui import navigation
from ui.numbers import a_digit

DIGITS = list(range(10))

# The ten digits stand in one row on a phone too.
_TITLE = """<style>[class*="st-key-teach_"] button {min-width: 0; padding-inline: .25rem}</style>
<div style="font-size:.875rem">Wrong? It is a …</div>"""


def offer_teaching(drawing: Drawing, digit: int) -> None:
    """Show the ten digits; the one that is chosen keeps the drawing, as this digit.

    What is kept already shows its label, in whichever tab or session it was kept.

    Args:
        drawing: what was drawn or shown.
        digit: what the network reads in it.
    """
    try:
        offered = my_digit.keep(drawing, digit)
        kept = my_digits.read(runs.runs_folder())
    except ValueError as error:
        st.error(str(error), icon=":material/error:")
        return
    mine = kept.find(offered.id)
    key = f"teach_{offered.id}"
    st.session_state[key] = mine.label if mine else None  # what is on disk is the truth
    with st.container(gap="xsmall"):
        st.html(_TITLE)
        st.segmented_control(
            "The digit that is drawn",
            DIGITS,
            key=key,
            on_change=_answer,
            args=(key, offered, mine),
            width="stretch",
            label_visibility="collapsed",
        )
    if problem := st.session_state.pop("teach_problem", ""):
        st.error(problem, icon=":material/error:")
    _show_kept(offered, mine, len(kept.digits))


def _answer(key: str, offered: MyDigit, before: MyDigit | None) -> None:
    """Keep the drawing as what was chosen; choosing the same again takes it back."""
    label, folder = st.session_state[key], runs.runs_folder()
    st.session_state["teach_undo"] = offered.id, before
    if label is None:
        _try(lambda: my_digits.delete([offered.id], folder))
    else:
        _try(lambda: my_digits.add(offered.drawing, label, folder))


def _undo(digit_id: str, before: MyDigit | None) -> None:
    """Let my digits be as they were before the last choice."""
    folder = runs.runs_folder()
    if before is None:
        _try(lambda: my_digits.delete([digit_id], folder))
    else:
        _try(lambda: my_digits.restore([before], folder))
    st.session_state.pop("teach_undo", None)


def _try(change: Callable[[], object]) -> None:
    try:
        change()
    except ValueError as error:
        st.session_state["teach_problem"] = str(error)


def _show_kept(offered: MyDigit, mine: MyDigit | None, count: int) -> None:
    """Say that the drawing is kept, with the way back and the way on."""
    undo_id, before = st.session_state.get("teach_undo", ("", None))
    can_undo = undo_id == offered.id and (mine is not None or before is not None)
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
                args=(undo_id, before),
            )
        if st.button("My digits", icon=":material/school:", type="tertiary"):
            st.switch_page(navigation.MY_DIGITS)

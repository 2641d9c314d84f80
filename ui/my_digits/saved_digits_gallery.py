"""My digits as a gallery: looked through, ticked, relabeled, deleted, and brought back."""

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from cnn.fine_tuning import saved_digits
from cnn.fine_tuning.saved_digit import SavedDigit
from cnn.fine_tuning.saved_digits import Change
from cnn.inference.classifier import Classifier, Prediction
from cnn.runs import store
from ui.my_digits import gallery_style
from ui.shared.digit_tile import png_address
from ui.shared.number_text import a_digit
from ui.shared.undo import take_back

PAGE_SIZE = 24
_LEGEND = (
    '<span style="font-size:.875rem">✓ read right, ✗ wrong: what the network reads, '
    "? called no digit</span>"
)
PAGE = "my_digits_page"
UNDO, CHANGED, PROBLEM = "my_digits_undo", "my_digits_changed", "my_digits_problem"


@st.fragment
def show_gallery(digits: Sequence[SavedDigit], reader: Classifier | None) -> None:
    """Show the kept digits, newest first, with what a network reads in each.

    Args:
        digits: at least one.
        reader: the network that is asked, if there is one.
    """
    if st.session_state.pop(CHANGED, False):
        st.rerun()  # the rest of the page speaks of them too
    shown = _choose_page(list(reversed(digits)))
    st.html(f"{gallery_style.STYLE}{_LEGEND}")
    _show_actions([digit for digit in shown if st.session_state.get(_tick(digit))], shown)
    answers = _answers(shown, reader)
    with st.grid(min_column_width=104, gap="small", key="my_digits_gallery"):
        for number, (digit, answer) in enumerate(zip(shown, answers, strict=True), 1):
            _show_tile(number, digit, answer)


def _choose_page(digits: Sequence[SavedDigit]) -> Sequence[SavedDigit]:
    pages = -(-len(digits) // PAGE_SIZE)
    page = min(st.session_state.get(PAGE, 1), pages)  # the last one may have been emptied
    if pages > 1:
        st.session_state[PAGE] = page
        page = st.pagination(pages, key=PAGE)
    return digits[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]


def _answers(shown: Sequence[SavedDigit], reader: Classifier | None) -> list[Prediction | None]:
    if reader is None:
        return [None] * len(shown)
    images = np.stack([digit.image for digit in shown])
    return list(reader.predict(images))


def _tick(digit: SavedDigit) -> str:
    return f"tick_{digit.id}"


def _show_tile(number: int, digit: SavedDigit, answer: Prediction | None) -> None:
    """Show one digit with its label, what is read in it, and a tick box all over it."""
    sign, words, kind = _verdict(answer, digit.label)
    with st.container(gap=None, key=f"kept_{digit.id}"):
        st.html(
            f'<div class="tile"><img src="{png_address(digit.image)}" alt=""></div>'
            f'<div class="what" aria-hidden="true"><b>{digit.label}</b>'
            f'<span class="{kind}">{sign}</span></div>'
        )
        st.checkbox(
            f"Digit {number}, kept as {a_digit(digit.label)}{words}",
            key=_tick(digit),
            label_visibility="collapsed",
        )


def _verdict(answer: Prediction | None, label: int) -> tuple[str, str, str]:
    """Return a sign for what is read in a digit, its words, and whether it is right or wrong."""
    if answer is None:
        return "", "", ""
    if not answer.is_digit:
        return "? no digit", ", called no digit", ""
    if answer.digit == label:
        return "✓", ", read right", "right"
    return f"✗ {answer.digit}", f", read as {a_digit(answer.digit)}", "wrong"


def _show_actions(ticked: Sequence[SavedDigit], shown: Sequence[SavedDigit]) -> None:
    """Show what can be done with the ticked digits, and the way back from what was done."""
    with st.container(
        horizontal=True, vertical_alignment="center", gap="xsmall", key="my_digits_actions"
    ):
        all_ticked = len(ticked) == len(shown)
        st.button(
            "Untick all" if all_ticked else "Tick all",
            icon=":material/select_check_box:",
            on_click=_tick_all,
            args=(shown, not all_ticked),
            key="tick_all",
        )
        _offer_relabeling(ticked)
        st.button(
            f"Delete {len(ticked)}" if ticked else "Delete",
            icon=":material/delete:",
            disabled=not ticked,
            on_click=_delete,
            args=(ticked,),
            key="delete_ticked",
        )
    show_undo()


def _offer_relabeling(ticked: Sequence[SavedDigit]) -> None:
    st.selectbox(
        "Relabel as",
        range(10),
        index=None,
        placeholder="Relabel as",
        label_visibility="collapsed",
        key="relabel_as",
        disabled=not ticked,
        on_change=_relabel,
        args=(ticked,),
        width=120,
    )


def _tick_all(shown: Sequence[SavedDigit], ticked: bool) -> None:
    for digit in shown:
        st.session_state[_tick(digit)] = ticked


def _relabel(ticked: Sequence[SavedDigit]) -> None:
    label = st.session_state["relabel_as"]
    st.session_state["relabel_as"] = None
    if label is not None:
        ids = [digit.id for digit in ticked]
        words = f"relabeled as {a_digit(label)}"
        _change(lambda: saved_digits.relabel(ids, label, store.runs_folder()), words, ticked)


def _delete(ticked: Sequence[SavedDigit]) -> None:
    ids = [digit.id for digit in ticked]
    _change(lambda: saved_digits.delete(ids, store.runs_folder()), "deleted", ticked)


def _change(
    change: Callable[[], Sequence[Change]], words: str, ticked: Sequence[SavedDigit]
) -> None:
    """Make a change that can be taken back, and untick what it was about."""
    try:
        changes = change()
    except ValueError as error:
        st.session_state[PROBLEM] = str(error)
        return
    _tick_all(ticked, False)
    st.session_state[CHANGED] = True
    st.session_state[UNDO] = f"{len(changes):,} {words}", changes


def show_undo() -> None:
    """Say what was done last and offer to take it back; say what could not be done."""
    if problem := st.session_state.pop(PROBLEM, ""):
        st.error(problem, icon=":material/error:")
    words, changes = st.session_state.get(UNDO, ("", ()))
    if not words:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(words, width="content")
        if changes:
            st.button(
                "Undo",
                icon=":material/undo:",
                type="tertiary",
                on_click=_undo,
                args=(changes,),
                key="undo_my_digits",
            )


def _undo(changes: Sequence[Change]) -> None:
    try:
        st.session_state[PROBLEM] = take_back(changes)
    except ValueError as error:
        st.session_state[PROBLEM] = str(error)
        return
    st.session_state[CHANGED] = True
    st.session_state.pop(UNDO)

"""My digits as a gallery: selected, relabeled, deleted, and restored."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from cnn.fine_tuning import saved_digits
from cnn.fine_tuning.saved_digit import SavedDigit
from cnn.inference.classifier import Classifier, Prediction
from cnn.runs import store
from ui.shared.digit_tile import png_address
from ui.shared.number_text import a_digit
from ui.shared.undo import attempt, last_change, show_undo

PAGE_SIZE = 24
_LEGEND = "✓ right · ✗ wrong, with the prediction · ? not a digit"
PAGE = "my_digits_page"


@st.fragment
def show_gallery(digits: Sequence[SavedDigit], classifier: Classifier | None) -> None:
    """Show the saved digits, newest first, with the prediction for each.

    Args:
        digits: at least one.
        classifier: the chosen network, if there is one.
    """
    if st.session_state.pop("changed_gallery", False):
        st.rerun()  # the rest of the page shows them too
    shown = _choose_page(digits[::-1])
    st.caption(_LEGEND)
    _show_actions([digit for digit in shown if st.session_state.get(_key(digit))], shown)
    show_last_change()
    predictions: Sequence[Prediction | None] = [None] * len(shown)
    if classifier:
        predictions = classifier.predict(np.stack([digit.image for digit in shown]))
    with st.grid(min_column_width=104, gap="small", key="my_digits_gallery"):
        for number, (digit, prediction) in enumerate(zip(shown, predictions, strict=True), 1):
            _show_tile(number, digit, prediction)


def _choose_page(digits: Sequence[SavedDigit]) -> Sequence[SavedDigit]:
    pages = -(-len(digits) // PAGE_SIZE)
    page = min(st.session_state.get(PAGE, 1), pages)  # the last one may have been emptied
    if pages > 1:
        st.session_state[PAGE] = page
        page = st.pagination(pages, key=PAGE)
    return digits[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]


def _key(digit: SavedDigit) -> str:
    return f"select_{digit.id}"


def _show_tile(number: int, digit: SavedDigit, prediction: Prediction | None) -> None:
    """Show one digit with its label, its prediction, and a check box all over it."""
    sign, words, kind = _verdict(prediction, digit.label)
    with st.container(gap=None, key=f"saved_{digit.id}"):
        st.html(
            f'<div class="tile"><img src="{png_address(digit.image)}" alt=""></div>'
            f'<div class="what" aria-hidden="true"><b>{digit.label}</b>'
            f'<span class="{kind}">{sign}</span></div>'
        )
        st.checkbox(
            f"Digit {number}, label {digit.label}{words}",
            key=_key(digit),
            label_visibility="collapsed",
        )


def _verdict(prediction: Prediction | None, label: int) -> tuple[str, str, str]:
    """Return a sign for a prediction, its words, and the class right or wrong."""
    if prediction is None:
        return "", "", ""
    if not prediction.is_digit:
        return "? not a digit", ", predicted not a digit", ""
    if prediction.digit == label:
        return "✓", ", predicted right", "right"
    return f"✗ {prediction.digit}", f", predicted {prediction.digit}", "wrong"


def _show_actions(selected: Sequence[SavedDigit], shown: Sequence[SavedDigit]) -> None:
    """Show what can be done with the selected digits."""
    with st.container(horizontal=True, gap="xsmall", key="my_digits_actions"):
        all_selected = len(selected) == len(shown)
        st.button(
            "Select none" if all_selected else "Select all",
            icon=":material/select_check_box:",
            on_click=_select_all,
            args=(shown, not all_selected),
            key="select_all",
        )
        st.menu_button(
            "Relabel as",
            range(10),
            key="relabel_as",
            disabled=not selected,
            on_click=_relabel,
            args=(selected,),
        )
        st.button(
            f"Delete {len(selected)}" if selected else "Delete",
            icon=":material/delete:",
            disabled=not selected,
            on_click=_delete,
            args=(selected,),
            key="delete_selected",
        )


def _select_all(shown: Sequence[SavedDigit], selected: bool) -> None:
    for digit in shown:
        st.session_state[_key(digit)] = selected


def _relabel(selected: Sequence[SavedDigit]) -> None:
    label, ids = int(st.session_state["relabel_as"]), [digit.id for digit in selected]
    words = f"relabeled as {a_digit(label)}"
    attempt("gallery", words, lambda: saved_digits.relabel(ids, label, store.runs_folder()))
    _select_all(selected, False)


def _delete(selected: Sequence[SavedDigit]) -> None:
    ids = [digit.id for digit in selected]
    attempt("gallery", "deleted", lambda: saved_digits.delete(ids, store.runs_folder()))
    _select_all(selected, False)


def show_last_change() -> None:
    """Say what was done last and offer Undo; say what could not be done."""
    words, changes = last_change("gallery")
    if words:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"{len(changes):,} {words}", width="content")
            if changes:
                show_undo("gallery")

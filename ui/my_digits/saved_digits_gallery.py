"""My digits as a gallery: selected, relabeled, deleted, and restored."""

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from cnn.fine_tuning import saved_digits
from cnn.fine_tuning.saved_digit import SavedDigit
from cnn.fine_tuning.saved_digits import Change
from cnn.inference.classifier import Classifier, Prediction
from cnn.runs import store
from ui.shared.digit_tile import png_address
from ui.shared.number_text import a_digit
from ui.shared.undo import undo

PAGE_SIZE = 24
_LEGEND = "✓ right · ✗ wrong, with the prediction · ? not a digit"
PAGE = "my_digits_page"
UNDO, CHANGED, PROBLEM = "my_digits_undo", "my_digits_changed", "my_digits_problem"


@st.fragment
def show_gallery(digits: Sequence[SavedDigit], classifier: Classifier | None) -> None:
    """Show the saved digits, newest first, with the prediction for each.

    Args:
        digits: at least one.
        classifier: the chosen network, if there is one.
    """
    if st.session_state.pop(CHANGED, False):
        st.rerun()  # the rest of the page shows them too
    shown = _choose_page(list(reversed(digits)))
    st.caption(_LEGEND)
    _show_actions([digit for digit in shown if st.session_state.get(_key(digit))], shown)
    predictions = _predictions(shown, classifier)
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


def _predictions(
    shown: Sequence[SavedDigit], classifier: Classifier | None
) -> list[Prediction | None]:
    if classifier is None:
        return [None] * len(shown)
    images = np.stack([digit.image for digit in shown])
    return list(classifier.predict(images))


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
    """Show the actions for the selected digits, and Undo."""
    with st.container(
        horizontal=True, vertical_alignment="center", gap="xsmall", key="my_digits_actions"
    ):
        all_selected = len(selected) == len(shown)
        st.button(
            "Select none" if all_selected else "Select all",
            icon=":material/select_check_box:",
            on_click=_select_all,
            args=(shown, not all_selected),
            key="select_all",
        )
        _offer_relabeling(selected)
        st.button(
            f"Delete {len(selected)}" if selected else "Delete",
            icon=":material/delete:",
            disabled=not selected,
            on_click=_delete,
            args=(selected,),
            key="delete_selected",
        )
    show_undo()


def _offer_relabeling(selected: Sequence[SavedDigit]) -> None:
    st.selectbox(
        "Relabel as",
        range(10),
        index=None,
        placeholder="Relabel as",
        label_visibility="collapsed",
        key="relabel_as",
        disabled=not selected,
        on_change=_relabel,
        args=(selected,),
        width=120,
    )


def _select_all(shown: Sequence[SavedDigit], selected: bool) -> None:
    for digit in shown:
        st.session_state[_key(digit)] = selected


def _relabel(selected: Sequence[SavedDigit]) -> None:
    label = st.session_state["relabel_as"]
    st.session_state["relabel_as"] = None
    if label is not None:
        ids = [digit.id for digit in selected]
        words = f"relabeled as {a_digit(label)}"
        _change(lambda: saved_digits.relabel(ids, label, store.runs_folder()), words, selected)


def _delete(selected: Sequence[SavedDigit]) -> None:
    ids = [digit.id for digit in selected]
    _change(lambda: saved_digits.delete(ids, store.runs_folder()), "deleted", selected)


def _change(
    change: Callable[[], Sequence[Change]], words: str, selected: Sequence[SavedDigit]
) -> None:
    """Make a change that can be undone, and clear the selection."""
    try:
        changes = change()
    except ValueError as error:
        st.session_state[PROBLEM] = str(error)
        return
    _select_all(selected, False)
    st.session_state[CHANGED] = True
    st.session_state[UNDO] = f"{len(changes):,} {words}", changes


def show_undo() -> None:
    """Say what was done last and offer Undo; say what could not be done."""
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
        st.session_state[PROBLEM] = undo(changes)
    except ValueError as error:
        st.session_state[PROBLEM] = str(error)
        return
    st.session_state[CHANGED] = True
    st.session_state.pop(UNDO)

"""Changes to My digits that can be undone, unless somebody has changed the digits since."""

from collections.abc import Callable, Sequence

import streamlit as st

from cnn.fine_tuning import saved_digits
from cnn.fine_tuning.saved_digits import Change
from cnn.runs import store


def attempt(place: str, words: str, change: Callable[[], Sequence[Change]]) -> None:
    """Change My digits at a place of the app, which then can show and undo what was changed."""
    try:
        st.session_state[f"undo_{place}"] = words, change()
        st.session_state[f"changed_{place}"] = True
    except ValueError as error:
        st.session_state[f"problem_{place}"] = str(error)


def last_change(place: str) -> tuple[str, Sequence[Change]]:
    """Return the words for what was changed last, and the changes; say what could not be done."""
    if problem := st.session_state.pop(f"problem_{place}", ""):
        st.error(problem, icon=":material/error:")
    return st.session_state.get(f"undo_{place}", ("", ()))


def show_undo(place: str, label: str = "Undo") -> None:
    """Show the button that undoes the last change at a place."""
    key = f"undo_{place}_button"
    st.button(
        label, icon=":material/undo:", type="tertiary", key=key, on_click=_undo, args=(place,)
    )


def _undo(place: str) -> None:
    """Restore My digits as they were before the last change, and say what was left out."""
    state = st.session_state
    _, changes = state.get(f"undo_{place}", ("", ()))
    try:
        left = len(changes) - saved_digits.undo(changes, store.runs_folder())
    except ValueError as error:
        state[f"problem_{place}"] = str(error)
        return
    state.pop(f"undo_{place}", None)
    state[f"changed_{place}"] = True
    if left:
        count = f"{left:,} of {len(changes):,}" if len(changes) > 1 else "This"
        words = "can't be undone: changed or deleted elsewhere meanwhile."
        state[f"problem_{place}"] = f"{count} {words}"

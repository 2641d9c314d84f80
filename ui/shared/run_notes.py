"""The star, the name and the note that people give to a run."""

from typing import Any

import streamlit as st

from cnn.runs import queue
from cnn.runs.notes import MAX_NAME, MAX_NOTE
from cnn.runs.store import Run
from ui.shared.problems import told


def offer_notes(run: Run) -> None:
    """Show the buttons that star and name a run, in the container's row.

    The built-in run has neither.
    """
    if run.is_built_in:
        return
    starred = run.notes.starred
    st.button(
        "Unstar" if starred else "Star",
        icon=":material/star:",
        type="tertiary",
        key="star_run",
        on_click=_annotate,
        args=(run,),
        kwargs={"starred": not starred},
        help="Starred runs come first in the menu of runs.",
    )
    if st.button("Name and note", icon=":material/edit:", type="tertiary", key="name_run"):
        _ask_for_notes(run)


@st.dialog("Name and note")
def _ask_for_notes(run: Run) -> None:
    if show_notes_form(run):
        st.rerun()


def show_notes_form(run: Run) -> bool:
    """Show fields for a run's name and note, and return whether they were saved."""
    notes = run.notes
    with st.form("notes", border=False):
        default = "" if notes.name else run.contents.name
        name = st.text_input("Name", notes.name, MAX_NAME, placeholder=default)
        note = st.text_area("Note", notes.note, max_chars=MAX_NOTE, placeholder="What you noticed")
        is_sent = st.form_submit_button("Save", type="primary")
    if is_sent:
        _annotate(run, name=name, note=note)
    return is_sent and (run.notes.name, run.notes.note) == (name.strip(), note.strip())


def _annotate(run: Run, **changes: Any) -> None:
    with told():
        queue.annotate(run, **changes)

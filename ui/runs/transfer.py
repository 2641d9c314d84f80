"""A run from a zip that was downloaded here or elsewhere."""

from pathlib import Path

import streamlit as st

from cnn.launching.importing import import_run
from cnn.runs.archive import MAX_ZIP
from cnn.runs.store import Run, RunError

IMPORTED, OPEN = "imported_run", "import_is_open"  # in the session: other reruns don't close it


def offer_import(folder: Path) -> Run | None:
    """Show the button that adds a run from a zip, and return the run once it has been added."""
    if st.button("Import a run", icon=":material/upload:"):
        st.session_state[OPEN] = True
    if OPEN in st.session_state:
        _ask_for_zip(folder)
    imported: Run | None = st.session_state.pop(IMPORTED, None)
    if imported:
        st.query_params["compare"] = []  # it is shown alone
    return imported


@st.dialog("Import a run", on_dismiss=lambda: st.session_state.pop(OPEN, None))
def _ask_for_zip(folder: Path) -> None:
    st.write("Choose a run that was downloaded as a zip. It becomes one of your runs.")
    zipped = st.file_uploader("Run (.zip)", type="zip", max_upload_size=MAX_ZIP // 1_000_000)
    if zipped is None:
        return
    try:
        with st.spinner("Rebuilding the network …"):
            st.session_state[IMPORTED] = import_run(zipped.getvalue(), folder)
    except RunError as error:
        st.error(str(error), icon=":material/error:")
        return
    st.session_state.pop(OPEN, None)
    st.rerun()

"""A run to take along as plain Keras: buttons that save it as a script or a notebook."""

from functools import partial

import streamlit as st

from cnn.export.notebook import run_notebook
from cnn.export.script import refusal, run_script
from cnn.runs.store import Run

_FORMS = {
    "script": ("Save as a script", run_script, "py", "text/x-python"),
    "notebook": ("Save as a notebook", run_notebook, "ipynb", "application/x-ipynb+json"),
}


def offer_script(run: Run) -> None:
    """Show buttons that save what repeats a run; it is only made on a click."""
    if sentence := refusal(run):
        st.caption(sentence)
        return
    st.caption("This run as a few steps of plain Keras: it repeats the training without this app.")
    with st.container(horizontal=True):
        for form, (label, write, ending, mime) in _FORMS.items():
            st.download_button(
                label,
                partial(write, run),
                file_name=f"{run.id}.{ending}",
                mime=mime,
                key=f"save_{form}",
                type="tertiary",
                icon=":material/download:",
                on_click="ignore",
            )

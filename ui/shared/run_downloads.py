"""The files of a run to download: model, script, notebook, training curves."""

from functools import partial

import streamlit as st

from cnn.export.files import RUN_FILES
from cnn.runs.store import Run


def offer_run_downloads(run: Run) -> None:
    """Show a menu that downloads a run's files; each is made or read on a click only."""
    with st.popover("Download", icon=":material/download:"):
        problems = []
        for kind, file in RUN_FILES.items():
            if problem := file.problem(run):
                problems.append(problem)
                continue
            st.download_button(
                f"{file.label} (.{file.ending})",
                partial(file.content, run),
                file_name=f"{run.id}.{file.ending}",
                mime=file.mime,
                key=f"download_{kind}",
                type="tertiary",
                on_click="ignore",
            )
        for problem in dict.fromkeys(problems):
            st.caption(problem)

"""Charts, tables and the files of a run to download: made only on a click."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

import streamlit as st

from cnn.export.files import RUN_FILES
from cnn.plots.figure import ImageFormat, picture_bytes
from cnn.runs.store import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MIME = {"png": "image/png", "svg": "image/svg+xml", "csv": "text/csv"}


def offer_downloads(
    what: str,
    draw: Callable[[], "Figure | dict[str, Any]"] | None = None,
    table: Callable[[], bytes] | None = None,
    run: Run | None = None,
    name: str = "Save",
) -> None:
    """Show buttons that download a chart as PNG and SVG, and a table as CSV.

    `draw` makes a figure or the Vega-Lite of a chart, `table` the CSV file. The files' names are
    the run's id and `what`, which is also part of the buttons' keys; `name` is the first word of
    the buttons.
    """
    stem = f"{run.id}-{what}" if run else what
    files: dict[str, Callable[[], bytes]] = {}
    if draw is not None:
        files = {kind: partial(_image, draw, kind) for kind in get_args(ImageFormat)}
    if table is not None:
        files["csv"] = table
    with st.container(horizontal=True, gap="small"):
        for ending, make in files.items():
            st.download_button(
                f"{name} as {ending.upper()}",
                make,
                file_name=f"{stem}.{ending}",
                mime=MIME[ending],
                key=f"save_{what}_{ending}",
                type="tertiary",
                icon=":material/download:",
                on_click="ignore",
            )


def _image(draw: Callable[[], "Figure | dict[str, Any]"], image_format: ImageFormat) -> bytes:
    return picture_bytes(draw(), image_format)


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

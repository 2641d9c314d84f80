"""Charts and tables to take along: made only when they are asked for."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, get_args

import streamlit as st

from cnn.plots.figure import ImageFormat, figure_bytes
from cnn.runs.store import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MIME = {"png": "image/png", "svg": "image/svg+xml", "csv": "text/csv"}
_HELP = {
    "png": "A picture made of pixels, for slides.",
    "svg": "A picture that stays sharp at any size, for print.",
    "csv": "A table for a spreadsheet or a program. Shares go from 0 to 1.",
}


def offer_downloads(
    what: str,
    draw: Callable[[], "Figure"] | None = None,
    table: Callable[[], bytes] | None = None,
    run: Run | None = None,
) -> None:
    """Show buttons that save a chart as PNG and SVG, and a table as CSV; what there is of both.

    Args:
        what: the files' name, without its ending. It is also the buttons' own.
        draw: makes the chart, only on a click.
        table: makes the CSV file, only on a click.
        run: whose they are; the files' names begin with it.
    """
    name = f"{run.id}-{what}" if run else what
    with st.container(horizontal=True, gap="small"):
        if draw is not None:
            for image_format in get_args(ImageFormat):
                _offer(what, image_format, partial(_picture, draw, image_format), name)
        if table is not None:
            _offer(what, "csv", table, name)


def _picture(draw: Callable[[], "Figure"], image_format: ImageFormat) -> bytes:
    return figure_bytes(draw(), image_format)


def _offer(what: str, ending: str, make: Callable[[], bytes], name: str) -> None:
    st.download_button(
        f"Save as {ending.upper()}",
        make,
        file_name=f"{name}.{ending}",
        mime=MIME[ending],
        key=f"save_{what}_{ending}",
        type="tertiary",
        icon=":material/download:",
        on_click="ignore",
        help=_HELP[ending],
    )

"""The menu of pages, and what every page starts with."""

import importlib
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.navigation.page import Page
from streamlit.runtime.pages_manager import PagesManager

from cnn.plots.palette import THEMED
from ui.shared.digit_tile import TILE_STYLE

TRAIN, PREDICTIONS, DRAW, MY_DIGITS, HOW_IT_WORKS, RUNS, SWEEPS = (
    f"pages/{name}.py"
    for name in ("train", "predictions", "draw", "my_digits", "how_it_works", "runs", "sweeps")
)
_PAGES = {
    TRAIN: ("Train", ":material/model_training:"),
    PREDICTIONS: ("Predictions", ":material/grid_view:"),
    DRAW: ("Draw", ":material/draw:"),
    MY_DIGITS: ("My digits", ":material/school:"),
    HOW_IT_WORKS: ("How it works", ":material/menu_book:"),
    RUNS: ("Runs", ":material/list_alt:"),
    SWEEPS: ("Sweeps", ":material/tune:"),
}
_FOLDER = Path(__file__).parent
_LATER_MODULES = ("altair", "pandas", "onnxruntime", "sklearn.model_selection")
_close_phone_menu = st.components.v2.component(
    "phone_menu",
    css=".st-key-phone_menu { position: absolute; }",
    js=(_FOLDER / "phone_menu.js").read_text("utf-8"),
    isolate_styles=False,
)


def menu() -> Page:
    """Show the navigation menu and return the page that the address asks for."""
    pages = [
        st.Page(path, title=title, icon=icon, default=path == TRAIN)
        for path, (title, icon) in _PAGES.items()
    ]
    return st.navigation(pages, position="top")


def offer_page(page: str, label: str, query: Mapping[str, str], **button: Any) -> None:
    """Show a button, with these arguments of `st.button`, that leads to another page's address."""
    if st.button(label, **{"icon": _PAGES[page][1], **button}):
        st.switch_page(page, query_params=query)


def begin_page(title: str) -> None:
    """Set up a page, also when it is the first that a new server shows.

    Streamlit 1.67 runs a deep link's page without streamlit_app.py until `st.navigation` was
    called once; calling it here and running again puts the menu on that first visit too.
    """
    st.set_page_config(
        page_title=f"{title} · Digit Lab", page_icon=":material/draw:", layout="wide"
    )
    st.logo(_FOLDER / "logo.svg", size="large")
    st.html(f"<style>{stylesheet()}</style>")  # its variables reach into components as well
    if PagesManager.uses_pages_directory:
        menu()
        st.rerun()
    _close_phone_menu(key="phone_menu")


@cache
def stylesheet() -> str:
    """Return the CSS of all pages: the palette's colors as variables, and each package's file."""
    colors = "".join(f"--{name}: light-dark({', '.join(pair)}); " for name, pair in THEMED.items())
    files = sorted(_FOLDER.parent.glob("*/style.css"))
    parts = [f":root {{{colors}}}", TILE_STYLE, *(file.read_text("utf-8") for file in files)]
    return "\n".join(parts)


@cache
def preload_modules() -> None:
    """Import once, in the background, what the first page does not need and the next one does."""

    def import_all() -> None:
        for module in _LATER_MODULES:
            importlib.import_module(module)

    threading.Thread(target=import_all, name="preload", daemon=True).start()

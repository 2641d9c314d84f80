"""The menu of pages, and what every page starts with."""

import importlib
import threading
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page
from streamlit.runtime.pages_manager import PagesManager

from ui.shared.stylesheet import use_stylesheet

HOW_IT_WORKS, TRAIN, PREDICTIONS, DRAW, MY_DIGITS, RUNS = (
    "pages/how_it_works.py",
    "pages/train.py",
    "pages/predictions.py",
    "pages/draw.py",
    "pages/my_digits.py",
    "pages/runs.py",
)
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
    return st.navigation(
        [
            st.Page(TRAIN, title="Train", icon=":material/model_training:", default=True),
            st.Page(PREDICTIONS, title="Predictions", icon=":material/grid_view:"),
            st.Page(DRAW, title="Draw", icon=":material/draw:"),
            st.Page(MY_DIGITS, title="My digits", icon=":material/school:"),
            st.Page(HOW_IT_WORKS, title="How it works", icon=":material/menu_book:"),
            st.Page(RUNS, title="Runs", icon=":material/list_alt:"),
        ],
        position="top",
    )


def begin_page(title: str) -> None:
    """Set up a page, also when it is the first that a new server shows.

    Streamlit 1.67 runs a deep link's page without streamlit_app.py until `st.navigation` was
    called once; calling it here and running again puts the menu on that first visit too.
    """
    st.set_page_config(
        page_title=f"{title} · Digit Lab", page_icon=":material/draw:", layout="wide"
    )
    st.logo(_FOLDER / "logo.svg", size="large")
    use_stylesheet()
    if PagesManager.uses_pages_directory:
        menu()
        st.rerun()
    _close_phone_menu(key="phone_menu")


@cache
def preload_modules() -> None:
    """Import once, in the background, what the first page does not need and the next one does."""

    def import_all() -> None:
        for module in _LATER_MODULES:
            importlib.import_module(module)

    threading.Thread(target=import_all, name="preload", daemon=True).start()

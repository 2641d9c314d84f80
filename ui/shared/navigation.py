"""The menu of pages, and what every page starts with."""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page
from streamlit.runtime.pages_manager import PagesManager

from ui.shared import phone_menu
from ui.shared.stylesheet import use_stylesheet

HOW_IT_WORKS, TRAIN, PREDICTIONS, DRAW, MY_DIGITS, RUNS = (
    "pages/how_it_works.py",
    "pages/train.py",
    "pages/predictions.py",
    "pages/draw.py",
    "pages/my_digits.py",
    "pages/runs.py",
)


LOGO = Path(__file__).with_name("logo.svg")


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
    st.logo(LOGO, size="large")
    use_stylesheet()
    if PagesManager.uses_pages_directory:
        menu()
        st.rerun()
    phone_menu.close_after_choice()

"""The stylesheet of all pages: the palette's colors as CSS variables, and each package's CSS."""

from functools import lru_cache
from pathlib import Path

import streamlit as st

from cnn.plots.palette import THEMED
from ui.shared.digit_tile import TILE_STYLE


def use_stylesheet() -> None:
    """Give the page the stylesheet; the variables reach into components as well."""
    st.html(f"<style>{stylesheet()}</style>")


@lru_cache(maxsize=1)
def stylesheet() -> str:
    """Return the CSS of all pages."""
    colors = "".join(f"--{name}: light-dark({', '.join(pair)}); " for name, pair in THEMED.items())
    files = sorted(Path(__file__).parents[1].glob("*/style.css"))
    parts = [f":root {{{colors}}}", TILE_STYLE, *(file.read_text("utf-8") for file in files)]
    return "\n".join(parts)

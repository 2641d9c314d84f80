"""Tables of numbers as HTML: pixels in their shade, weights by their sign."""

from collections.abc import Callable, Iterable
from html import escape

import numpy as np
from numpy.typing import NDArray

from cnn.plots.palette import luminance

PAPER, INK = 246, 26  # grays, exchanged in the dark theme
MAX_TINT = 60  # percent of the color: the numbers stay readable in both themes


def number(value: float, decimals: int) -> str:
    """Return a number with so many decimals, and a real minus sign."""
    return f"{value:z.{decimals}f}".replace("-", "−")


def cell(text: object, is_best: bool = False, style: str = "") -> str:
    """Return a cell of a table; the best one of a row stands out."""
    kind = ' class="best"' if is_best else ""
    return f'<td{kind} style="{style}">{text}</td>'


def head(text: object) -> str:
    """Return a cell that names a row or a column; its text may be HTML."""
    return f"<th>{text}</th>"


def table_html(rows: Iterable[Iterable[str]], label: str, kind: str = "cells") -> str:
    """Return rows of `cell` and `head` as a table, with its name for screen readers."""
    lines = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f'<table class="{kind}" aria-label="{escape(label)}">{lines}</table>'


def figure_html(content: str, caption: str) -> str:
    """Return HTML with a caption under it."""
    return f"<figure>{content}<figcaption>{caption}</figcaption></figure>"


def pixel_table(pixels: NDArray[np.floating], maximum: float, label: str, decimals: int) -> str:
    """Return pixels (rows, columns) from 0 to `maximum`, full ink, as a table in their shades."""
    return _number_table(pixels, label, decimals, lambda value: _shade(value / maximum))


def signed_table(values: NDArray[np.floating], label: str, decimals: int) -> str:
    """Return weights or products (rows, columns) as a table: blue is positive, orange negative."""
    maximum = max(float(np.abs(values).max()), 1e-9)
    return _number_table(values, label, decimals, lambda value: _tint(value / maximum))


def _number_table(
    values: NDArray[np.floating], label: str, decimals: int, style: Callable[[float], str]
) -> str:
    rows = (
        [cell(number(value, decimals), style=style(value)) for value in row]
        for row in values.tolist()
    )
    return table_html(rows, label, "cells small" if values.shape[1] > 3 else "cells")


def _shade(ink: float) -> str:
    """Return the style of a pixel: dark ink on light in the light theme, the reverse in dark."""
    light = round(PAPER + (INK - PAPER) * min(max(ink, 0.0), 1.0))
    dark = PAPER + INK - light
    return (
        f"background: light-dark(rgb({light} {light} {light}), rgb({dark} {dark} {dark})); "
        f"color: light-dark({readable_on(light)}, {readable_on(dark)})"
    )


def readable_on(gray: int) -> str:
    """Return black or white, whichever has more contrast on a gray, 0 to 255."""
    return "#000" if luminance([gray] * 3) > 0.179 else "#fff"


def _tint(strength: float) -> str:
    color = "positive" if strength >= 0 else "negative"
    percent = round(MAX_TINT * min(abs(strength), 1.0))
    return f"background: color-mix(in srgb, var(--{color}) {percent}%, transparent)"

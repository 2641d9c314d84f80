"""Tables of numbers as HTML: pixels in their shade, weights by their sign."""

from collections.abc import Callable, Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from ui.shared.digit_tile import TILE_STYLE

PAPER, INK = (246, 246, 248), (24, 26, 38)  # turned over in the dark theme
# Told apart by color-blind people; the sign is written too.
POSITIVE, NEGATIVE = (46, 126, 222), (214, 98, 20)
MAX_COLOR = 60  # percent: the numbers stay readable in both themes

STYLE = f"""<style>{TILE_STYLE}
.lesson {{font-size: .875rem; line-height: 1.35; font-variant-numeric: tabular-nums}}
.lesson .quiet {{opacity: .75}}
.lesson table {{border-collapse: separate; border-spacing: 2px; margin: 0; width: auto}}
.lesson td, .lesson th {{border: 0; padding: 0; text-align: center; border-radius: .3rem;
  font-weight: 400; white-space: nowrap}}
.lesson .cells td {{min-width: 3.1rem; height: 2.4rem; font-size: .8rem; padding: 0 .25rem}}
.lesson .cells.small td {{min-width: 2.6rem; height: 2.1rem; font-size: .7rem; padding: 0 .15rem}}
.lesson figure {{margin: 0; max-width: 100%; overflow-x: auto}}
.lesson figcaption {{margin-top: .35rem; opacity: .75; font-size: .8rem}}
.lesson .row {{display: flex; flex-wrap: wrap; gap: .75rem; align-items: center}}
.lesson .sign {{font-size: 1.5rem; font-weight: 600; opacity: .75; margin-bottom: 1.5rem}}
</style>"""


def number(value: float, places: int) -> str:
    """Return a number with so many decimals, and a true minus sign."""
    return f"{value:z.{places}f}".replace("-", "−")


def pixel_cells(pixels: NDArray[np.floating], most: float, what: str, places: int) -> str:
    """Return pixels as a table, each in its shade.

    Args:
        pixels: (rows, columns).
        most: what full ink is: 255, or 1 where pixels are scaled.
        what: said to those who do not see the table.
        places: decimals of each.
    """
    return _table(pixels, what, places, lambda value: _shade(value / most))


def signed_cells(values: NDArray[np.floating], what: str, places: int) -> str:
    """Return weights or products as a table: blue is positive, orange negative."""
    most = max(float(np.abs(values).max()), 1e-9)
    return _table(values, what, places, lambda value: _tint(value / most))


def _table(
    values: NDArray[np.floating], what: str, places: int, style: Callable[[float], str]
) -> str:
    def cell(value: float) -> str:
        return f'<td style="{style(value)}">{number(value, places)}</td>'

    rows = "".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in values.tolist())
    small = " small" if values.shape[1] > 3 else ""
    return f'<table class="cells{small}" aria-label="{escape(what)}">{rows}</table>'


def _shade(ink: float) -> str:
    """Return the style of a pixel: dark ink on a light theme's paper, light ink on a dark one's."""
    light, dark = _mix(PAPER, INK, ink), _mix(INK, PAPER, ink)
    return (
        f"background: light-dark(rgb{light}, rgb{dark}); "
        f"color: light-dark({_readable_on(light)}, {_readable_on(dark)})"
    )


def _mix(start: Sequence[int], end: Sequence[int], share: float) -> tuple[int, ...]:
    share = min(max(share, 0.0), 1.0)
    return tuple(round(a + (b - a) * share) for a, b in zip(start, end, strict=True))


def _readable_on(color: Sequence[int]) -> str:
    """Return black or white, whichever stands out more (WCAG's relative luminance)."""
    linear = [(one / 255) ** 2.2 for one in color]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000" if luminance > 0.179 else "#fff"


def _tint(strength: float) -> str:
    color = POSITIVE if strength >= 0 else NEGATIVE
    percent = round(MAX_COLOR * min(abs(strength), 1.0))
    return f"background: color-mix(in srgb, rgb{color} {percent}%, transparent)"

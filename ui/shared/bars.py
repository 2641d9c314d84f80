"""A bar chart as HTML: in each row a name, a bar and a text."""

from collections.abc import Iterable, Sequence
from heapq import nlargest
from html import escape
from operator import itemgetter
from typing import NamedTuple

from ui.shared.number_text import probability


class Bar(NamedTuple):
    """One row of the chart."""

    name: str
    share: float
    """How much of the row's width is filled, 0 to 1."""
    text: str
    is_best: bool = False


def bars_html(bars: Iterable[Bar]) -> str:
    """Return the chart as an image whose alternative text is its numbers."""
    rows = list(bars)
    spoken = "; ".join(f"{bar.name}: {bar.text}" for bar in rows)
    return (
        f'<div class="bars" role="img" aria-label="{escape(spoken)}">'
        f"{''.join(map(_row_html, rows))}</div>"
    )


def _row_html(bar: Bar) -> str:
    kind = ' class="best"' if bar.is_best else ""
    return (
        f'<b{kind}>{escape(bar.name)}</b><span class="track"><i style="width:{bar.share:.1%}"></i>'
        f"</span><b{kind}>{escape(bar.text)}</b>"
    )


def probability_bars(
    probabilities: Sequence[float], best: int | None = None, count: int | None = None
) -> str:
    """Return a bar for each digit, or for so many of them, the most probable first.

    The `best` digit stands out.
    """
    shares: Iterable[tuple[int, float]] = enumerate(map(float, probabilities))
    if count is not None:
        shares = nlargest(count, shares, key=itemgetter(1))
    return bars_html(
        Bar(str(digit), share, probability(share), digit == best) for digit, share in shares
    )

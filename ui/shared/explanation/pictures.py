"""The ink and the training digits that explain an answer, as HTML."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cnn.explanation.explain import Neighbor
from cnn.plots.colormaps import occlusion_picture
from ui.shared.digit_tile import TILE_STYLE, png_address
from ui.shared.number_text import a_digit

MIN_IMPORTANCE = 0.005  # of probability: less is called nothing

STYLE = f"""<style>{TILE_STYLE}
.why {{display: grid; gap: 1rem .75rem; font-size: .875rem; line-height: 1.35}}
.why.nearest {{grid-template-columns: repeat(5, minmax(0, 5.5rem)); gap: .5rem}}
.why .tile {{margin-bottom: .35rem}}
.why .tile .plain {{mix-blend-mode: normal}}
.why b {{display: block}}
.why .quiet {{opacity: .75}}
.why.inks {{grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr))}}
.why .ink {{max-width: 14rem}}
.why .legend {{display: flex; flex-wrap: wrap; gap: .25rem 1rem}}
.why .legend i {{display: inline-block; width: .75rem; height: .75rem; border-radius: .2rem;
  margin-right: .35rem; vertical-align: -.05rem}}
</style>"""


def inks_html(image: NDArray[np.uint8], maps: NDArray[np.float32], digits: Sequence[int]) -> str:
    """Return `ink_html` for several answers, side by side where there is room.

    Args:
        image: (28, 28), 255 is full ink.
        maps: (digits, 28, 28), as for `ink_html`.
        digits: the answers.
    """
    pairs = zip(maps, digits, strict=True)
    items = "".join(ink_html(image, importance, digit) for importance, digit in pairs)
    return f'{STYLE}<div class="why inks">{items}</div>'


def ink_html(image: NDArray[np.uint8], importance: NDArray[np.float32], digit: int) -> str:
    """Return the digit with its ink colored by what it did for the answer, and a legend.

    Args:
        image: (28, 28), 255 is full ink.
        importance: (28, 28), how much less probable the answer is without the ink there.
        digit: the answer.
    """
    meanings = {
        "positive": f"speaks for {digit}",
        "negative": "speaks against",
        "neutral": "does little",
    }
    legend = "".join(
        f'<span><i style="background: var(--{color})"></i>{words}</span>'
        for color, words in meanings.items()
    )
    sentence = ""
    if np.abs(importance).max() < MIN_IMPORTANCE:
        sentence = (
            "<div>No spot matters much by itself: the answer stays without any of them.</div>"
        )
    return (
        f'<div><div class="tile ink"><img class="plain" '
        f'src="{png_address(occlusion_picture(image, importance))}" '
        f'alt="{_where(importance, digit)}"></div>'
        f'<div class="legend">{legend}</div>{sentence}</div>'
    )


def _where(importance: NDArray[np.float32], digit: int) -> str:
    """Say where the ink mattered most, for those who do not see the colors."""
    if importance.max() < MIN_IMPORTANCE:
        return f"No ink speaks for {digit} by itself."
    row, column = np.unravel_index(importance.argmax(), importance.shape)
    height = ("at the top", "in the middle", "at the bottom")[int(row) * 3 // len(importance)]
    side = ("on the left", "", "on the right")[int(column) * 3 // importance.shape[1]]
    return f"The ink {height} {side}".rstrip() + f" speaks most for {digit}."


def nearest_html(neighbors: Sequence[Neighbor], digit: int) -> str:
    """Return training digits with what they are, and how many of them are the answer."""
    items = "".join(
        f'<div role="listitem"><div class="tile"><img src="{png_address(one.image)}" '
        f'alt="Training digit"></div><b>{one.label}</b></div>'
        for one in neighbors
    )
    same = sum(one.label == digit for one in neighbors)
    count = {0: "None of them", len(neighbors): "All of them"}.get(same, f"{same} of them")
    words = f"{count} {'are' if same > 1 else 'is'} {a_digit(digit)}."
    return (
        f'{STYLE}<div class="why nearest" role="list">{items}</div>'
        f'<div class="why"><span>{words}</span></div>'
    )

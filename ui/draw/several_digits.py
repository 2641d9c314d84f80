"""A drawing of several digits: the number large, and each digit boxed where it was drawn."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from cnn.drawing.picture import without_transparency
from cnn.inference.segmentation import Part
from ui.shared.digit_tile import TILE_STYLE, png_address
from ui.shared.number_text import probability as shown_probability

MARGIN = 12  # pixels of a pad between a pen's middle and the box around it
MAX_SHOWN = (1280, 640)  # pixels sent: twice what a picture takes on the screen
MARGIN_SHARE = 0.01  # of a picture's longer side

_STYLE = f"""<style>{TILE_STYLE}
.number {{container-type: inline-size}}
.number .whole {{font-weight: 700; line-height: 1.1; min-height: 8rem; display: flex;
  align-items: center; overflow-wrap: anywhere}}
.number .parts {{display: grid; grid-template-columns: repeat(auto-fill, minmax(4rem, 1fr));
  gap: 1rem .75rem; line-height: 1.35; font-variant-numeric: tabular-nums}}
.number .parts b {{display: block; font-size: 1.25rem; margin-top: .25rem}}
.number .parts span {{font-size: .875rem; opacity: .8}}
</style>"""

_BOX_STYLE = """<style>
.boxes {position: absolute; inset: 0; pointer-events: none}
.boxes .box {position: absolute; container-type: inline-size; border: 2px solid var(--primary);
  border-radius: .4rem}
.boxes .box b {position: absolute; left: 50%; bottom: 100%; transform: translateX(-50%);
  margin-bottom: 2px; padding: 0 .35rem; border-radius: .3rem; background: var(--primary);
  color: var(--on-primary); font-size: .8125rem; line-height: 1.4; white-space: nowrap;
  font-variant-numeric: tabular-nums}
.boxes .box.high b {bottom: auto; top: 100%; margin: 2px 0 0}
.boxes .box.doubtful {border: 2px dashed var(--unsure)}
.boxes .box.doubtful b {background: var(--unsure)}
.boxes .box i {font-style: normal; font-weight: 400}
@container (max-width: 70px) {.boxes .box i {display: none}}
.boxed {position: relative; width: fit-content; max-width: 100%; margin-top: .5rem}
.boxed img {display: block; max-width: 100%; max-height: 20rem; border-radius: .6rem}
</style>"""


def show_number(parts: Sequence[Part]) -> None:
    """Show the number large, and under it each digit as the network sees it.

    Args:
        parts: from left to right, at least one.
    """
    st.html(_STYLE + number_html(parts))


def box_on_paper(parts: Sequence[Part], width: int, height: int) -> None:
    """Lay a box with its answer over each digit, on a pad's paper of so many pixels."""
    st.html(_BOX_STYLE + boxes_html(parts, width, height, MARGIN))


def show_boxed(parts: Sequence[Part], picture: NDArray[np.uint8]) -> None:
    """Show a picture with its digits boxed.

    Args:
        parts: from left to right.
        picture: (height, width), or with a third axis of RGB or RGBA.
    """
    height, width = picture.shape[:2]
    boxes = boxes_html(parts, width, height, MARGIN_SHARE * max(width, height))
    small = Image.fromarray(np.rint(without_transparency(picture)).astype(np.uint8))
    small.thumbnail(MAX_SHOWN)
    image = f'<img src="{png_address(np.asarray(small))}" alt="What was shown">'
    st.html(f'{_BOX_STYLE}<div class="boxed">{image}{boxes}</div>')


def number_text(parts: Sequence[Part]) -> str:
    """Return the number, with a question mark for what does not look like a digit."""
    return "".join(str(reading.digit) if reading.is_digit else "?" for _, _, reading, *_ in parts)


def number_html(parts: Sequence[Part]) -> str:
    """Return the number and its digits as HTML; a long number is smaller, so that it fits."""
    size = f"min(7.5rem, {100 / (0.62 * max(len(parts), 1)):.1f}cqi)"
    tiles = "".join(_tile_html(part) for part in parts)
    return (
        f'<div class="number"><div class="whole" role="status" aria-live="polite" '
        f'style="font-size:{size}"><span data-testid="number">{number_text(parts)}</span></div>'
        f'<div class="parts" role="list">{tiles}</div></div>'
    )


def _tile_html(part: Part) -> str:
    reading = part.prediction
    if reading.is_digit:
        words = f"<b>{reading.digit}</b><span>{shown_probability(reading.probability)}</span>"
    else:
        words = f"<b>?</b><span>nearest: {reading.digit}</span>"
    return (
        f'<div role="listitem"><div class="tile"><img src="{png_address(part.image)}" alt="">'
        f"</div>{words}</div>"
    )


def boxes_html(parts: Sequence[Part], width: float, height: float, margin: float) -> str:
    """Return boxes over a drawing, whatever its size on the screen, each with its answer."""
    boxes = "".join(_box_html(part, width, height, margin) for part in parts)
    return f'<div class="boxes" aria-hidden="true">{boxes}</div>'


def _box_html(part: Part, width: float, height: float, margin: float) -> str:
    reading = part.prediction
    left, top = max(part.box.left - margin, 0), max(part.box.top - margin, 0)
    right, bottom = min(part.box.right + margin, width), min(part.box.bottom + margin, height)
    place = (
        f"left:{left / width:.2%};top:{top / height:.2%};"
        f"width:{(right - left) / width:.2%};height:{(bottom - top) / height:.2%}"
    )
    kind = "box" + " high" * (top < height / 8) + " doubtful" * (not reading.is_digit)
    sure = f"{reading.digit} <i>{shown_probability(reading.probability)}</i>"
    return f'<div class="{kind}" style="{place}"><b>{sure if reading.is_digit else "?"}</b></div>'

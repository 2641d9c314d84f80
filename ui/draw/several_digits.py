"""A drawing of several digits: the number large, and a box around each digit."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from cnn.drawing.picture import without_transparency
from cnn.inference.segmentation import Part
from ui.shared.digit_tile import png_address
from ui.shared.number_text import probability as probability_text

MARGIN = 12  # canvas pixels between the middle of a stroke and the box around it
MAX_SHOWN = (1280, 640)  # pixels sent: twice what a picture takes on the screen
MARGIN_SHARE = 0.01  # of a picture's longer side


def show_number(parts: Sequence[Part]) -> None:
    """Show the number large, and under it each digit as the network sees it.

    Args:
        parts: from left to right, at least one.
    """
    st.html(number_html(parts))


def show_boxes(parts: Sequence[Part], width: int, height: int) -> None:
    """Show a box with its prediction over each digit of a canvas, width × height pixels."""
    st.html(boxes_html(parts, width, height, MARGIN))


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
    image = f'<img src="{png_address(np.asarray(small))}" alt="Your picture">'
    st.html(f'<div class="boxed">{image}{boxes}</div>')


def number_text(parts: Sequence[Part]) -> str:
    """Return the number, with a question mark for what is rejected."""
    return "".join(str(one.prediction.digit) if one.prediction.is_digit else "?" for one in parts)


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
    prediction = part.prediction
    if prediction.is_digit:
        words = f"<b>{prediction.digit}</b><span>{probability_text(prediction.probability)}</span>"
    else:
        words = f"<b>?</b><span>closest: {prediction.digit}</span>"
    return (
        f'<div role="listitem"><div class="tile"><img src="{png_address(part.image)}" alt="">'
        f"</div>{words}</div>"
    )


def boxes_html(parts: Sequence[Part], width: float, height: float, margin: float) -> str:
    """Return boxes over a drawing, whatever its size on the screen, each with its prediction."""
    boxes = "".join(_box_html(part, width, height, margin) for part in parts)
    return f'<div class="boxes" aria-hidden="true">{boxes}</div>'


def _box_html(part: Part, width: float, height: float, margin: float) -> str:
    prediction = part.prediction
    left, top = max(part.box.left - margin, 0), max(part.box.top - margin, 0)
    right, bottom = min(part.box.right + margin, width), min(part.box.bottom + margin, height)
    position = (
        f"left:{left / width:.2%};top:{top / height:.2%};"
        f"width:{(right - left) / width:.2%};height:{(bottom - top) / height:.2%}"
    )
    kind = "box" + " high" * (top < height / 8) + " rejected" * (not prediction.is_digit)
    text = "?"
    if prediction.is_digit:
        text = f"{prediction.digit} <i>{probability_text(prediction.probability)}</i>"
    return f'<div class="{kind}" style="{position}"><b>{text}</b></div>'

"""Predictions for a drawing as HTML: of one digit, of a number, and in boxes over its digits."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from cnn.drawing.drawing import Drawing
from cnn.inference.classifier import Prediction
from cnn.inference.segmentation import Part
from ui.draw.picture_input import preview
from ui.draw.pixel_grid import WIDTH
from ui.shared.bars import Bar, bars_html, probability_bars
from ui.shared.digit_tile import png_address
from ui.shared.number_text import a_digit
from ui.shared.number_text import probability as probability_text

NOT_A_DIGIT = "Not a digit"
MARGIN = 12  # canvas pixels between the middle of a stroke and the box around it
MAX_SHOWN = (1280, 640)  # pixels sent: twice what a picture takes on the screen
MARGIN_SHARE = 0.01  # of a picture's longer side


def prediction_html(prediction: Prediction, image: NDArray[np.uint8]) -> str:
    """Return the digit large, or that it is rejected, with bars and what the network sees.

    Args:
        prediction: of the image; if that is rejected, the reject class is the prediction.
        image: (28, 28), 255 is full ink.
    """
    said, bars = _digit(prediction) if prediction.is_digit else _rejected(prediction)
    return (
        f'<div class="prediction{"" if prediction.is_digit else " rejected"}">'
        f'<div class="said"><div role="status" aria-live="polite">{said}</div>'
        f'<figure><div class="tile"><img src="{png_address(image)}" alt=""></div>'
        f"<figcaption>What the network sees</figcaption></figure></div>{bars}</div>"
    )


def _digit(prediction: Prediction) -> tuple[str, str]:
    said = (
        f'<span class="digit" data-testid="predicted">{prediction.digit}</span> '
        f'<span class="confidence">{probability_text(prediction.probability)}</span>'
    )
    return said, probability_bars(prediction.probabilities, prediction.digit)


def _rejected(prediction: Prediction) -> tuple[str, str]:
    said = (
        f'<span class="sentence" data-testid="not-a-digit">{NOT_A_DIGIT}</span> '
        f'<span class="closest" data-testid="closest">The closest is '
        f"{a_digit(prediction.digit)}.</span>"
    )
    score = prediction.reject_score
    return said, bars_html([Bar(NOT_A_DIGIT, score, probability_text(score), is_best=True)])


def show_number(parts: Sequence[Part], drawing: Drawing, canvas: DeltaGenerator) -> None:
    """Show the number large, and a box around each digit of the drawing.

    Args:
        parts: of the drawing from left to right, at least one.
        drawing: strokes or a picture.
        canvas: the column of the page that has the canvas at its top.
    """
    st.html(number_html(parts))
    if drawing.picture is None:
        canvas.html(boxes_html(parts, 2 * WIDTH, WIDTH, MARGIN))  # the wide canvas
        return
    height, width = drawing.picture.shape[:2]
    boxes = boxes_html(parts, width, height, MARGIN_SHARE * max(width, height))
    address = png_address(preview(drawing.picture, MAX_SHOWN))
    st.html(f'<div class="boxed"><img src="{address}" alt="Your picture">{boxes}</div>')


def number_html(parts: Sequence[Part]) -> str:
    """Return a number and its digits as the network sees them; "?" is what is rejected."""
    size = f"min(7.5rem, {100 / (0.62 * len(parts)):.1f}cqi)"  # so that a long number fits
    number = "".join(
        str(part.prediction.digit) if part.prediction.is_digit else "?" for part in parts
    )
    tiles = "".join(map(_tile_html, parts))
    return (
        f'<div class="number"><div class="whole" role="status" aria-live="polite" '
        f'style="font-size:{size}"><span data-testid="number">{number}</span></div>'
        f'<div class="parts" role="list">{tiles}</div></div>'
    )


def _tile_html(part: Part) -> str:
    prediction = part.prediction
    words = f"<b>?</b><span>closest: {prediction.digit}</span>"
    if prediction.is_digit:
        words = f"<b>{prediction.digit}</b><span>{probability_text(prediction.probability)}</span>"
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
    kind, text = "box rejected", "?"
    if prediction.is_digit:
        kind = "box"
        text = f"{prediction.digit} <i>{probability_text(prediction.probability)}</i>"
    if top < height / 8:
        kind += " high"
    return f'<div class="{kind}" style="{position}"><b>{text}</b></div>'

"""What the network reads in one drawing: the digit, how sure, ten bars, what it saw."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.inference.classifier import Prediction
from ui.shared.bars import probability_bars
from ui.shared.digit_tile import TILE_STYLE, png_address
from ui.shared.number_text import probability as shown_probability

_STYLE = f"""<style>{TILE_STYLE}
.reading .said {{display: flex; align-items: center; justify-content: space-between; gap: 1rem;
  min-height: 8rem; margin-bottom: .75rem}}
.reading .digit {{font-size: 7.5rem; font-weight: 700; line-height: 1}}
.reading .sure {{font-size: 1.6rem; white-space: nowrap; margin-left: .5rem}}
.reading .sentence {{font-size: 1.6rem; font-weight: 600; line-height: 1.25; display: block;
  text-wrap: balance}}
.reading .nearest {{display: block; margin-top: .5rem; opacity: .8}}
.reading figure {{margin: 0; flex: none; text-align: center}}
.reading figcaption {{font-size: .875rem; opacity: .8; margin-top: .25rem}}
.reading .tile {{width: 7rem; margin: auto}}
.reading .bars {{row-gap: .4rem}}
.reading.doubtful .bars i {{background: var(--unsure)}}
</style>"""


def show_prediction(reading: Prediction, image: NDArray[np.uint8] | None) -> None:
    """Show the digit large, or that it is none, with ten bars and what the network sees.

    Args:
        reading: what the network reads in the image.
        image: (28, 28), 255 is full ink; None where it is shown elsewhere.
    """
    st.html(_STYLE + prediction_html(reading, image))


def prediction_html(reading: Prediction, image: NDArray[np.uint8] | None) -> str:
    """Return a reading as HTML; a digit that is none has a sentence in its place, and gray bars."""
    kind = "reading" if reading.is_digit else "reading doubtful"
    return (
        f'<div class="{kind}"><div class="said"><div role="status" aria-live="polite">'
        f"{_digit(reading) if reading.is_digit else _no_digit(reading)}</div>"
        f"{_seen(image)}</div>"
        f"{probability_bars(reading.probabilities, reading.digit if reading.is_digit else None)}"
        "</div>"
    )


def _seen(image: NDArray[np.uint8] | None) -> str:
    if image is None:
        return ""
    return (
        f'<figure><div class="tile"><img src="{png_address(image)}" alt=""></div>'
        "<figcaption>What the network sees</figcaption></figure>"
    )


def _digit(reading: Prediction) -> str:
    return (
        f'<span class="digit" data-testid="answer">{reading.digit}</span> '
        f'<span class="sure">{shown_probability(reading.probability)}</span>'
    )


def _no_digit(reading: Prediction) -> str:
    return (
        '<span class="sentence" data-testid="not-a-digit">This does not look like a digit</span> '
        f'<span class="nearest" data-testid="nearest">nearest: {reading.digit}, '
        f"{shown_probability(reading.probability)}</span>"
    )

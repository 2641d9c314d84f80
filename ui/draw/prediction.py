"""The prediction for one drawing: the digit, its confidence, ten bars, what the network sees."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.inference.classifier import Prediction
from ui.shared.bars import Bar, bars_html, probability_bars
from ui.shared.digit_tile import png_address
from ui.shared.number_text import a_digit
from ui.shared.number_text import probability as probability_text

NOT_A_DIGIT = "Not a digit"


def show_prediction(prediction: Prediction, image: NDArray[np.uint8]) -> None:
    """Show the digit large, or that the image is rejected, with bars and what the network sees.

    Args:
        prediction: of the image.
        image: (28, 28), 255 is full ink.
    """
    st.html(prediction_html(prediction, image))


def prediction_html(prediction: Prediction, image: NDArray[np.uint8]) -> str:
    """Return a prediction as HTML; for a rejected image the reject class is the prediction."""
    said, bars = _digit(prediction) if prediction.is_digit else _rejected(prediction)
    return (
        f'<div class="prediction{"" if prediction.is_digit else " rejected"}">'
        f'<div class="said"><div role="status" aria-live="polite">{said}</div>'
        f'<figure><div class="tile"><img src="{png_address(image)}" alt=""></div>'
        f"<figcaption>What the network sees</figcaption></figure></div>{bars}</div>"
    )


def _digit(prediction: Prediction) -> tuple[str, str]:
    said = (
        f'<span class="digit" data-testid="answer">{prediction.digit}</span> '
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

"""Occlusion maps: which ink mattered for a prediction."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.explanation import explain
from cnn.inference.predictor import Predictor
from cnn.plots.colormaps import occlusion_picture
from cnn.runs.store import Run
from ui.shared.digit_tile import png_address
from ui.shared.explanation.nearest import multiply_adds

HELP = (
    "Patches of 5×5 pixels are erased, one at a time, and the network predicts again. Where the "
    "digit becomes less probable, the ink is positive for it; where more probable, negative."
)
MIN_IMPORTANCE = 0.005  # of probability


def show_occlusion_maps(
    predictor: Predictor, run: Run, image: NDArray[np.uint8], digits: Sequence[int]
) -> NDArray[np.float32]:
    """Show an occlusion map of the image (28, 28) for each digit; return them, (digits, 28, 28)."""
    st.markdown("##### Occlusion map (which ink mattered)", help=HELP)
    stride = explain.occlusion_stride(multiply_adds(run))
    maps = explain.occlusion_maps(predictor, image, digits, stride)
    items = "".join(map_html(image, *pair) for pair in zip(maps, digits, strict=True))
    st.html(f'<div class="explanation occlusion">{items}</div>')
    return maps


def map_html(image: NDArray[np.uint8], importance: NDArray[np.float32], digit: int) -> str:
    """Return the occlusion map of an image (28, 28) for a digit, with its legend.

    Importance is (28, 28): how much less probable the digit is without the ink there.
    """
    note = ""
    if np.abs(importance).max() < MIN_IMPORTANCE:
        note = "<div>No patch matters by itself: the prediction stays without any of them.</div>"
    return (
        f'<div><div class="tile"><img class="plain" alt="{_strongest(importance, digit)}" '
        f'src="{png_address(occlusion_picture(image, importance))}"></div><div class="legend">'
        f'<span><i class="positive"></i>positive for {digit}</span>'
        '<span><i class="negative"></i>negative</span>'
        f'<span><i class="neutral"></i>near zero</span></div>{note}</div>'
    )


def _strongest(importance: NDArray[np.float32], digit: int) -> str:
    """Return where the most positive ink is, as the picture's alternative text."""
    if importance.max() < MIN_IMPORTANCE:
        return f"No ink is positive for {digit} by itself."
    row, column = np.unravel_index(importance.argmax(), importance.shape)
    height = ("at the top", "in the middle", "at the bottom")[int(row) * 3 // len(importance)]
    side = (" on the left", "", " on the right")[int(column) * 3 // importance.shape[1]]
    return f"The ink {height}{side} is the most positive for {digit}."

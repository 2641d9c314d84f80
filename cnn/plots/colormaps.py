"""Numbers of an explanation as colors, the same on the page and in a saved picture."""

import numpy as np
from numpy.typing import NDArray

from cnn.plots.palette import NEGATIVE, NEUTRAL, POSITIVE, rgb

MIN_SCALE = 0.02  # of probability: where nothing matters more, the colors stay pale
MIN_WEIGHT = 1e-9

# From no activation to the maximum: dark blue to nearly white, in both themes.
_HEAT = np.array([(22, 25, 48), (68, 80, 200), (146, 155, 245), (255, 250, 225)])
_ZERO_WEIGHT = (238, 238, 242)


def occlusion_picture(
    image: NDArray[np.uint8], importance: NDArray[np.float32]
) -> NDArray[np.uint8]:
    """Return the ink in color on a transparent background, (28, 28, RGBA).

    Args:
        image: (28, 28), 255 is full ink.
        importance: (28, 28), how much less probable the prediction is without the ink there.
    """
    strength = importance / max(float(np.abs(importance).max()), MIN_SCALE)
    color = diverging(strength, rgb(NEUTRAL))
    return np.concatenate([color, image[..., None]], axis=2).round().astype(np.uint8)


def activation_picture(maps: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return maps (…, height, width), 255 the maximum activation, in color (…, RGB)."""
    stops = np.linspace(0, 1, len(_HEAT))
    strength = np.linspace(0, 1, 256) ** 0.6  # weak activations are to be seen too
    table = np.stack([np.interp(strength, stops, channel) for channel in _HEAT.T], axis=1)
    return table.round().astype(np.uint8)[maps]


def weight_picture(kernels: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return kernels (…, k, k) in color, (…, k, k, RGB): blue above zero, orange below.

    They share one scale. The largest weight of all has the full color, and zero is nearly white.
    """
    finite = np.nan_to_num(kernels.astype(float), posinf=0.0, neginf=0.0)
    strength = finite / max(float(np.abs(finite).max(initial=0)), MIN_WEIGHT)
    return diverging(strength, _ZERO_WEIGHT).round().astype(np.uint8)


def diverging(strength: NDArray[np.floating], zero: tuple[int, int, int]) -> NDArray[np.float64]:
    """Return -1 to 1 as colors (…, RGB): NEGATIVE, the color of zero, POSITIVE."""
    full = np.where(strength[..., None] > 0, rgb(POSITIVE), rgb(NEGATIVE))
    color: NDArray[np.float64] = zero + np.abs(strength)[..., None] * (full - np.array(zero))
    return color

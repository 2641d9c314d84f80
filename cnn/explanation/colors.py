"""An explanation's numbers as colors, the same on the page and in a picture to keep."""

import numpy as np
from numpy.typing import NDArray

# Blue and orange are told apart by color-blind people, and each has a contrast of 3:1 with the
# tile in the light and in the dark theme.
FOR, AGAINST, NEUTRAL = (46, 126, 222), (214, 98, 20), (128, 131, 142)
MIN_SCALE = 0.02  # of probability: where nothing matters more, the colors stay pale
MIN_WEIGHT = 1e-9

# From no response to the strongest: dark blue to nearly white, in both themes.
_HEAT = np.array([(22, 25, 48), (68, 80, 200), (146, 155, 245), (255, 250, 225)])
_NO_WEIGHT = (238, 238, 242)


def ink_picture(image: NDArray[np.uint8], falls: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return the ink in color on transparent paper, (28, 28, RGBA).

    Args:
        image: (28, 28), 255 is full ink.
        falls: (28, 28), how much less probable the answer is without the ink there.
    """
    strength = falls / max(float(np.abs(falls).max()), MIN_SCALE)
    strongest = np.where(strength[..., None] > 0, FOR, AGAINST)
    color = NEUTRAL + np.abs(strength)[..., None] * (strongest - NEUTRAL)
    return np.concatenate([color, image[..., None]], axis=2).round().astype(np.uint8)


def heat_picture(maps: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return maps (…, height, width), 255 the strongest response, in color (…, RGB)."""
    stops = np.linspace(0, 1, len(_HEAT))
    strength = np.linspace(0, 1, 256) ** 0.6  # weak responses are to be seen too
    table = np.stack([np.interp(strength, stops, channel) for channel in _HEAT.T], axis=1)
    return table.round().astype(np.uint8)[maps]


def weight_picture(kernels: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return kernels (…, k, k) in color, (…, k, k, RGB): blue above zero, orange below.

    They share one scale. The strongest weight of all has the full color, and zero is nearly white.
    """
    finite = np.nan_to_num(kernels.astype(float), posinf=0.0, neginf=0.0)
    strength = finite / max(float(np.abs(finite).max(initial=0)), MIN_WEIGHT)
    strongest = np.where(strength[..., None] > 0, FOR, AGAINST)
    color = _NO_WEIGHT + np.abs(strength)[..., None] * (strongest - np.array(_NO_WEIGHT))
    return color.round().astype(np.uint8)

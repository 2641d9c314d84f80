"""A photo of paper, or of a board → the ink on it, whatever the light.

The paper's own brightness is found at each place, as a photo has shadows, dark corners and the
table at its edge. What is clearly darker than its paper (or lighter than its board) is ink.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

LEAST_CONTRAST = 16  # of 255: less is the noise of a camera, not ink
EVEN = 3.0  # of 255: how far the grey of a clean drawing's paper may stray
EVEN_SHARE = 0.6  # of the border; the rest may be ink that runs over it
SMALL_SIDE = 160  # pixels, of the copy in which the paper's brightness is found
WIDEST_LINE = 0.15  # of the longer side: what is wider is paper, or a table
GRAIN = 5.0  # standard deviations of the paper's grain
SURE, LIKELY = 0.5, 0.3  # of the ink's contrast: ink by itself, and ink if it continues some
SPECK = 0.04  # of the largest spot's area
ALONG_EDGE = 0.08  # of the picture's outline: what touches more of it is no digit


def is_evenly_lit(grey: NDArray[np.floating]) -> bool:
    """Return whether a picture, (height, width) from 0 to 255, has paper of one grey."""
    border = border_of(grey)
    strays = np.abs(border - np.median(border)) > EVEN
    return float(strays.mean()) <= 1 - EVEN_SHARE


def border_of(pixels: NDArray[Any]) -> NDArray[Any]:
    """Return the outermost pixels of a picture, in one row."""
    return np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])


def ink_on_paper(grey: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return how much ink each pixel of a photo has: (height, width), 0 is paper, 1 full ink.

    Args:
        grey: (height, width), 0–255; dark on light or light on dark.

    Raises:
        ValueError: nothing stands out from the paper.
    """
    contrast = ndimage.gaussian_filter(_contrast(grey), 0.7)
    strength = _strength(contrast)
    spots = _spots(contrast > LIKELY * strength, contrast > SURE * strength)
    near = ndimage.binary_dilation(spots)
    return np.where(near, np.clip(contrast / strength, 0, 1), 0).astype(np.float32)


def _strength(contrast: NDArray[np.floating]) -> float:
    """Return the contrast of the digit's ink."""
    sample = contrast[::3, ::3]
    middle = float(np.median(sample))
    grain = 1.4826 * float(np.median(np.abs(sample - middle)))
    seen = contrast > max(middle + GRAIN * grain, LEAST_CONTRAST / 255)
    inked = contrast[_spots(seen, seen)]
    if not inked.size:
        raise ValueError("The picture is empty: nothing in it stands out from its paper.")
    return float(np.percentile(inked, 90))


def _spots(likely: NDArray[np.bool_], sure: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the likely ink connected with some sure ink, without specks and what the edge shows."""
    labels, count = ndimage.label(likely, np.ones((3, 3)))
    areas = np.bincount(labels.ravel(), minlength=count + 1)
    wanted = np.zeros(count + 1, bool)
    wanted[labels[sure]] = True
    at_edge = np.bincount(border_of(labels), minlength=count + 1)
    inner = wanted & (at_edge <= ALONG_EDGE * 2 * sum(labels.shape))
    inner[0] = False
    if inner.any():
        inner &= areas >= SPECK * areas[inner].max()
    return inner[labels]


def _contrast(grey: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return how far pixels are from their paper, as a share of its brightness."""
    small = _resized(grey, SMALL_SIDE / max(grey.shape))
    small = ndimage.median_filter(small, 3)
    around = ndimage.gaussian_filter(small, SMALL_SIDE / 8)
    is_dark_ink = float(((small - around) ** 3).sum()) <= 0  # the rare pixels stray the farthest
    width = 2 * int(WIDEST_LINE * SMALL_SIDE / 2) + 1
    spread = ndimage.grey_closing if is_dark_ink else ndimage.grey_opening
    paper = ndimage.gaussian_filter(spread(small, (width, width)), 1)
    paper = np.asarray(Image.fromarray(paper).resize(grey.shape[::-1], Image.Resampling.BILINEAR))
    if is_dark_ink:
        return 1 - grey / np.maximum(paper, 1)
    return (grey - paper) / np.maximum(255 - paper, 1)


def _resized(grey: NDArray[np.floating], scale: float) -> NDArray[np.floating]:
    if scale >= 1:
        return grey
    height, width = (max(1, round(scale * side)) for side in grey.shape)
    return np.asarray(Image.fromarray(grey).resize((width, height), Image.Resampling.BOX))

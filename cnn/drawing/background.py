"""A photo of paper, or of a board → the ink on it, whatever the light.

The background's brightness is estimated at each pixel by a morphological closing, as a photo has
shadows, dark corners and the table at its edge. Ink is segmented from the contrast with it by a
hysteresis threshold.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

MIN_CONTRAST = 16  # of 255: less is the noise of a camera, not ink
MAX_DEVIATION = 3.0  # of 255: of a clean drawing's background from its median
MIN_EVEN_SHARE = 0.6  # of the border's pixels; the rest may be ink that reaches it
MIDDLE_SIDE, SMALL_SIDE = 400, 160  # pixels, of the copies that estimate the background
MAX_LINE_WIDTH = 0.15  # of the longer side: what is wider is background, or a table
NOISE_FACTOR = 5.0  # standard deviations of the background's noise
HIGH, LOW = 0.5, 0.3  # hysteresis thresholds, of the ink's contrast
MAX_GAP = 3  # pixels from high to low contrast: the lines on ruled paper are not followed
MIN_AREA, MIN_MARGIN_AREA = 0.06, 0.3  # of the largest component's, within and in the margin
MARGIN = 0.08  # of the sides: where a table may show
MAX_EDGE_SHARE = 0.08  # of the picture's outline: what touches more of it is no digit

_EMPTY = "The picture is empty: nothing in it stands out from its background."


def is_evenly_lit(gray: NDArray[np.floating]) -> bool:
    """Return whether a picture, (height, width) from 0 to 255, has a background of one gray."""
    border = border_of(gray)
    deviates = np.abs(border - np.median(border)) > MAX_DEVIATION
    return float(deviates.mean()) <= 1 - MIN_EVEN_SHARE


def border_of(pixels: NDArray[Any]) -> NDArray[Any]:
    """Return the outermost pixels of a picture, in one row."""
    return np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])


def ink_of_photo(gray: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return a photo's ink, (height, width): 0 is background, 1 full ink.

    `gray` is (height, width), 0–255; dark on light or light on dark.

    Raises:
        ValueError: nothing stands out from the background.
    """
    contrast = ndimage.gaussian_filter(_contrast(gray), 0.7)
    strength = _strength(contrast)
    high = contrast > HIGH * strength
    low = _dilated(high, MAX_GAP) & (contrast > LOW * strength)
    ink = _ink_components(low, high)
    if not ink.any():
        raise ValueError(_EMPTY)
    return np.where(_dilated(ink, 1), np.clip(contrast / strength, 0, 1), 0).astype(np.float32)


def _dilated(mask: NDArray[np.bool_], radius: int) -> NDArray[np.bool_]:
    return ndimage.maximum_filter(mask.view(np.uint8), 2 * radius + 1).view(bool)


def _strength(contrast: NDArray[np.floating]) -> float:
    """Return the contrast of the digit's ink."""
    sample = contrast[::3, ::3]
    median = float(np.median(sample))
    noise = 1.4826 * float(np.median(np.abs(sample - median)))  # from the median deviation
    seen = contrast > max(median + NOISE_FACTOR * noise, MIN_CONTRAST / 255)
    if not seen.any():
        raise ValueError(_EMPTY)
    inked = _middle(contrast)[_middle(seen)]  # a table's edge is as dark as ink
    if not inked.size:
        inked = contrast[seen]
    return float(np.percentile(inked, 97))  # the lines on ruled paper are more, and fainter


def _ink_components(low: NDArray[np.bool_], high: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return low's components with some of high, without specks and what lies at the edge."""
    labels, count = ndimage.label(low, np.ones((3, 3)))
    areas = np.bincount(labels.ravel(), minlength=count + 1)
    wanted = np.zeros(count + 1, bool)
    wanted[labels[high]] = True
    at_edge = np.bincount(border_of(labels), minlength=count + 1)
    wanted[0] = False
    inner = wanted & (at_edge == 0)
    if not inner.any():  # a digit may touch the edge, what lies along it is a table or a shadow
        inner = wanted & (at_edge <= MAX_EDGE_SHARE * 2 * sum(labels.shape))
    if inner.any():
        in_middle = np.bincount(_middle(labels).ravel(), minlength=count + 1) > 0
        inner &= areas >= np.where(in_middle, MIN_AREA, MIN_MARGIN_AREA) * areas[inner].max()
    return inner[labels]


def _middle(pixels: NDArray[Any]) -> NDArray[Any]:
    """Return the pixels within the margin in which a table may show."""
    depth, width = (int(MARGIN * side) for side in pixels.shape)
    return pixels[depth : pixels.shape[0] - depth, width : pixels.shape[1] - width]


def _contrast(gray: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the pixels' contrast with their background, as a share of its brightness."""
    dark_ink = gray if _is_dark_ink(gray) else 255 - gray
    small = ndimage.median_filter(shrunk(dark_ink, SMALL_SIDE), 3)
    width = 2 * int(MAX_LINE_WIDTH * max(small.shape) / 2) + 1
    background = ndimage.gaussian_filter(ndimage.grey_closing(small, (width, width)), 1)
    enlarged = Image.fromarray(background).resize(gray.shape[::-1], Image.Resampling.BILINEAR)
    return 1 - dark_ink / np.maximum(np.asarray(enlarged), 1)


def _is_dark_ink(gray: NDArray[np.floating]) -> bool:
    """Return whether the ink is darker: the skewness of local contrast is negative."""
    skews = []
    for side, sigma in ((MIDDLE_SIDE, 5), (SMALL_SIDE, 20)):  # for thin lines, for wide ones
        pixels = shrunk(gray, side)
        local = pixels - ndimage.gaussian_filter(pixels, sigma)
        skews.append(float((local**3).mean() / max(float(local.std()), 1e-6) ** 3))
    return max(skews, key=abs) <= 0


def scaled(
    pixels: NDArray[np.floating],
    longer_side: int,
    resampling: Image.Resampling = Image.Resampling.BOX,
) -> NDArray[np.floating]:
    """Return a picture with its longer side as long as asked for, and its proportions kept."""
    scale = longer_side / max(pixels.shape)
    height, width = (max(1, round(scale * side)) for side in pixels.shape)
    return np.asarray(Image.fromarray(pixels).resize((width, height), resampling))


def shrunk(pixels: NDArray[np.floating], max_side: int) -> NDArray[np.floating]:
    """Return a picture of at most so many pixels a side."""
    return scaled(pixels, max_side) if max(pixels.shape) > max_side else pixels

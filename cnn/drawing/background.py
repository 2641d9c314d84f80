"""A photo of paper, or of a board → the ink on it, whatever the light.

The paper's own brightness is found at each place, as a photo has shadows, dark corners and the
table at its edge. What is clearly darker than its paper (or lighter than its board) is ink.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

MIN_CONTRAST = 16  # of 255: less is the noise of a camera, not ink
EVEN = 3.0  # of 255: how far the gray of a clean drawing's paper may stray
EVEN_SHARE = 0.6  # of the border; the rest may be ink that runs over it
MIDDLE_SIDE, SMALL_SIDE = 400, 160  # pixels, of the copies in which the paper is looked at
WIDEST_LINE = 0.15  # of the longer side: what is wider is paper, or a table
GRAIN = 5.0  # standard deviations of the paper's grain
SURE, LIKELY = 0.5, 0.3  # of the ink's contrast: ink by itself, and ink if it continues some
REACH = 3  # pixels from sure ink to likely ink: the lines on ruled paper are not followed
SPECK, CRUMB = 0.06, 0.3  # of the largest spot's area; crumbs lie where a table may show
FRAME = 0.08  # of the sides: where a table may show
ALONG_EDGE = 0.08  # of the picture's outline: what touches more of it is no digit

_EMPTY = "The picture is empty: nothing in it stands out from its paper."


def is_evenly_lit(gray: NDArray[np.floating]) -> bool:
    """Return whether a picture, (height, width) from 0 to 255, has paper of one gray."""
    border = border_of(gray)
    strays = np.abs(border - np.median(border)) > EVEN
    return float(strays.mean()) <= 1 - EVEN_SHARE


def border_of(pixels: NDArray[Any]) -> NDArray[Any]:
    """Return the outermost pixels of a picture, in one row."""
    return np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])


def ink_on_paper(gray: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return how much ink each pixel of a photo has: (height, width), 0 is paper, 1 full ink.

    Args:
        gray: (height, width), 0–255; dark on light or light on dark.

    Raises:
        ValueError: nothing stands out from the paper.
    """
    contrast = ndimage.gaussian_filter(_contrast(gray), 0.7)
    strength = _strength(contrast)
    sure = contrast > SURE * strength
    beside = _widened(sure, REACH)
    spots = _spots(beside & (contrast > LIKELY * strength), sure)
    if not spots.any():
        raise ValueError(_EMPTY)
    near = _widened(spots, 1)
    return np.where(near, np.clip(contrast / strength, 0, 1), 0).astype(np.float32)


def _widened(mask: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """Return a mask with all pixels a few rows and columns around it."""
    return ndimage.maximum_filter(mask.view(np.uint8), 2 * reach + 1).view(bool)


def _strength(contrast: NDArray[np.floating]) -> float:
    """Return the contrast of the digit's ink."""
    sample = contrast[::3, ::3]
    middle = float(np.median(sample))
    grain = 1.4826 * float(np.median(np.abs(sample - middle)))
    seen = contrast > max(middle + GRAIN * grain, MIN_CONTRAST / 255)
    inked = _middle(contrast)[_middle(seen)]  # a table's edge is as dark as ink
    if not inked.size:
        inked = contrast[seen]
    if not inked.size:
        raise ValueError(_EMPTY)
    return float(np.percentile(inked, 97))  # the lines on ruled paper are more, and fainter


def _spots(likely: NDArray[np.bool_], sure: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return likely ink that continues some sure ink, without specks and what lies at the edge."""
    labels, count = ndimage.label(likely, np.ones((3, 3)))
    areas = np.bincount(labels.ravel(), minlength=count + 1)
    wanted = np.zeros(count + 1, bool)
    wanted[labels[sure]] = True
    at_edge = np.bincount(border_of(labels), minlength=count + 1)
    wanted[0] = False
    inner = wanted & (at_edge == 0)
    if not inner.any():  # a digit may touch the edge, what lies along it is a table or a shadow
        inner = wanted & (at_edge <= ALONG_EDGE * 2 * sum(labels.shape))
    if inner.any():
        in_middle = np.bincount(_middle(labels).ravel(), minlength=count + 1) > 0
        inner &= areas >= np.where(in_middle, SPECK, CRUMB) * areas[inner].max()
    return inner[labels]


def _middle(pixels: NDArray[Any]) -> NDArray[Any]:
    """Return the pixels within the frame in which a table may show."""
    depth, width = (int(FRAME * side) for side in pixels.shape)
    return pixels[depth : pixels.shape[0] - depth, width : pixels.shape[1] - width]


def _contrast(gray: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return how far pixels are from their paper, as a share of its brightness."""
    is_dark_ink = _is_dark_ink(gray)
    small = ndimage.median_filter(_resized(gray, SMALL_SIDE), 3)
    width = 2 * int(WIDEST_LINE * max(small.shape) / 2) + 1
    spread = ndimage.grey_closing if is_dark_ink else ndimage.grey_opening
    paper = ndimage.gaussian_filter(spread(small, (width, width)), 1)
    paper = np.asarray(Image.fromarray(paper).resize(gray.shape[::-1], Image.Resampling.BILINEAR))
    if is_dark_ink:
        return 1 - gray / np.maximum(paper, 1)
    return (gray - paper) / np.maximum(255 - paper, 1)


def _is_dark_ink(gray: NDArray[np.floating]) -> bool:
    """Return whether the ink is the darker: its pixels are few and stray far, the paper's not."""
    skews = []
    for side, reach in ((MIDDLE_SIDE, 5), (SMALL_SIDE, 20)):  # for thin lines, for wide ones
        pixels = _resized(gray, side)
        strays = pixels - ndimage.gaussian_filter(pixels, reach)
        skews.append(float((strays**3).mean() / max(float(strays.std()), 1e-6) ** 3))
    return max(skews, key=abs) <= 0


def _resized(gray: NDArray[np.floating], longest: int) -> NDArray[np.floating]:
    scale = longest / max(gray.shape)
    if scale >= 1:
        return gray
    height, width = (max(1, round(scale * side)) for side in gray.shape)
    return np.asarray(Image.fromarray(gray).resize((width, height), Image.Resampling.BOX))

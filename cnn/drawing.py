"""Strokes or a picture → the 28×28 image that a network trained on MNIST expects.

MNIST's digits were fitted in 20×20 pixels with their proportions kept, made grey by the
anti-aliasing, and placed in 28×28 by their centre of mass (http://yann.lecun.com/exdb/mnist/).
A drawing shrunk that way would have lines of any width; strokes are re-drawn with MNIST's pen.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image
from scipy import ndimage

from cnn.strokes import Stroke

LEAST_EXTENT = 1e-9  # canvas pixels; less is a dot
MOST_PIXELS = 50_000_000

SIDE, BOX = 28, 20
CENTRE = 14.0  # where MNIST's centres of mass lie on average, counting pixels from 0
# With this pen, drawn strokes have MNIST's mean ink (33 of 255) and its share of pixels with any
# ink (19 %), with half (13 %) and with nearly full ink: the width and the softness of its lines.
PEN_WIDTH, PEN_SOFTNESS = 2.5, 1.2  # pixels; softness is how wide the grey edge of a line is
SEGMENTS_AT_ONCE = 64  # a long scribble's memory, and few enough for the processor's cache

LEAST_CONTRAST = 16  # of 255: less is the noise of a camera, not ink
FAINTEST_INK = 0.25  # of the darkest: fainter marks are paper


def image_from_strokes(strokes: Sequence[Stroke]) -> NDArray[np.uint8]:
    """Return the strokes as MNIST would show them: (28, 28), 255 is full ink.

    Neither their place nor their size matters. Strokes without extent become a dot.

    Args:
        strokes: as `check_strokes` returns them, at least one point in all.

    Raises:
        ValueError: there is no point.
    """
    starts, ends = _fit(*_segments(strokes))
    y, x = ndimage.center_of_mass(_ink(starts, ends))
    corners = np.concatenate([starts, ends])
    margin = PEN_WIDTH / 2 - 0.5  # a lopsided drawing is not cut, rather than centred
    shift = np.clip(
        CENTRE - np.array([x, y]),
        margin - corners.min(axis=0),
        SIDE - 1 - margin - corners.max(axis=0),
    )
    return np.rint(255 * _ink(starts + shift, ends + shift)).astype(np.uint8)


def _segments(strokes: Sequence[Stroke]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return both ends of every straight piece, each (n, 2); a lone point is a piece too."""
    lines = [np.asarray(stroke, float) for stroke in strokes if len(stroke)]
    if not lines:
        raise ValueError("There is nothing to read yet: draw a digit.")
    pairs = [(line[:-1], line[1:]) if len(line) > 1 else (line, line) for line in lines]
    starts, ends = zip(*pairs, strict=True)
    return np.concatenate(starts), np.concatenate(ends)


def _fit(starts: NDArray[Any], ends: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Scale to MNIST's box, the pen included, and put the box in the middle."""
    corners = np.concatenate([starts, ends])
    low, high = corners.min(axis=0), corners.max(axis=0)
    extent = float((high - low).max())
    scale = (BOX - PEN_WIDTH) / extent if extent > LEAST_EXTENT else 1.0
    middle = (SIDE - 1) / 2
    starts, ends = ((points - (low + high) / 2) * scale + middle for points in (starts, ends))
    return starts, ends


def _ink(starts: NDArray[Any], ends: NDArray[Any]) -> NDArray[np.float64]:
    """Return the ink, (28, 28) from 0 to 1, of a round pen with a soft edge along segments."""
    nearest = np.full(SIDE * SIDE, np.inf)
    for first in range(0, len(starts), SEGMENTS_AT_ONCE):
        piece = slice(first, first + SEGMENTS_AT_ONCE)
        np.minimum(nearest, _squared_distances(starts[piece], ends[piece]), out=nearest)
    edge = PEN_WIDTH / 2 - np.sqrt(nearest.reshape(SIDE, SIDE))
    return np.clip(edge / PEN_SOFTNESS + 0.5, 0, 1)


def _squared_distances(starts: NDArray[Any], ends: NDArray[Any]) -> NDArray[np.float64]:
    """Return each pixel's squared distance, (784,), from the nearest of the segments."""
    pixels = np.indices((SIDE, SIDE), float)[::-1].reshape(2, -1).T
    along = ends - starts
    length = (along**2).sum(axis=1)  # squared
    # |p - (s + t·a)|² = |p - s|² + t·(t·|a|² - 2·(p - s)·a), with matrix products for speed.
    projection = pixels @ along.T - (starts * along).sum(axis=1)
    share = np.clip(projection / np.where(length > 0, length, 1), 0, 1)
    from_start = (starts**2).sum(axis=1) - 2 * pixels @ starts.T
    from_start += share * (share * length - 2 * projection)
    return np.maximum(from_start.min(axis=1) + (pixels**2).sum(axis=1), 0)


def image_from_picture(pixels: ArrayLike) -> NDArray[np.uint8]:
    """Return a picture of one digit as MNIST would show it: (28, 28), 255 is full ink.

    Dark on light and light on dark both serve: what the border shows is taken for the paper.

    Args:
        pixels: (height, width) grey, or (height, width, 3 or 4) RGB or RGBA; 0–255.

    Raises:
        ValueError: not such a picture, or nothing stands out in it.
    """
    ink = _picture_ink(_grey(_check_pixels(pixels)))
    rows, columns = np.nonzero(ink >= FAINTEST_INK)
    crop = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    scale = BOX / max(crop.shape)
    height, width = (max(1, round(scale * side)) for side in crop.shape)
    small = Image.fromarray(crop).resize((width, height), Image.Resampling.HAMMING)
    return _centred(np.asarray(small))


def _centred(small: NDArray[Any]) -> NDArray[np.uint8]:
    """Place at most 20×20 ink in 28×28 by its centre of mass, by whole pixels and uncut."""
    image = np.zeros((SIDE, SIDE), np.uint8)
    (y, x), (height, width) = ndimage.center_of_mass(small), small.shape
    top = min(max(round(CENTRE - y), 0), SIDE - height)
    left = min(max(round(CENTRE - x), 0), SIDE - width)
    image[top : top + height, left : left + width] = np.rint(255 * small)
    return image


def _check_pixels(pixels: ArrayLike) -> NDArray[Any]:
    array = np.asarray(pixels)
    if array.dtype == bool:
        array = array * np.uint8(255)
    is_picture = array.ndim in (2, 3) and array.shape[2:] in ((), (3,), (4,))
    if not is_picture or array.dtype.kind not in "uif":
        raise ValueError(
            "This is not a picture that can be read: expected were rows of pixels, "
            "grey, RGB or RGBA, from 0 to 255."
        )
    if array.size == 0:
        raise ValueError("The picture has no pixels: choose another one.")
    if array.shape[0] * array.shape[1] > MOST_PIXELS:
        raise ValueError("The picture is too large: make it smaller than 50 million pixels.")
    if not (array.min() >= 0 and array.max() <= 255):  # also false for NaN
        raise ValueError("The picture's pixels must be numbers from 0 to 255.")
    return array


def _grey(pixels: NDArray[Any]) -> NDArray[np.floating]:
    """Return luminance from 0 to 255; what is transparent becomes paper that shows the ink."""
    if pixels.ndim == 2:
        return pixels.astype(np.float32)
    grey = pixels[..., :3].astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    if pixels.shape[2] == 3:
        return grey
    opacity = pixels[..., 3].astype(np.float32) / 255
    visible = float((grey * opacity).sum() / max(float(opacity.sum()), 1e-6))
    paper = np.float32(255 if visible < 128 else 0)
    return grey * opacity + paper * (1 - opacity)


def _picture_ink(grey: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return ink from 0 to 1: how far a pixel is from the border, on the digit's side."""
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    paper, darkest, lightest = float(np.median(border)), float(grey.min()), float(grey.max())
    sign = 1 if lightest - paper > paper - darkest else -1
    most = max(lightest - paper, paper - darkest)
    if most < LEAST_CONTRAST:
        raise ValueError("The picture is empty: nothing in it stands out from its border.")
    return np.clip(sign * (grey - paper) / most, 0, 1)

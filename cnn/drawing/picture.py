"""A picture of a digit → the 28×28 image that a network trained on MNIST expects."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image
from scipy import ndimage

from cnn.drawing.background import (
    MIN_CONTRAST,
    border_of,
    ink_of_photo,
    is_evenly_lit,
    scaled,
    shrunk,
)
from cnn.drawing.line_width import redraw_lines
from cnn.drawing.pen import BOX, CENTER, SIDE

MAX_PIXELS = 50_000_000
TOO_LARGE = "The picture is too large: make it smaller than 50 million pixels."
_LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)  # of red, green and blue
MIN_INK = 0.25  # of the darkest: less is background
MIN_SIDE, MAX_SIDE = 40, 128  # pixels: lines are measured in larger digits, shrunk to the latter


def image_from_picture(pixels: ArrayLike) -> NDArray[np.uint8]:
    """Return a picture of one digit as MNIST would show it: (28, 28), 255 is full ink.

    The picture is (height, width) gray, or (height, width, 3 or 4) RGB or RGBA; 0–255, dark on
    light or light on dark.

    Raises:
        ValueError: not such a picture, or nothing stands out in it.
    """
    return image_from_ink(ink_from_picture(pixels))


def ink_from_picture(pixels: ArrayLike) -> NDArray[np.floating]:
    """Return a picture's ink, (height, width): 0 is background, 1 full ink.

    It takes and raises what `image_from_picture` does.
    """
    gray = luminance(_check_pixels(pixels))
    is_drawing = max(gray.shape) <= MIN_SIDE or is_evenly_lit(gray)
    return _picture_ink(gray) if is_drawing else ink_of_photo(gray)


def image_from_ink(ink: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return ink, (height, width) from 0 to 1, as MNIST would show it: (28, 28), 255 is full ink.

    Some of it is at least 0.25. Lines much thinner or thicker than those of MNIST's pen are drawn
    again with it.
    """
    redrawn = lines_redrawn(ink)
    if redrawn is not None:
        return redrawn
    return _centered(scaled(crop_to_ink(ink), BOX, Image.Resampling.HAMMING))


def lines_redrawn(ink: NDArray[np.floating], zoom: int = 1) -> NDArray[np.uint8] | None:
    """Return ink with its lines as wide as MNIST's, (28, 28) times `zoom`, or None if they are."""
    crop = crop_to_ink(ink)
    return redraw_lines(_inked(crop), zoom) if max(crop.shape) > MIN_SIDE else None


def crop_to_ink(ink: NDArray[Any]) -> NDArray[Any]:
    """Return the part of ink, or of an image, outside of which all is background."""
    counted = ink >= MIN_INK
    rows, columns = (np.flatnonzero(counted.any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _inked(crop: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return which pixels are ink, of a copy small enough to be quick."""
    ink = shrunk(crop, MAX_SIDE)
    full = float(np.percentile(ink[ink >= min(MIN_INK, ink.max())], 75))
    return ink >= full / 2


def _centered(small: NDArray[Any]) -> NDArray[np.uint8]:
    """Place at most 20×20 ink in 28×28 by its center of mass, by whole pixels and uncut."""
    image = np.zeros((SIDE, SIDE), np.uint8)
    (y, x), (height, width) = ndimage.center_of_mass(small), small.shape
    top = min(max(round(CENTER - y), 0), SIDE - height)
    left = min(max(round(CENTER - x), 0), SIDE - width)
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
            "gray, RGB or RGBA, from 0 to 255."
        )
    if array.size == 0:
        raise ValueError("The picture has no pixels: choose another one.")
    if array.shape[0] * array.shape[1] > MAX_PIXELS:
        raise ValueError(TOO_LARGE)
    if not (array.min() >= 0 and array.max() <= 255):  # also false for NaN
        raise ValueError("The picture's pixels must be numbers from 0 to 255.")
    return array


def luminance(pixels: NDArray[Any]) -> NDArray[np.floating]:
    """Return a picture's gray, 0 to 255, on a background that shows the ink."""
    if pixels.ndim == 2:
        return pixels.astype(np.float32)
    return without_transparency(pixels).astype(np.float32) @ _LUMINANCE


def without_transparency(pixels: NDArray[Any]) -> NDArray[Any]:
    """Return a picture without transparency: on white or on black, whichever shows its ink."""
    if pixels.shape[2:] != (4,):
        return pixels
    colors, opacity = pixels[..., :3].astype(np.float32), pixels[..., 3:].astype(np.float32) / 255
    seen = float((colors @ _LUMINANCE * opacity[..., 0]).sum())
    visible = seen / max(float(opacity.sum()), 1e-6)
    background = np.float32(255 if visible < 128 else 0)
    return colors * opacity + background * (1 - opacity)


def _picture_ink(gray: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return ink from 0 to 1: how far a pixel is from the border, on the digit's side."""
    border = border_of(gray)
    background, darkest, lightest = (float(f) for f in (np.median(border), gray.min(), gray.max()))
    sign = 1 if lightest - background > background - darkest else -1
    contrast = max(lightest - background, background - darkest)
    if contrast < MIN_CONTRAST:
        raise ValueError("The picture is empty: nothing in it stands out from its border.")
    return np.clip(sign * (gray - background) / contrast, 0, 1)

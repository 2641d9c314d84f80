"""A picture of a digit → the 28×28 image that a network trained on MNIST expects."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from cnn.drawing import background
from cnn.drawing.pen import BOX, CENTER, PEN_SOFTNESS, SIDE

_LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)  # of red, green and blue
MIN_INK = 0.25  # of the darkest: less is background
MIN_SIDE, MAX_SIDE = 40, 128  # pixels: lines are measured in larger digits, shrunk to the latter

# Of the 28 pixels:
MIN_WIDTH, MAX_WIDTH = 1.5, 3.0  # lines between these stay as they are
THICKENED, THINNED = 2.25, 2.75  # what thinner and thicker lines become, to be like MNIST's
MAX_PEN_WIDTH = 8.0  # wider shapes are not drawn by a pen


def image_from_picture(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture of one digit as MNIST would show it: (28, 28), 255 is full ink.

    The picture is (height, width) gray, or (height, width, 3 or 4) RGB or RGBA; dark on light or
    light on dark.

    Raises:
        ValueError: nothing stands out in it.
    """
    return image_from_ink(ink_from_picture(pixels))


def ink_from_picture(pixels: NDArray[np.uint8]) -> NDArray[np.floating]:
    """Return a picture's ink, (height, width): 0 is background, 1 full ink.

    It takes and raises what `image_from_picture` does.
    """
    gray = luminance(pixels)
    is_drawing = max(gray.shape) <= MIN_SIDE or background.is_evenly_lit(gray)
    return _picture_ink(gray) if is_drawing else background.ink_of_photo(gray)


def image_from_ink(ink: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return ink, (height, width) from 0 to 1, as MNIST would show it: (28, 28), 255 is full ink.

    Some of it is at least 0.25. Lines much thinner or thicker than those of MNIST's pen are drawn
    again with it.
    """
    redrawn = lines_redrawn(ink)
    if redrawn is not None:
        return redrawn
    return _centered(background.scaled(crop_to_ink(ink), BOX, Image.Resampling.HAMMING))


def lines_redrawn(ink: NDArray[np.floating], zoom: int = 1) -> NDArray[np.uint8] | None:
    """Return ink as MNIST would show it, with lines as wide as MNIST's: thinned or thickened.

    Args:
        ink: as `image_from_ink` takes it.
        zoom: how many times larger than MNIST's the image is, with edges as sharp.

    Returns:
        (28, 28) times `zoom`, 255 is full ink; None if the lines have such a width already, no pen
        drew them, or the digit is too small to tell.
    """
    crop = crop_to_ink(ink)
    if max(crop.shape) <= MIN_SIDE:
        return None
    mask = _inked(crop)
    mask = np.pad(mask, max(mask.shape) // 2 + 2)  # thick lines, and the 28 pixels, reach beyond
    inside = ndimage.distance_transform_edt(mask)
    low, high = (np.array([end(places) for places in np.nonzero(mask)]) for end in (np.min, np.max))
    extent = high - low + 1
    growth = _growth(_line_width(mask, inside), float(extent.max()))
    if growth is None:
        return None
    outside = ndimage.distance_transform_edt(~mask)
    distance = np.where(mask, inside - 0.5, 0.5 - outside) + growth  # from the new edge, inwards
    return _from_distances(distance, (low + high) / 2, extent + 2 * growth, zoom)


def _line_width(mask: NDArray[np.bool_], inside: NDArray[np.floating]) -> float:
    ridge = mask & (inside == ndimage.maximum_filter(inside, 3))
    return 2 * float(np.median(inside[ridge])) - 0.5


def _growth(line_width: float, longest: float) -> float | None:
    """Return by how many pixels the lines' edges are to move outwards, None if not at all."""
    width = BOX * line_width / longest
    if MIN_WIDTH <= width <= MAX_WIDTH or width > MAX_PEN_WIDTH:
        return None
    wanted = THICKENED if width < MIN_WIDTH else THINNED
    # (line + 2·growth) / (longest + 2·growth) is wanted.
    return (wanted * longest - BOX * line_width) / (2 * (BOX - wanted))


def _from_distances(
    distance: NDArray[np.floating],
    middle: NDArray[np.floating],
    extent: NDArray[np.floating],
    zoom: int,
) -> NDArray[np.uint8]:
    """Return a shape in MNIST's box by its center of mass, from its signed distance field."""
    side, scale = zoom * SIDE, zoom * BOX / float(extent.max())

    def ink(place: NDArray[np.floating]) -> NDArray[np.floating]:
        grid = np.indices((side, side)) - place[:, None, None]
        places = grid / scale + middle[:, None, None]
        sampled = ndimage.map_coordinates(distance, places, order=1, mode="nearest")
        return np.clip(sampled * scale / PEN_SOFTNESS + 0.5, 0, 1)

    center = np.full(2, (side - 1) / 2)
    off_center = zoom * CENTER - np.array(ndimage.center_of_mass(ink(center)))
    room = (side - scale * extent) / 2  # so that nothing is cut
    return np.rint(255 * ink(center + np.clip(off_center, -room, room))).astype(np.uint8)


def crop_to_ink(ink: NDArray[Any]) -> NDArray[Any]:
    """Return the part of ink, or of an image, outside of which all is background."""
    counted = ink >= MIN_INK
    rows, columns = (np.flatnonzero(counted.any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _inked(crop: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return which pixels are ink, of a copy small enough to be quick."""
    ink = background.shrunk(crop, MAX_SIDE)
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
    paper = np.float32(255 if visible < 128 else 0)
    return colors * opacity + paper * (1 - opacity)


def _picture_ink(gray: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return ink from 0 to 1: how far a pixel is from the border, on the digit's side."""
    far = gray - np.median(background.border_of(gray))
    ink = far if far.max() > -far.min() else -far
    if ink.max() < background.MIN_CONTRAST:
        raise ValueError("The picture is empty: nothing in it stands out from its border.")
    return np.clip(ink / ink.max(), 0, 1)

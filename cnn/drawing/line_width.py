"""A pen's lines in a picture, made as wide as MNIST's are: thinned or thickened evenly."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cnn.drawing.pen import BOX, CENTER, PEN_SOFTNESS, SIDE

MIN_WIDTH, MAX_WIDTH = 1.5, 3.0  # of the 28 pixels: lines between these stay as they are
THICKENED, THINNED = 2.25, 2.75  # what thinner and thicker lines become, to be like MNIST's
MAX_PEN_WIDTH = 8.0  # of the 28 pixels; wider shapes are not drawn by a pen


class _Shape(NamedTuple):
    """Ink as a signed distance field: pixels from its edge, above 0 within the ink."""

    distance: NDArray[np.floating]
    middle: NDArray[np.floating]
    """(2,), row and column of the ink's center."""
    extent: NDArray[np.floating]
    """(2,), height and width of the ink, pixels."""
    line_width: float
    """Pixels."""


def redraw_lines(mask: NDArray[np.bool_]) -> NDArray[np.uint8] | None:
    """Return inked pixels as MNIST would show them, (28, 28), the lines as wide as MNIST's.

    Args:
        mask: (height, width), some of it inked.

    Returns:
        The image, or None if the lines have such a width already, or no pen drew them.
    """
    shape = _shape(mask)
    growth = _growth(shape)
    if growth is None:
        return None
    scale = BOX / (float(shape.extent.max()) + 2 * growth)
    middle = np.full(2, (SIDE - 1) / 2)
    off_center = CENTER - np.array(ndimage.center_of_mass(_ink(shape, growth, scale, middle)))
    room = (SIDE - scale * (shape.extent + 2 * growth)) / 2  # so that nothing is cut
    ink = _ink(shape, growth, scale, middle + np.clip(off_center, -room, room))
    return np.rint(255 * ink).astype(np.uint8)


def fine_lines(mask: NDArray[np.bool_]) -> NDArray[np.uint8] | None:
    """Return inked pixels with the lines of `redraw_lines`, as large as they are, cropped to them.

    Args:
        mask: (height, width), some of it inked.

    Returns:
        The image, 255 is full ink, or None where `redraw_lines` gives none.
    """
    shape = _shape(mask)
    growth = _growth(shape)
    if growth is None:
        return None
    ink = np.clip(shape.distance + growth + 0.5, 0, 1)
    rows, columns = np.nonzero(ink)
    crop = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    return np.rint(255 * crop).astype(np.uint8)


def _growth(shape: _Shape) -> float | None:
    """Return by how many pixels the lines' edges are to move outwards, None if not at all."""
    longest = float(shape.extent.max())
    width = BOX * shape.line_width / longest
    if MIN_WIDTH <= width <= MAX_WIDTH or width > MAX_PEN_WIDTH:
        return None
    wanted = THICKENED if width < MIN_WIDTH else THINNED
    # (line + 2·growth) / (longest + 2·growth) is wanted.
    return (wanted * longest - BOX * shape.line_width) / (2 * (BOX - wanted))


def _shape(mask: NDArray[np.bool_]) -> _Shape:
    margin = max(mask.shape) // 2 + 2  # thickened lines, and the 28 pixels, reach beyond the ink
    mask = np.pad(mask, margin)
    inside = ndimage.distance_transform_edt(mask)
    outside = ndimage.distance_transform_edt(~mask)
    ridge = mask & (inside == ndimage.maximum_filter(inside, 3))
    inked = np.nonzero(mask)
    low, high = (np.array([end(places) for places in inked], float) for end in (np.min, np.max))
    width = 2 * float(np.median(inside[ridge])) - 0.5
    return _Shape(
        np.where(mask, inside - 0.5, 0.5 - outside), (low + high) / 2, high - low + 1, width
    )


def _ink(shape: _Shape, growth: float, scale: float, place: NDArray[Any]) -> NDArray[np.floating]:
    """Return the ink, (28, 28) from 0 to 1, with the shape's middle at a place among the 28."""
    rows, columns = (
        (np.arange(SIDE) - at) / scale + middle
        for at, middle in zip(place, shape.middle, strict=True)
    )
    grid = np.meshgrid(rows, columns, indexing="ij")
    distance = ndimage.map_coordinates(shape.distance, grid, order=1, mode="nearest")
    return np.clip((distance + growth) * scale / PEN_SOFTNESS + 0.5, 0, 1)

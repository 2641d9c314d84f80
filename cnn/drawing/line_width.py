"""A pen's lines in a picture, made as wide as MNIST's are: thinned or thickened evenly."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cnn.drawing.pen import BOX, CENTER, PEN_SOFTNESS, SIDE

MIN_WIDTH, MAX_WIDTH = 1.5, 3.0  # of the 28 pixels: lines between these stay as they are
THICKENED, THINNED = 2.25, 2.75  # what thinner and thicker lines become, to be like MNIST's
MAX_PEN_WIDTH = 8.0  # of the 28 pixels; wider shapes are not drawn by a pen


def redraw_lines(mask: NDArray[np.bool_], zoom: int = 1) -> NDArray[np.uint8] | None:
    """Return inked pixels as MNIST would show them, with lines as wide as MNIST's.

    Args:
        mask: (height, width), some of it inked.
        zoom: how many times larger than MNIST's the image is, with edges as sharp.

    Returns:
        (28, 28) times `zoom`, 255 is full ink; None if the lines have such a width already, or no
        pen drew them.
    """
    mask = np.pad(mask, max(mask.shape) // 2 + 2)  # thick lines, and the 28 pixels, reach beyond
    inside = ndimage.distance_transform_edt(mask)
    low, high = (np.array([end(places) for places in np.nonzero(mask)]) for end in (np.min, np.max))
    extent = high - low + 1
    growth = _growth(_line_width(mask, inside), float(extent.max()))
    if growth is None:
        return None
    outside = ndimage.distance_transform_edt(~mask)
    distance = np.where(mask, inside - 0.5, 0.5 - outside) + growth  # from the new edge, inwards
    return _centered(distance, (low + high) / 2, extent + 2 * growth, zoom)


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


def _centered(
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

"""Lines drawn into many images at once, which are then fitted into MNIST's 20×20 box again."""

import numpy as np
from numpy.typing import NDArray

from cnn.drawing.pen import BOX, CENTER, PEN_SOFTNESS, SIDE

MARGIN = 8  # blank pixels around an image, for lines that reach beyond it
MIN_WIDTH, MAX_WIDTH = 1.6, 4.5  # pixels: the lines of nearly all of MNIST
VISIBLE_INK = 0.3  # of 1: what has to fit into the box
CHUNK = 128  # few enough for the processor's cache


def pen_widths(images: NDArray[np.uint8]) -> NDArray[np.floating]:
    """Return how wide the lines of each image (n, 28, 28) are, (n,) pixels.

    A line of width w and length l has the area w·l and two edges of length l, so w is twice the
    ink over the sum of the gradient's length.
    """
    ink = images.astype(np.float32) / 255
    rise_y, rise_x = np.gradient(ink, axis=(1, 2))
    edges = np.maximum(np.hypot(rise_x, rise_y).sum(axis=(1, 2)), 1e-6)
    return np.clip(2 * ink.sum(axis=(1, 2)) / edges, MIN_WIDTH, MAX_WIDTH)


def draw_in_box(
    canvas: NDArray[np.uint8],
    starts: NDArray[np.floating],
    ends: NDArray[np.floating],
    pens: NDArray[np.floating],
    stretch: NDArray[np.floating],
) -> NDArray[np.uint8]:
    """Draw lines into images, then fit each into 20×20, centered by its mass: (n, 28, 28).

    Args:
        canvas: (n, side, side), 255 is full ink; some of it in each image, or on its lines.
        starts: (n, lines, 2), x and y of each line's beginning in pixels.
        ends: as starts.
        pens: (n,), the width of the lines in pixels.
        stretch: (n,), how much wider each image becomes; below 1 narrower.
    """
    images = np.empty((len(canvas), SIDE, SIDE), np.uint8)
    for first in range(0, len(canvas), CHUNK):
        chunk = slice(first, first + CHUNK)
        ink = _line_ink(starts[chunk], ends[chunk], pens[chunk], canvas.shape[1])
        ink = np.maximum(ink, canvas[chunk].astype(np.float32) / 255)
        images[chunk] = np.rint(255 * fit_in_box(ink, stretch[chunk]))
    return images


def _line_ink(
    starts: NDArray[np.floating],
    ends: NDArray[np.floating],
    pens: NDArray[np.floating],
    side: int,
) -> NDArray[np.float32]:
    """Return the ink of round pens with soft edges along lines, (n, side, side), 0 to 1."""
    y, x = np.indices((side, side), np.float32).reshape(2, 1, -1)
    nearest = np.full((len(starts), side * side), np.inf, np.float32)
    for line in range(starts.shape[1]):  # plane by plane: points in pairs take twice the time
        start_x, start_y = starts[:, line].astype(np.float32).T[:, :, None]
        along_x, along_y = (ends - starts)[:, line].astype(np.float32).T[:, :, None]
        offset_x, offset_y = x - start_x, y - start_y
        length = np.maximum(along_x**2 + along_y**2, 1e-9)  # squared
        share = np.clip((offset_x * along_x + offset_y * along_y) / length, 0, 1)
        gap = (offset_x - share * along_x) ** 2 + (offset_y - share * along_y) ** 2
        np.minimum(nearest, gap, out=nearest)
    edge = pens[:, None].astype(np.float32) / 2 - np.sqrt(nearest)
    ink = np.clip(edge / PEN_SOFTNESS + 0.5, 0, 1).reshape(-1, side, side)
    return ink.astype(np.float32, copy=False)


def fit_in_box(ink: NDArray[np.floating], stretch: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return images no larger than 20×20, their centers of mass in the middle: (n, 28, 28).

    Args:
        ink: (n, height, width), 0 to 1; an image without any stays without.
        stretch: (n,), how much wider each image becomes; below 1 narrower.
    """
    visible = ink > VISIBLE_INK
    height, width = (_extent(np.asarray(visible.any(axis=axis))) for axis in (2, 1))
    scale = np.minimum(1, BOX / np.maximum(height, width * stretch))
    rows = _weights(ink.sum(axis=2), scale)
    columns = _weights(ink.sum(axis=1), scale * stretch)
    return np.clip(rows @ ink @ columns.transpose(0, 2, 1), 0, 1)


def _extent(visible: NDArray[np.bool_]) -> NDArray[np.intp]:
    return visible.shape[1] - visible[:, ::-1].argmax(axis=1) - visible.argmax(axis=1)


def _weights(ink: NDArray[np.float32], scale: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return how much of each pixel goes to each of 28, (n, 28, pixels), for one axis.

    Args:
        ink: (n, pixels), summed over the other axis; its center of mass comes to the middle.
        scale: (n,), how much larger the image becomes.
    """
    places = np.arange(ink.shape[1])
    centers = ink @ places / np.maximum(ink.sum(axis=1), 1e-6)
    wanted = centers[:, None] + (np.arange(SIDE) - CENTER) / scale[:, None]
    return np.maximum(0, 1 - np.abs(wanted[:, :, None] - places)).astype(np.float32)

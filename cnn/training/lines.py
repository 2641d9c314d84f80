"""Lines that a handwriting style adds to many images, fitted into MNIST's 20×20 box again."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnn.drawing.pen import BOX, CENTER, PEN_SOFTNESS, SIDE

Points: TypeAlias = NDArray[np.floating]

INK, FAINT_INK = 100, 80  # of 255: what counts as ink
MARGIN = 8  # blank pixels around an image, for lines that reach beyond it
MIN_WIDTH, MAX_WIDTH = 1.6, 4.5  # pixels: the lines of nearly all of MNIST
VISIBLE_INK = 0.3  # of 1: what has to fit into the box
CHUNK = 128  # few enough for the processor's cache


class StyleTransform:
    """Images (n, 28, 28) of one digit, each with some ink, and the lines to be added to them."""

    def __init__(self, images: NDArray[np.uint8], generator: np.random.Generator) -> None:
        """Find where the ink of each image lies, in pixels."""
        self.images, self._generator = images, generator
        rows, columns = (np.asarray((images > INK).any(axis=axis)) for axis in (2, 1))
        self.top, self.bottom = rows.argmax(axis=1), 27 - rows[:, ::-1].argmax(axis=1)
        self.left = columns.argmax(axis=1)
        self.height = (self.bottom - self.top).astype(float)
        self.pen = pen_widths(images)  # (n,) pixels
        self.starts: list[Points] = []
        self.ends: list[Points] = []

    def uniform(self, low: float, high: float) -> Points:
        """Return a random number for each image, (n,)."""
        return self._generator.uniform(low, high, len(self.images))

    def chance(self, share: Points | float) -> NDArray[np.bool_]:
        """Choose about a share of the images, (n,)."""
        return self._generator.random(len(self.images)) < share

    def ink_at(self, rows: Points, side: str = "middle") -> Points:
        """Return where the ink in a row of each image is: left, right or middle, (n,) pixels.

        Rows are (n,) pixels from the top; where one is blank, the ink of all rows counts.
        """
        chosen = np.clip(np.rint(rows).astype(int), 0, 27)
        line = self.images[np.arange(len(self.images)), chosen].astype(float)
        line = np.where(line.max(axis=1, keepdims=True) > FAINT_INK, line, self.images.max(axis=1))
        if side == "middle":
            return (line @ np.arange(28)) / line.sum(axis=1)
        ink = line > FAINT_INK
        return ink.argmax(axis=1) if side == "left" else 27 - ink[:, ::-1].argmax(axis=1)

    def line(
        self,
        points: Sequence[Points],
        where: NDArray[np.bool_] | None = None,
        ink: Points | None = None,
    ) -> None:
        """Add a line through points, each (n, 2), x and y in pixels, to each image or to some.

        Images that are not in `where`, (n,), get a dot that does not show: on their ink, which is
        at the first point unless another place is given.
        """
        if where is not None:
            dot = points[0] if ink is None else ink
            points = [np.where(where[:, None], point, dot) for point in points]
        self.starts += points[:-1]
        self.ends += points[1:]

    def drawn(self, widths: Points) -> NDArray[np.uint8]:
        """Return the images with their lines, (n, 28, 28), their widths changed by factors (n,)."""
        canvas = np.pad(self.images, ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)))
        starts, ends = (np.stack(all_, axis=1) + MARGIN for all_ in (self.starts, self.ends))
        images = np.empty_like(self.images)
        for first in range(0, len(canvas), CHUNK):
            chunk = slice(first, first + CHUNK)
            ink = _line_ink(starts[chunk], ends[chunk], self.pen[chunk], canvas.shape[1])
            ink = np.maximum(ink, canvas[chunk].astype(np.float32) / 255)
            images[chunk] = np.rint(255 * fit_in_box(ink, widths[chunk]))
        return images


def curve(start: Points, control: Points, end: Points, lines: int) -> list[Points]:
    """Return the points, each (…, 2), of a quadratic Bézier curve drawn as so many lines."""
    steps = np.linspace(0, 1, lines + 1)
    return [(1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end for t in steps]


def pen_widths(images: NDArray[np.uint8]) -> Points:
    """Return how wide the lines of each image (n, 28, 28) are, (n,) pixels.

    A line of width w and length l has the area w·l and two edges of length l, so w is twice the
    ink over the sum of the gradient's length.
    """
    ink = images.astype(np.float32) / 255
    rise_y, rise_x = np.gradient(ink, axis=(1, 2))
    edges = np.maximum(np.hypot(rise_x, rise_y).sum(axis=(1, 2)), 1e-6)
    return np.clip(2 * ink.sum(axis=(1, 2)) / edges, MIN_WIDTH, MAX_WIDTH)


def _line_ink(starts: Points, ends: Points, pens: Points, side: int) -> NDArray[np.float32]:
    """Return the ink of round pens with soft edges, (n, side, side), 0 to 1.

    Lines are (n, lines, 2), x and y of their ends in pixels; pens are (n,) pixels wide.
    """
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


def fit_in_box(ink: Points, stretch: Points) -> NDArray[np.float32]:
    """Return images no larger than 20×20, their centers of mass in the middle: (n, 28, 28).

    Images are (n, height, width), 0 to 1; each becomes wider by a factor, (n,).
    """
    visible = ink > VISIBLE_INK
    height, width = (_extent(np.asarray(visible.any(axis=axis))) for axis in (2, 1))
    scale = np.minimum(1, BOX / np.maximum(height, width * stretch))
    rows = _weights(ink.sum(axis=2), scale)
    columns = _weights(ink.sum(axis=1), scale * stretch)
    return np.clip(rows @ ink @ columns.transpose(0, 2, 1), 0, 1)


def _extent(visible: NDArray[np.bool_]) -> NDArray[np.intp]:
    return visible.shape[1] - visible[:, ::-1].argmax(axis=1) - visible.argmax(axis=1)


def _weights(ink: NDArray[np.float32], scale: Points) -> NDArray[np.float32]:
    """Return how much of each pixel goes to each of 28, (n, 28, pixels), for one axis.

    The center of mass of the ink, (n, pixels), comes to the middle.
    """
    places = np.arange(ink.shape[1])
    centers = ink @ places / np.maximum(ink.sum(axis=1), 1e-6)
    wanted = centers[:, None] + (np.arange(SIDE) - CENTER) / scale[:, None]
    return np.maximum(0, 1 - np.abs(wanted[:, :, None] - places)).astype(np.float32)

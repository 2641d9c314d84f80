"""Images of one digit, where their ink is, and the lines that a handwriting style adds."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from cnn.training.lines import MARGIN, draw_in_box, pen_widths

Points: TypeAlias = NDArray[np.floating]
INK, FAINT_INK = 100, 80  # of 255: what counts as ink
CURVE_LINES = 6


class StyleTransform:
    """Images (n, 28, 28) of one digit, with the lines that are to be added to each.

    Each image has some ink.
    """

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
        """Return where the ink in a row of each image is, (n,) pixels from the left.

        Where that row is blank, the ink of all rows counts.

        Args:
            rows: (n,), pixels from the top; they are rounded, and clipped to the image.
            side: "left" or "right" for the outermost ink, "middle" for the mean.
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
        start: Points,
        end: Points,
        where: NDArray[np.bool_] | None = None,
        ink: Points | None = None,
    ) -> None:
        """Add a straight line to each image, or to some.

        Args:
            start: (n, 2), x and y in pixels.
            end: (n, 2).
            where: (n,), the images that get it; None for all.
            ink: (n, 2), a place on the ink of each image, where the others get a dot that does
                not show; None for `start`.
        """
        dot = start if ink is None else ink
        if where is not None:
            start, end = (np.where(where[:, None], point, dot) for point in (start, end))
        self.starts.append(start[:, None])
        self.ends.append(end[:, None])

    def curve(
        self, start: Points, control: Points, end: Points, where: NDArray[np.bool_] | None = None
    ) -> None:
        """Add a quadratic Bézier curve to each image, or to some; the others get a dot."""
        if where is not None:
            control, end = (np.where(where[:, None], point, start) for point in (control, end))
        t = np.linspace(0, 1, CURVE_LINES + 1)[None, :, None]
        points = (1 - t) ** 2 * start[:, None] + 2 * t * (1 - t) * control[:, None]
        points = points + t**2 * end[:, None]
        self.starts.append(points[:, :-1])
        self.ends.append(points[:, 1:])

    def drawn(self, widths: Points) -> NDArray[np.uint8]:
        """Return the images with their lines, (n, 28, 28), their widths changed by factors (n,)."""
        canvas = np.pad(self.images, ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)))
        starts, ends = (np.concatenate(all_, axis=1) + MARGIN for all_ in (self.starts, self.ends))
        return draw_in_box(canvas, starts, ends, self.pen, widths)

"""A drawing from any input method, and the image that a network sees of it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cnn.drawing.pen import Stroke, image_from_strokes
from cnn.drawing.picture import image_from_picture


@dataclass(frozen=True, eq=False)
class Drawing:
    """One of three: strokes of a pen, a picture, or an image that is MNIST's already."""

    strokes: tuple[Stroke, ...] = ()
    picture: NDArray[np.uint8] | None = None
    """(height, width) gray, or (height, width, 3 or 4) RGB or RGBA."""
    image: NDArray[np.uint8] | None = None
    """(28, 28), 255 is full ink, taken as it is."""

    def mnist_image(self) -> NDArray[np.uint8]:
        """Return what the network sees, taken as one digit: (28, 28), 255 is full ink.

        Raises:
            ValueError: there is nothing to read in it.
        """
        return self._mnist_image

    @cached_property
    def _mnist_image(self) -> NDArray[np.uint8]:
        # Cached: prediction, saving and comparison ask for the same one.
        if self.image is not None:
            return self.image
        if self.picture is not None:
            return image_from_picture(self.picture)
        return image_from_strokes(self.strokes)

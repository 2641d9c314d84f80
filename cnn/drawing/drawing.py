"""A drawing from any input method, the image that a network sees of it, and the steps to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.drawing.background import shrunk
from cnn.drawing.pen import BOX, MIN_EXTENT, PEN_WIDTH, Stroke, draw_lines, image_from_strokes
from cnn.drawing.picture import (
    crop_to_ink,
    image_from_picture,
    ink_from_picture,
    lines_redrawn,
    luminance,
)

STEP_SIDE = 140  # picture pixels of the finer steps: seven for each of the 20 in MNIST's box
CANVAS_SIDE = 336.0  # pixels: the minimum side of the canvas shown around the strokes
THIN_PEN = 2.5  # picture pixels
WIDE_PEN = PEN_WIDTH * STEP_SIDE / BOX

_GIVEN = "Your picture"
_SENTENCES = {
    "Your strokes": "The path of your pen.",
    _GIVEN: "Without its colors.",
    "Ink": "What stands out from the background.",
    "Cropped": "Where the digit is does not matter.",
    "MNIST's pen": "Drawn again, as wide as the digits it learned from.",
    "20×20 box": "Shrunk to 20 pixels, in shades of gray.",
    "Centered": "Its center of mass in the middle of 28×28. The network sees this.",
    "As it is": "It has MNIST's form already.",
}


@dataclass(frozen=True, eq=False)
class Drawing:
    """One of three: strokes of a pen, a picture, or an image that is MNIST's already."""

    strokes: tuple[Stroke, ...] = ()
    picture: NDArray[np.uint8] | None = None
    """(height, width) gray, or (height, width, 3 or 4) RGB or RGBA."""
    image: NDArray[np.uint8] | None = None
    """(28, 28), 255 is full ink, taken as it is."""

    @cached_property
    def mnist_image(self) -> NDArray[np.uint8]:
        """What the network sees, taken as one digit: (28, 28), 255 is full ink.

        Raises:
            ValueError: there is nothing to read in it.
        """
        if self.image is not None:
            return self.image
        if self.picture is not None:
            return image_from_picture(self.picture)
        return image_from_strokes(self.strokes)


class Step(NamedTuple):
    """One step, with its image."""

    title: str
    sentence: str
    image: NDArray[np.uint8]
    """(height, width), white ink on black, unless it is shown as it was given."""
    as_given: bool = False


def steps(drawing: Drawing) -> tuple[Step, ...]:
    """Return pictures of the steps to the image that the network sees, which is the last.

    They are for display: larger than 28×28, and `mnist_image` is made without them.

    Raises:
        ValueError: there is nothing to read in the drawing.
    """
    image = drawing.mnist_image
    if drawing.image is not None:
        images = {"As it is": image}
    else:
        picture, strokes = drawing.picture, drawing.strokes
        images = _of_strokes(strokes) if picture is None else _of_picture(picture)
        images |= {"20×20 box": _boxed(image), "Centered": image}
    return tuple(
        Step(title, _SENTENCES[title], one, title == _GIVEN) for title, one in images.items()
    )


def _of_strokes(strokes: Sequence[Stroke]) -> dict[str, NDArray[np.uint8]]:
    points = np.concatenate([np.asarray(stroke, float) for stroke in strokes if len(stroke)])
    corners = points.min(axis=0), points.max(axis=0)
    canvas = np.minimum(corners[0], 0), np.maximum(corners[1], CANVAS_SIDE)
    return {
        "Your strokes": _lines(strokes, canvas, THIN_PEN),
        "Cropped": _lines(strokes, corners, THIN_PEN),
        "MNIST's pen": _lines(strokes, corners, WIDE_PEN),
    }


def _lines(
    strokes: Sequence[Stroke], corners: tuple[NDArray[Any], NDArray[Any]], pen: float
) -> NDArray[np.uint8]:
    """Draw what lies between two corners with a round pen; the longer side has 140 pixels."""
    low, high = corners
    extent = float((high - low).max())
    scale = (STEP_SIDE - pen) / extent if extent > MIN_EXTENT else 1.0
    margin = pen / 2 / scale
    return 255 - draw_lines(strokes, (low - margin, high + margin), scale, pen)


def _of_picture(picture: NDArray[np.uint8]) -> dict[str, NDArray[np.uint8]]:
    ink = ink_from_picture(picture)
    shades = {_GIVEN: luminance(picture) / 255, "Ink": ink, "Cropped": crop_to_ink(ink)}
    images = {
        title: np.rint(255 * shrunk(one, STEP_SIDE)).astype(np.uint8)
        for title, one in shades.items()
    }
    lines = lines_redrawn(ink, STEP_SIDE // BOX)
    return images if lines is None else images | {"MNIST's pen": crop_to_ink(lines)}


def _boxed(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the ink of a 28×28 image in the middle of MNIST's box."""
    ink = crop_to_ink(image)[:BOX, :BOX]
    rows, columns = (BOX - side for side in ink.shape)
    return np.pad(ink, ((rows // 2, rows - rows // 2), (columns // 2, columns - columns // 2)))

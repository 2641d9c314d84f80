"""The steps from a drawing to the 28×28 image that a network sees, in small pictures."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.drawing.background import shrunk
from cnn.drawing.drawing import Drawing
from cnn.drawing.pen import BOX, MIN_EXTENT, PEN_WIDTH, Stroke, draw_lines, image_from_strokes
from cnn.drawing.picture import (
    crop_to_ink,
    image_from_ink,
    ink_from_picture,
    lines_redrawn,
    luminance,
)

SIDE = 140  # picture pixels of the finer steps: seven for each of the 20 in MNIST's box
CANVAS_SIDE = 336.0  # pixels: the minimum side of the canvas shown around the strokes
THIN_PEN = 2.5  # picture pixels
WIDE_PEN = PEN_WIDTH * SIDE / BOX


class Step(NamedTuple):
    """One step, with its image."""

    title: str
    sentence: str
    image: NDArray[np.uint8]
    """(height, width), white ink on black, unless it is shown as it was given."""
    as_given: bool = False


def steps(drawing: Drawing) -> tuple[Step, ...]:
    """Return the steps from a drawing to the image that the network sees, which is the last.

    Raises:
        ValueError: there is nothing to read in the drawing.
    """
    if drawing.image is not None:
        return (Step("As it is", "It has MNIST's form already.", drawing.image),)
    if drawing.picture is not None:
        return _from_picture(drawing.picture)
    return _from_strokes(drawing.strokes)


def _from_strokes(strokes: Sequence[Stroke]) -> tuple[Step, ...]:
    image = image_from_strokes(strokes)  # which also says that there is a stroke
    points = np.concatenate([np.asarray(stroke, float) for stroke in strokes if len(stroke)])
    low, high = points.min(axis=0), points.max(axis=0)
    canvas = np.minimum(low, 0), np.maximum(high, CANVAS_SIDE)
    thin = _lines(strokes, low, high, THIN_PEN)
    return (
        Step("Your strokes", "The path of your pen.", _lines(strokes, *canvas, THIN_PEN)),
        Step("Cropped", "Where you drew does not matter.", thin),
        Step(
            "MNIST's pen",
            "Drawn again, as wide as the digits it learned from.",
            _lines(strokes, low, high, WIDE_PEN),
        ),
        *_last_steps(image),
    )


def _lines(
    strokes: Sequence[Stroke], low: NDArray[Any], high: NDArray[Any], pen: float
) -> NDArray[np.uint8]:
    """Draw what lies between two corners with a round pen; the longer side has 140 pixels."""
    extent = float((high - low).max())
    scale = (SIDE - pen) / extent if extent > MIN_EXTENT else 1.0
    margin = pen / 2 / scale
    return 255 - draw_lines(strokes, (low - margin, high + margin), scale, pen)


def _from_picture(picture: NDArray[np.uint8]) -> tuple[Step, ...]:
    ink = ink_from_picture(picture)
    gray = luminance(picture) / 255
    return (
        Step("Your picture", "Without its colors.", _small(gray), as_given=True),
        Step("Ink", "What stands out from the background.", _small(ink)),
        Step("Cropped", "Where the digit is does not matter.", _small(crop_to_ink(ink))),
        *_redrawn(ink),
        *_last_steps(image_from_ink(ink)),
    )


def _redrawn(ink: NDArray[np.floating]) -> tuple[Step, ...]:
    """Return the step in which lines become as wide as MNIST's, if they are not already."""
    lines = lines_redrawn(ink, SIDE // BOX)
    if lines is None:
        return ()
    sentence = "Its lines drawn again, as wide as in the digits it learned from."
    return (Step("MNIST's pen", sentence, crop_to_ink(lines)),)


def _last_steps(image: NDArray[np.uint8]) -> tuple[Step, ...]:
    """Return MNIST's box and what the network sees, from the latter."""
    sentence = "Its center of mass in the middle of 28×28. The network sees this."
    return (
        Step("20×20 box", "Shrunk to 20 pixels, in shades of gray.", _boxed(image)),
        Step("Centered", sentence, image),
    )


def _small(shades: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return shades from 0 to 1 as a small picture."""
    return np.rint(255 * shrunk(shades, SIDE)).astype(np.uint8)


def _boxed(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the ink of a 28×28 image in the middle of MNIST's box."""
    ink = crop_to_ink(image)[:BOX, :BOX]
    rows, columns = (BOX - side for side in ink.shape)
    return np.pad(ink, ((rows // 2, rows - rows // 2), (columns // 2, columns - columns // 2)))

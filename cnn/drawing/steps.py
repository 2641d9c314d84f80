"""The steps from a drawing to the 28×28 image that a network sees, in small pictures."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from cnn.drawing.drawing import Drawing
from cnn.drawing.pen import BOX, MIN_EXTENT, PEN_WIDTH, image_from_strokes, image_in_box
from cnn.drawing.picture import (
    crop_to_ink,
    image_from_ink,
    ink_from_picture,
    lines_redrawn,
    luminance,
)
from cnn.drawing.strokes import Stroke

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


def _centered(image: NDArray[np.uint8]) -> Step:
    sentence = "Its center of mass in the middle of 28×28. The network sees this."
    return Step("Centered", sentence, image)


def _from_strokes(strokes: Sequence[Stroke]) -> tuple[Step, ...]:
    centered = _centered(image_from_strokes(strokes))  # which also says that there is a stroke
    points = np.concatenate([np.asarray(stroke, float) for stroke in strokes if len(stroke)])
    low, high = points.min(axis=0), points.max(axis=0)
    canvas = np.minimum(low, 0), np.maximum(high, CANVAS_SIDE)
    return (
        Step("Your strokes", "The path of your pen.", _lines(strokes, *canvas, THIN_PEN)),
        Step("Cropped", "Where you drew does not matter.", _lines(strokes, low, high, THIN_PEN)),
        Step(
            "MNIST's pen",
            "Drawn again, as wide as the digits it learned from.",
            _lines(strokes, low, high, WIDE_PEN),
        ),
        Step("20×20 box", "Shrunk to 20 pixels, in shades of gray.", image_in_box(strokes)),
        centered,
    )


def _lines(
    strokes: Sequence[Stroke], low: NDArray[Any], high: NDArray[Any], pen: float
) -> NDArray[np.uint8]:
    """Draw what lies between two corners with a round pen; the longer side has 140 pixels."""
    extent = float((high - low).max())
    scale = (SIDE - pen) / extent if extent > MIN_EXTENT else 1.0
    width, height = np.ceil((high - low) * scale + pen).astype(int).tolist()
    paths = Image.new("L", (width, height), 255)
    pencil = ImageDraw.Draw(paths)
    for stroke in strokes:
        points = (np.asarray(stroke, float).reshape(-1, 2) - low) * scale + (pen - 1) / 2
        pencil.line(points.ravel().tolist(), fill=0)
        pencil.point(points[:1].ravel().tolist(), fill=0)  # a line of one point draws nothing
    # The distance from thin paths makes round ends and joints, however many points there are.
    edge = pen / 2 - ndimage.distance_transform_edt(np.asarray(paths))
    return np.rint(255 * np.clip(edge + 0.5, 0, 1)).astype(np.uint8)


def _from_picture(picture: NDArray[np.uint8]) -> tuple[Step, ...]:
    ink = ink_from_picture(picture)
    image = image_from_ink(ink)
    gray = luminance(picture) / 255
    return (
        Step("Your picture", "Without its colors.", _small(gray), as_given=True),
        Step("Ink", "What stands out from the background.", _small(ink)),
        Step("Cropped", "Where the digit is does not matter.", _small(crop_to_ink(ink))),
        *_redrawn(ink),
        Step("20×20 box", "Shrunk to 20 pixels, in shades of gray.", _boxed(image)),
        _centered(image),
    )


def _redrawn(ink: NDArray[np.floating]) -> tuple[Step, ...]:
    """Return the step in which lines become as wide as MNIST's, if they are not already."""
    lines = lines_redrawn(ink)
    if lines is None:
        return ()
    sentence = "Its lines drawn again, as wide as in the digits it learned from."
    return (Step("MNIST's pen", sentence, lines),)


def _small(shades: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return shades from 0 to 1 as a small picture."""
    stride = max(1, max(shades.shape) // (4 * SIDE))  # of a far larger one, every n-th pixel
    rough = np.ascontiguousarray(shades[::stride, ::stride])
    image = Image.fromarray(np.rint(255 * rough).astype(np.uint8))
    image.thumbnail((SIDE, SIDE))
    return np.asarray(image)


def _boxed(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the ink of a 28×28 image in the middle of MNIST's box."""
    rows, columns = np.nonzero(image)
    ink = image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1][:BOX, :BOX]
    top, left = ((BOX - side) // 2 for side in ink.shape)
    box = np.zeros((BOX, BOX), np.uint8)
    box[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return box

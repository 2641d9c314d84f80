"""Strokes: the types by which pydantic checks them, and the picture that a canvas shows of them."""

from collections.abc import Sequence
from typing import Annotated, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from pydantic import Field

Stroke: TypeAlias = Sequence[tuple[float, float]]
"""The points (x, y) that a pen passed without being lifted: canvas pixels, y downwards."""

MAX_STROKES = 1_000
MAX_POINTS = 100_000
MAX_DISTANCE = 1_000_000.0  # canvas pixels from the corner of the canvas

CANVAS_SIDE, PEN_WIDTH = 280, 18.0  # an ordinary canvas and its pen, in pixels
MAX_SIDE = 2_000  # pixels; a larger drawing is shrunk, its lines with it
SUPERSAMPLING = 2  # times: drawn larger and shrunk, for anti-aliased edges

Coordinate = Annotated[
    float, Field(strict=True, ge=-MAX_DISTANCE, le=MAX_DISTANCE, allow_inf_nan=False)
]
CheckedStrokes = Annotated[
    tuple[Annotated[tuple[tuple[Coordinate, Coordinate], ...], Field(min_length=1)], ...],
    Field(min_length=1, max_length=MAX_STROKES),
]


def check_points(count: int) -> None:
    """Raise `ValueError` if a drawing has too many points."""
    if count > MAX_POINTS:
        raise ValueError(f"The drawing has more than {MAX_POINTS:,} points: draw one digit.")


def picture_from_strokes(
    strokes: Sequence[Stroke], pen_width: float = PEN_WIDTH
) -> NDArray[np.uint8]:
    """Return a picture of the strokes, (height, width) gray: black lines on a white canvas.

    The canvas is 280×280 pixels, and larger or shifted where the strokes need it.

    Args:
        strokes: at least one point in all.
        pen_width: of the round pen, in the strokes' own pixels.
    """
    corners = np.concatenate([np.asarray(stroke, float) for stroke in strokes])
    low = np.minimum(corners.min(axis=0) - pen_width, 0)
    high = np.maximum(corners.max(axis=0) + pen_width, CANVAS_SIDE)
    scale = SUPERSAMPLING * min(1.0, MAX_SIDE / float((high - low).max()))
    width, height = np.ceil((high - low) * scale / SUPERSAMPLING).astype(int).tolist()
    canvas = Image.new("L", (width * SUPERSAMPLING, height * SUPERSAMPLING), 255)
    draw = ImageDraw.Draw(canvas)
    for stroke in strokes:
        _draw_line(draw, (np.asarray(stroke, float) - low) * scale, pen_width * scale)
    return np.asarray(canvas.resize((width, height), Image.Resampling.BOX))


def _draw_line(draw: ImageDraw.ImageDraw, points: NDArray[np.float64], width: float) -> None:
    """Draw a line with round ends and corners; a lone point is a dot."""
    draw.line(points.ravel().tolist(), fill=0, width=max(1, round(width)))
    for x, y in points.tolist():
        draw.ellipse([x - width / 2, y - width / 2, x + width / 2, y + width / 2], fill=0)

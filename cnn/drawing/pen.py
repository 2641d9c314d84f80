"""Strokes, checked; drawn with MNIST's pen as the 28×28 image of a network, or as a picture.

MNIST's digits were fitted in 20×20 pixels with their proportions kept, made gray by the
anti-aliasing, and placed in 28×28 by their center of mass (http://yann.lecun.com/exdb/mnist/).
A drawing shrunk that way would have lines of any width, so strokes are drawn again.
"""

from collections.abc import Sequence
from typing import Annotated, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from pydantic import Field

Stroke: TypeAlias = Sequence[tuple[float, float]]
"""The points (x, y) that a pen passed without being lifted: canvas pixels, y downwards."""

MAX_STROKES, MAX_POINTS = 1_000, 100_000
MAX_DISTANCE = 1_000_000.0  # canvas pixels from the corner of the canvas
Coordinate = Annotated[
    float, Field(strict=True, ge=-MAX_DISTANCE, le=MAX_DISTANCE, allow_inf_nan=False)
]
CheckedStrokes = Annotated[
    tuple[Annotated[tuple[tuple[Coordinate, Coordinate], ...], Field(min_length=1)], ...],
    Field(min_length=1, max_length=MAX_STROKES),
]

CANVAS_SIDE, CANVAS_PEN = 280, 18.0  # an ordinary canvas and its pen, in pixels
MAX_SIDE = 2_000  # pixels; a larger drawing is shrunk, its lines with it
SUPERSAMPLING = 2  # times: drawn larger and shrunk, for anti-aliased edges

MIN_EXTENT = 1e-9  # canvas pixels; less is a dot
SIDE, BOX = 28, 20
CENTER = 14.0  # where MNIST's centers of mass lie on average, counting pixels from 0
# With this pen, drawn strokes have MNIST's mean ink (33 of 255) and its share of pixels with any
# ink (19%), with half (13%) and with nearly full ink: the width and the softness of its lines.
PEN_WIDTH, PEN_SOFTNESS = 2.5, 1.2  # pixels; softness is how wide the gray edge of a line is
SEGMENTS_AT_ONCE = 64  # a long scribble's memory, and few enough for the processor's cache


def check_points(count: int) -> None:
    """Raise `ValueError` if a drawing has too many points."""
    if count > MAX_POINTS:
        raise ValueError(f"The drawing has more than {MAX_POINTS:,} points: draw one digit.")


def image_from_strokes(strokes: Sequence[Stroke]) -> NDArray[np.uint8]:
    """Return the strokes as MNIST would show them: (28, 28), 255 is full ink.

    Neither their place nor their size matters. Strokes without extent become a dot.

    Raises:
        ValueError: there is no point.
    """
    starts, ends = _fit(*_segments(strokes))
    ink = _ink(starts, ends)
    y, x = (float((ink * places).sum() / ink.sum()) for places in np.indices(ink.shape))
    corners = np.concatenate([starts, ends])
    margin = PEN_WIDTH / 2 - 0.5  # a lopsided drawing is not cut, rather than centered
    shift = np.clip(
        CENTER - np.array([x, y]),
        margin - corners.min(axis=0),
        SIDE - 1 - margin - corners.max(axis=0),
    )
    return np.rint(255 * _ink(starts + shift, ends + shift)).astype(np.uint8)


def _segments(strokes: Sequence[Stroke]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return both ends of every segment, each (n, 2); a lone point is a segment too."""
    lines = [np.asarray(stroke, float) for stroke in strokes if len(stroke)]
    if not lines:
        raise ValueError("There is nothing to read yet: draw a digit.")
    pairs = [(line[:-1], line[1:]) if len(line) > 1 else (line, line) for line in lines]
    starts, ends = zip(*pairs, strict=True)
    return np.concatenate(starts), np.concatenate(ends)


def _fit(starts: NDArray[Any], ends: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Scale to MNIST's box, the pen included, and put the box in the middle."""
    corners = np.concatenate([starts, ends])
    low, high = corners.min(axis=0), corners.max(axis=0)
    extent = float((high - low).max())
    scale = (BOX - PEN_WIDTH) / extent if extent > MIN_EXTENT else 1.0
    middle = (SIDE - 1) / 2
    starts, ends = ((points - (low + high) / 2) * scale + middle for points in (starts, ends))
    return starts, ends


def _ink(starts: NDArray[Any], ends: NDArray[Any]) -> NDArray[np.float64]:
    """Return the ink, (28, 28) from 0 to 1, of a round pen with a soft edge along segments."""
    nearest = np.full(SIDE * SIDE, np.inf)
    for first in range(0, len(starts), SEGMENTS_AT_ONCE):
        chunk = slice(first, first + SEGMENTS_AT_ONCE)
        np.minimum(nearest, _squared_distances(starts[chunk], ends[chunk]), out=nearest)
    edge = PEN_WIDTH / 2 - np.sqrt(nearest.reshape(SIDE, SIDE))
    return np.clip(edge / PEN_SOFTNESS + 0.5, 0, 1)


def _squared_distances(starts: NDArray[Any], ends: NDArray[Any]) -> NDArray[np.float64]:
    """Return each pixel's squared distance, (784,), from the nearest of the segments."""
    pixels = np.indices((SIDE, SIDE), float)[::-1].reshape(2, -1).T
    along = ends - starts
    length = (along**2).sum(axis=1)  # squared
    # |p - (s + t·a)|² = |p - s|² + t·(t·|a|² - 2·(p - s)·a), with matrix products for speed.
    projection = pixels @ along.T - (starts * along).sum(axis=1)
    share = np.clip(projection / np.where(length > 0, length, 1), 0, 1)
    from_start = (starts**2).sum(axis=1) - 2 * pixels @ starts.T
    from_start += share * (share * length - 2 * projection)
    return np.maximum(from_start.min(axis=1) + (pixels**2).sum(axis=1), 0)


def picture_from_strokes(
    strokes: Sequence[Stroke], pen_width: float = CANVAS_PEN
) -> NDArray[np.uint8]:
    """Return a picture of at least one stroke, (height, width) gray: black on a white canvas.

    The canvas is 280×280 pixels, and larger or shifted where the strokes need it. `pen_width` is
    in the strokes' own pixels.
    """
    corners = np.concatenate([np.asarray(stroke, float) for stroke in strokes])
    low = np.minimum(corners.min(axis=0) - pen_width, 0)
    high = np.maximum(corners.max(axis=0) + pen_width, CANVAS_SIDE)
    scale = min(1.0, MAX_SIDE / float((high - low).max()))
    return draw_lines(strokes, (low, high), scale, pen_width * scale)


def draw_lines(
    strokes: Sequence[Stroke],
    corners: tuple[NDArray[Any], NDArray[Any]],
    scale: float,
    pen_width: float,
) -> NDArray[np.uint8]:
    """Return what lies between two corners, black on white, with a round pen.

    `scale` is picture pixels for each of the strokes', and `pen_width` is in picture pixels.
    """
    low, high = corners
    width, height = np.ceil((high - low) * scale).astype(int).tolist()
    canvas = Image.new("L", (width * SUPERSAMPLING, height * SUPERSAMPLING), 255)
    draw, radius = ImageDraw.Draw(canvas), SUPERSAMPLING * pen_width / 2
    for stroke in strokes:
        points = (np.asarray(stroke, float).reshape(-1, 2) - low) * scale * SUPERSAMPLING
        draw.line(points.ravel().tolist(), fill=0, width=max(1, round(2 * radius)))
        for x, y in points.tolist():  # round ends and corners; a lone point is a dot
            draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=0)
    return np.asarray(canvas.resize((width, height), Image.Resampling.BOX))

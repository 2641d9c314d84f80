"""The connected components of a drawing: its strokes, or the connected ink of a picture."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from cnn.drawing.background import shrunk
from cnn.drawing.drawing import Drawing
from cnn.drawing.pen import Stroke, image_from_strokes
from cnn.drawing.picture import MIN_INK, image_from_ink, ink_from_picture

MAX_COMPONENTS = 100
MAX_POINTS = 10_000  # of all strokes: longer ones are resampled
POINTS_A_STROKE, POINTS_A_PART = 48, 300  # enough to measure the gap between two components
MAX_SIDE = 1_500  # pixels; a larger picture is shrunk before its components are labeled
MIN_HEIGHT = 0.1  # of the highest component's: smaller ones are dirt on the background
EIGHT_NEIGHBORS = np.ones((3, 3), bool)  # pixels connect at their corners too


class Box(NamedTuple):
    """A rectangle in the drawing's own coordinates, y downwards."""

    left: float
    top: float
    right: float
    bottom: float


class Component(NamedTuple):
    """One stroke, or one connected component of a picture."""

    points: NDArray[np.float64]
    """(n, 2) of x and y: samples of where it has ink."""
    box: Box


class Components(NamedTuple):
    """All components of a drawing; any subset of them can be made an image."""

    components: list[Component]
    image: Callable[[Sequence[int]], NDArray[np.uint8]]
    """Returns the components of these indices as a network sees them: (28, 28), 255 is full ink."""
    pen_width: float = 0.0
    """Of the lines whose outline the points are; 0 where they are the center line."""


def find_components(drawing: Drawing) -> Components:
    """Return the components of strokes or a picture.

    Raises:
        ValueError: there are none, or more than 100; or the picture can't be read.
    """
    if drawing.picture is not None:
        return _of_picture(drawing.picture)
    return _of_strokes(drawing.strokes)


def enclose(boxes: Iterable[Box]) -> Box:
    """Return the smallest box around all of these, at least one."""
    left, top, right, bottom = zip(*boxes, strict=True)
    return Box(min(left), min(top), max(right), max(bottom))


def _check_count(count: int) -> None:
    if count > MAX_COMPONENTS:
        raise ValueError(
            f"There are {count:,} separate parts in it, more than {MAX_COMPONENTS}: "
            "show one line of digits and nothing else."
        )


def _of_strokes(strokes: Sequence[Stroke]) -> Components:
    """Return each stroke as a component, given by its center line."""
    lines = [np.asarray(stroke, float) for stroke in strokes if len(stroke)]
    if not lines:
        raise ValueError("There is nothing to read yet: draw a digit.")
    _check_count(len(lines))
    most = MAX_POINTS // len(lines)
    drawn: list[Any] = [line if len(line) <= most else _resample(line, most) for line in lines]
    components = [
        Component(_resample(line, POINTS_A_STROKE), Box(*np.r_[line.min(0), line.max(0)].tolist()))
        for line in lines
    ]
    return Components(components, lambda chosen: image_from_strokes([drawn[one] for one in chosen]))


def _resample(line: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return points at equal distances along a line, whatever the pen's speed; one for a dot."""
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    places = np.linspace(0, length[-1], count if length[-1] > 0 else 1)
    return np.stack([np.interp(places, length, line[:, axis]) for axis in (0, 1)], axis=1)


def _of_picture(picture: NDArray[np.uint8]) -> Components:
    """Return the connected components of a picture's ink, without specks."""
    ink = shrunk(ink_from_picture(picture), MAX_SIDE)
    ink = ink / ink.max()  # thin lines of a shrunk one are no fainter than thick ones were
    labels, _ = ndimage.label(ink >= MIN_INK, EIGHT_NEIGHBORS)
    places = ndimage.find_objects(labels)
    sides = np.array([[side.stop - side.start for side in place] for place in places])
    large = np.flatnonzero(sides.max(axis=1) >= MIN_HEIGHT * sides[:, 0].max())
    _check_count(len(large))
    places = [places[index] for index in large]
    shapes = [labels[place] == index + 1 for place, index in zip(places, large, strict=True)]
    outlines = [shape & ~ndimage.binary_erosion(shape) for shape in shapes]
    scale = picture.shape[0] / ink.shape[0]

    def image(chosen: Sequence[int]) -> NDArray[np.uint8]:
        """Return components with their soft edges, and no other's ink."""
        rows, columns = zip(*(places[index] for index in chosen), strict=True)
        place = _around(rows), _around(columns)
        own = np.isin(labels[place], large[list(chosen)] + 1)
        edge = ndimage.binary_dilation(own, EIGHT_NEIGHBORS) & (labels[place] == 0)
        return image_from_ink(np.where(own | edge, ink[place], 0))

    return Components(
        [_component(*one, scale) for one in zip(outlines, places, strict=True)],
        image,
        pen_width=2 * sum(map(np.sum, shapes)) / sum(map(np.sum, outlines)),
    )


def _component(outline: NDArray[np.bool_], place: tuple[slice, slice], scale: float) -> Component:
    rows, columns = place
    y, x = np.nonzero(outline)
    every = slice(None, None, -(-len(x) // POINTS_A_PART))
    points = np.stack([x[every] + columns.start, y[every] + rows.start], axis=1).astype(float)
    edges = (columns.start, rows.start, columns.stop, rows.stop)
    return Component(points, Box(*(edge * scale for edge in edges)))


def _around(sides: Sequence[slice]) -> slice:
    """Return the range of all of these, one pixel wider on both sides."""
    return slice(max(0, min(s.start for s in sides) - 1), max(s.stop for s in sides) + 1)

"""The connected components of a drawing: its strokes, or the connected ink of a picture."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from cnn.drawing.drawing import Drawing
from cnn.drawing.pen import image_from_strokes
from cnn.drawing.picture import MIN_INK, image_from_ink, ink_from_picture
from cnn.drawing.strokes import Stroke

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


class Components(Protocol):
    """All components of a drawing; any subset of them can be made an image."""

    components: list[Component]
    pen_width: float
    """Of the lines whose outline the points are; 0 where they are the center line."""

    def image(self, chosen: Collection[int]) -> NDArray[np.uint8]:
        """Return the chosen components alone as a network sees them: (28, 28), 255 is full ink."""


def find_components(drawing: Drawing) -> Components:
    """Return the components of strokes or a picture.

    Raises:
        ValueError: there are none, or more than 100; or the picture can't be read.
    """
    if drawing.picture is not None:
        return _PictureComponents(drawing.picture)
    return _StrokeComponents(drawing.strokes)


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


class _StrokeComponents:
    """Each stroke is a component, given by its center line."""

    pen_width = 0.0

    def __init__(self, strokes: Sequence[Stroke]) -> None:
        lines = [np.asarray(stroke, float) for stroke in strokes if len(stroke)]
        if not lines:
            raise ValueError("There is nothing to read yet: draw a digit.")
        _check_count(len(lines))
        most = MAX_POINTS // len(lines)
        self._lines: list[Any] = [
            line if len(line) <= most else _resample(line, most) for line in lines
        ]
        self.components = [
            Component(
                _resample(line, POINTS_A_STROKE),
                Box(*line.min(axis=0).tolist(), *line.max(axis=0).tolist()),
            )
            for line in lines
        ]

    def image(self, chosen: Collection[int]) -> NDArray[np.uint8]:
        return image_from_strokes([self._lines[index] for index in chosen])


def _resample(line: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return points at equal distances along a line, whatever the pen's speed; one for a dot."""
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    places = np.linspace(0, length[-1], count if length[-1] > 0 else 1)
    return np.stack([np.interp(places, length, line[:, axis]) for axis in (0, 1)], axis=1)


class _PictureComponents:
    """Connected components of the ink, without specks."""

    def __init__(self, picture: NDArray[np.uint8]) -> None:
        self._ink = _shrink(ink_from_picture(picture))
        self._labels, _ = ndimage.label(self._ink >= MIN_INK, EIGHT_NEIGHBORS)
        places = ndimage.find_objects(self._labels)
        sides = np.array([[side.stop - side.start for side in place] for place in places])
        large = np.flatnonzero(sides.max(axis=1) >= MIN_HEIGHT * sides[:, 0].max())
        _check_count(len(large))
        self._component_labels = large + 1
        scale = picture.shape[0] / self._ink.shape[0]
        shapes = [self._labels[places[index]] == index + 1 for index in large]
        outlines = [shape & ~ndimage.binary_erosion(shape) for shape in shapes]
        self.pen_width = 2 * sum(map(np.sum, shapes)) / sum(map(np.sum, outlines))
        self.components = [
            _component(outline, places[index], scale)
            for index, outline in zip(large, outlines, strict=True)
        ]
        self._places = [places[index] for index in large]

    def image(self, chosen: Collection[int]) -> NDArray[np.uint8]:
        """Return the chosen components with their soft edges, and no other's ink."""
        rows, columns = zip(*(self._places[index] for index in chosen), strict=True)
        place = (_around(rows), _around(columns))
        labels = self._labels[place]
        own = np.isin(labels, self._component_labels[list(chosen)])
        edge = ndimage.binary_dilation(own, EIGHT_NEIGHBORS) & (labels == 0)
        return image_from_ink(np.where(own | edge, self._ink[place], 0))


def _shrink(ink: NDArray[np.floating]) -> NDArray[np.floating]:
    factor = -(-max(ink.shape) // MAX_SIDE)
    if factor == 1:
        return ink
    small = np.asarray(Image.fromarray(ink.astype(np.float32)).reduce(factor))
    return small / small.max()  # thin lines are no fainter than thick ones were


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

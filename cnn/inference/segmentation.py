"""A drawing of several digits → its digits, each read, from left to right.

Marks that certainly belong together, or certainly do not, are told by where they lie. In doubt the
network decides: of all ways to part the row into digits, the one is taken in which the parts look
most like digits and the marks of a part lie most as those of one digit do.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import cdist

from cnn.drawing.connected_components import Box, Component, enclose, find_components
from cnn.drawing.drawing import Drawing
from cnn.inference.classifier import Classifier, Prediction

MAX_DIGITS = 40
MAX_TOGETHER = 4  # groups of marks that may be one digit without being certain to be


class LogLikelihoodRatio(NamedTuple):
    """How a measure speaks for two digits against one: as a logarithm of a likelihood ratio."""

    balance: float
    """Where it speaks for neither."""
    step: float
    """How much more or less makes one side 2.7 times as likely."""
    most: float
    """However far it goes: each may be mistaken."""

    def against_one(self, value: Any) -> Any:
        """Return how much a measure, or an array of them, speaks against one digit."""
        return np.clip((value - self.balance) / self.step, -self.most, self.most)


# Marks of one digit nearly touch, lie over one another, and complete each other's height;
# neighboring digits stand apart, side by side.
GAP = LogLikelihoodRatio(0.1, 0.05, 3)  # between their ink, in heights of a digit
OVERLAP = LogLikelihoodRatio(0.3, -0.15, 3)  # in x, in widths of the narrower
BESIDE = LogLikelihoodRatio(0.6, 0.15, 2)  # the y that they share, of all that they cover
CERTAIN = 4.0  # so it takes two of the three
BREADTH = LogLikelihoodRatio(1.1, 0.1, 3)  # of a digit, in heights of one: more is two
LINE_WIDTH = 0.04  # in heights of a digit: no mark is taken for narrower
MIN_LIKELY = 0.01  # a network that is surer of the contrary is not believed


class _Span(NamedTuple):
    """Neighboring groups of marks that may be one digit."""

    first: int
    end: int
    marks: list[int]
    cost: float
    """How much their places speak against it."""


class Part(NamedTuple):
    """One of several digits."""

    box: Box
    """In canvas pixels for strokes, in its own for a picture."""
    image: NDArray[np.uint8]
    """(28, 28), 255 is full ink: what the network saw."""
    reading: Prediction
    strokes: tuple[int, ...]
    """Which of the drawing's strokes it is made of, counted from 0; of a picture, none."""


def read_several(drawing: Drawing, reader: Classifier) -> list[Part]:
    """Return the digits of one line, from left to right. What is MNIST's image already is one.

    Raises:
        ValueError: there is nothing to read in it, or more than 100 marks or 40 digits.
    """
    if drawing.image is not None:
        (reading,) = reader.read(drawing.image[np.newaxis])
        return [Part(Box(0, 0, *drawing.image.shape[::-1]), drawing.image, reading, ())]
    marks = find_components(drawing)
    spans = _possible_digits(marks.marks, marks.pen_width)
    images = np.stack([marks.image(span.marks) for span in spans])
    readings = reader.read(images)
    costs = [span.cost + _doubt(reading) for span, reading in zip(spans, readings, strict=True)]
    best = _cheapest_row(spans, costs)
    if len(best) > MAX_DIGITS:
        raise ValueError(f"There are more than {MAX_DIGITS} digits in it: show fewer at once.")
    is_drawn = drawing.picture is None
    return [
        Part(
            enclose(marks.marks[mark].box for mark in spans[index].marks),
            images[index],
            readings[index],
            tuple(spans[index].marks) if is_drawn else (),
        )
        for index in best
    ]


def _possible_digits(marks: Sequence[Component], pen_width: float) -> list[_Span]:
    """Return all runs of neighboring groups that may be one digit, by their first group."""
    corners = np.array([_way_box(mark, pen_width) for mark in marks])
    heights = corners[:, 3] - corners[:, 1]
    # A row may climb, and an 8 may be two low circles: half of what it covers is a digit's, too.
    height = max(heights.max(), (corners[:, 3].max() - corners[:, 1].min()) / 2, 1e-6)
    costs = _joining_costs(marks, corners, height, pen_width)
    groups = _certain_groups(costs, (corners[:, 0] + corners[:, 2]) / 2)
    spans = []
    for first, group in enumerate(groups):
        together, cost = group, 0.0
        for end in range(first + 1, len(groups) + 1):
            left, right = corners[together, 0].min(), corners[together, 2].max()
            breadth = BREADTH.against_one((right - left) / height) if end > first + 1 else 0.0
            spans.append(_Span(first, end, sorted(together), cost + max(breadth, 0.0)))
            if end == min(first + MAX_TOGETHER, len(groups)):
                break
            link = costs[np.ix_(groups[end], together)].min()
            if link >= CERTAIN:
                break
            together, cost = together + groups[end], cost + link
    return spans


def _way_box(mark: Component, pen_width: float) -> Box:
    """Return a box around where the middle of the pen went."""
    (left, top), (right, bottom) = mark.points.min(axis=0), mark.points.max(axis=0)
    half_width, half_height = min(pen_width, right - left) / 2, min(pen_width, bottom - top) / 2
    return Box(left + half_width, top + half_height, right - half_width, bottom - half_height)


def _joining_costs(
    marks: Sequence[Component], corners: NDArray[np.float64], height: float, pen_width: float
) -> NDArray[np.float64]:
    """Return for each two marks, (n, n), how much speaks against their being of one digit."""
    left, top, right, bottom = corners.T
    too_thin = np.maximum(LINE_WIDTH * height - (right - left), 0) / 2
    left, right = left - too_thin, right + too_thin
    shared = _shared(left, right)
    overlap = shared / np.minimum.outer(right - left, right - left)
    covered = np.maximum.outer(bottom, bottom) - np.minimum.outer(top, top)
    beside = _shared(top, bottom) / np.maximum(covered, LINE_WIDTH * height)
    gap = np.full(shared.shape, height)  # far apart, whatever it is
    for one, other in np.argwhere(np.triu(shared > -height, 1)):
        nearest = cdist(marks[one].points, marks[other].points).min() + pen_width
        gap[one, other] = gap[other, one] = nearest
    return GAP.against_one(gap / height) + OVERLAP.against_one(overlap) + BESIDE.against_one(beside)


def _shared(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far each two ranges overlap, (n, n); less than 0 is how far they lie apart."""
    return np.minimum.outer(high, high) - np.maximum.outer(low, low)


def _certain_groups(costs: NDArray[np.float64], middles: NDArray[np.float64]) -> list[list[int]]:
    """Return groups of marks that are certainly of one digit, from left to right."""
    number, labels = connected_components(costs <= -CERTAIN, directed=False)
    groups = [np.flatnonzero(labels == label).tolist() for label in range(number)]
    return sorted(groups, key=lambda group: middles[group].min() + middles[group].max())


def _doubt(reading: Prediction) -> float:
    """Return how much the network speaks against an image's being a digit."""
    likely = max(reading.probability, MIN_LIKELY) * max(reading.score, MIN_LIKELY)
    return -math.log(likely)


def _cheapest_row(spans: Sequence[_Span], costs: Sequence[float]) -> list[int]:
    """Return which spans, one behind another from the first group to the last, cost least."""
    best: list[tuple[float, list[int]]] = [(0.0, [])]
    for end in range(1, spans[-1].end + 1):
        rows = [
            (best[span.first][0] + costs[index], [*best[span.first][1], index])
            for index, span in enumerate(spans)
            if span.end == end
        ]
        best.append(min(rows))
    return best[-1][1]

"""A drawing of several digits → its digits, each read, from left to right.

Marks that certainly belong together or apart are told by where they lie; in doubt the network
decides: of all ways to part the row into digits, the one is taken in which the digits look most
like digits and their marks lie most as marks of one digit do. All costs are in natural logarithms
of likelihood ratios, one digit against two.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import cdist

from cnn.drawing import Drawing
from cnn.marks import Box, Marks, enclose, find_marks
from cnn.reading import Reader, Reading

MOST_DIGITS = 40
MOST_TOGETHER = 4  # groups of marks in one digit that are not certainly one
# Inked with one pen, marks of one digit all but touch, and lie over one another; neighbouring
# digits do neither. Distances are shares of the height of a digit.
NEAR, NEAR_SPREAD = 0.1, 0.05
OVERLAP, OVERLAP_SPREAD = 0.3, 0.15  # of the narrower mark's width
LEAST_WIDTH = 0.04  # a line's own, so that it can overlap
MOST_EVIDENCE = 3.0  # of either kind
CERTAIN = 4.5  # needs both kinds
LEAST_LIKELY = 0.01  # a network that is surer than that is not believed


class Part(NamedTuple):
    """One digit of several."""

    box: Box
    """In canvas pixels for strokes, in the picture's own for pictures."""
    image: NDArray[np.uint8]
    """(28, 28), 255 is full ink: what the network saw."""
    reading: Reading
    strokes: tuple[int, ...]
    """Which of the drawing's strokes it is made of; none for pictures."""


def read_several(drawing: Drawing, reader: Reader) -> list[Part]:
    """Return the digits in one line, from left to right.

    An image that is MNIST's already is one digit.

    Raises:
        ValueError: there is nothing to read in it, or more than 100 marks or 40 digits.
    """
    if drawing.image is not None:
        height, width = drawing.image.shape
        (reading,) = reader.read(drawing.image[np.newaxis])
        return [Part(Box(0, 0, width, height), drawing.image, reading, ())]
    marks = find_marks(drawing)
    costs = _joining_costs(marks)
    groups = _certain_groups(marks, costs)
    possible = _possible_digits(groups, costs)
    chosen = [sorted(sum(groups[first:end], [])) for first, end in possible]
    images = np.stack([marks.image(group) for group in chosen])
    readings = reader.read(images)
    total = [_doubt(reading) + cost for reading, cost in zip(readings, possible.values(), strict=True)]
    best = _cheapest_way(list(possible), total)
    if len(best) > MOST_DIGITS:
        raise ValueError(f"There are more than {MOST_DIGITS} digits in it: show fewer at once.")
    is_drawn = drawing.picture is None
    return [
        Part(
            enclose(marks.marks[mark].box for mark in chosen[index]),
            images[index],
            readings[index],
            tuple(chosen[index]) if is_drawn else (),
        )
        for index in best
    ]


def _joining_costs(marks: Marks) -> NDArray[np.float64]:
    """Return for each two marks (n, n) how much speaks against their being of one digit.

    Negative costs speak for it. Distances are those of the pen's middle.
    """
    pen, points = marks.pen_width, [mark.points for mark in marks.marks]
    low = np.array([mark.min(axis=0) for mark in points]) + pen / 2
    high = np.array([mark.max(axis=0) for mark in points]) - pen / 2
    heights = high[:, 1] - low[:, 1]
    size = max(heights.max(), np.ptp(np.concatenate(points)[:, 1]) / 2, 1e-6)
    width = np.maximum(high[:, 0] - low[:, 0], LEAST_WIDTH * size)
    middle = (low[:, 0] + high[:, 0]) / 2
    left, right = middle - width / 2, middle + width / 2
    shared = np.minimum.outer(right, right) - np.maximum.outer(left, left)
    overlap = shared / np.minimum.outer(width, width)
    distance = _ink_distances(points, shared, size) + pen
    evidence = (distance / size - NEAR) / NEAR_SPREAD, (OVERLAP - overlap) / OVERLAP_SPREAD
    return sum(np.clip(kind, -MOST_EVIDENCE, MOST_EVIDENCE) for kind in evidence)


def _ink_distances(points, shared, size):
    distance = np.full(shared.shape, size)
    for one, other in np.argwhere(np.triu(shared > -size, 1)):
        distance[one, other] = distance[other, one] = cdist(points[one], points[other]).min()
    return distance


def _certain_groups(marks: Marks, costs: NDArray[np.float64]) -> list[list[int]]:
    """Return groups of marks that are certainly of one digit, from left to right."""
    number, labels = connected_components(costs <= -CERTAIN)
    groups = [np.flatnonzero(labels == label).tolist() for label in range(number)]
    boxes = [enclose(marks.marks[mark].box for mark in group) for group in groups]
    order = sorted(range(number), key=lambda group: boxes[group].left + boxes[group].right)
    return [groups[group] for group in order]


def _possible_digits(groups, costs) -> dict[tuple[int, int], float]:
    """Return each run of groups (first, end) that may be one digit, with the cost of joining it."""
    possible = {}
    for first in range(len(groups)):
        cost = 0.0
        for end in range(first + 1, min(first + MOST_TOGETHER, len(groups)) + 1):
            if end > first + 1:
                before = sum(groups[first : end - 1], [])
                link = costs[np.ix_(groups[end - 1], before)].min()
                if link >= CERTAIN:
                    break
                cost += link
            possible[first, end] = cost
    return possible


def _doubt(reading: Reading) -> float:
    """Return what speaks against an image's being a digit."""
    return -float(np.log([max(reading.probability, LEAST_LIKELY), max(reading.score, LEAST_LIKELY)]).sum())


def _cheapest_way(spans, costs) -> list[int]:
    """Return which of the spans (first, end), one behind another, cost least in all."""
    best: list[tuple[float, list[int]]] = [(0.0, [])]
    for end in range(1, spans[-1][1] + 1):
        ways = [
            (best[first][0] + costs[index], [*best[first][1], index])
            for index, (first, last) in enumerate(spans)
            if last == end
        ]
        best.append(min(ways))
    return best[-1][1]

"""A drawing of several digits → a prediction for each of them, from left to right.

Geometry decides which connected components certainly belong to one digit, or certainly do not. In
doubt the network decides: of all segmentations of the row into digits, dynamic programming finds
the one whose parts are the most probable digits and whose components lie most as those of one
digit do.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

# Packages, not their modules: a second thread that imports the package would break this import.
from scipy.sparse import csgraph
from scipy.spatial import distance

from cnn.drawing.connected_components import Box, Component, enclose, find_components
from cnn.drawing.drawing import Drawing
from cnn.inference.classifier import Classifier, Prediction

MAX_DIGITS = 40
MAX_GROUPS = 4  # of components, that may be one digit without being certain to be

# Components of one digit nearly touch, overlap in x, and complete each other's height; neighboring
# digits stand apart, side by side. Each measure gives a natural log-likelihood ratio, two digits to
# one: the value of equal likelihood, the change that multiplies it by e, the greatest ratio.
GAP = 0.1, 0.05, 3.0  # between their ink, in heights of a digit
OVERLAP = 0.3, -0.15, 3.0  # in x, in widths of the narrower
SHARED_HEIGHT = 0.6, 0.15, 2.0  # overlap in y, of the height that they cover
CERTAIN = 4.0  # so it takes two of the three
WIDTH = 1.1, 0.1, 3.0  # of a digit, in heights of one: more is two
MIN_WIDTH = 0.04  # of a component, in heights of a digit
MIN_PROBABILITY = 0.01  # limits what one overconfident prediction costs


class _Span(NamedTuple):
    """Neighboring groups of components that may be one digit."""

    first: int
    end: int
    components: list[int]
    cost: float
    """Log-likelihood ratio, from their geometry, that they are more than one digit."""


class Part(NamedTuple):
    """One of several digits."""

    box: Box
    """In canvas pixels for strokes, in a picture's own pixels."""
    image: NDArray[np.uint8]
    """(28, 28), what the network saw."""
    prediction: Prediction


def predict_several(drawing: Drawing, classifier: Classifier) -> list[Part]:
    """Return the digits of one row, from left to right. An image in MNIST's form is one digit.

    Raises:
        ValueError: the drawing is empty, or has more than 100 components or 40 digits.
    """
    if drawing.image is not None:
        (prediction,) = classifier.predict(drawing.image[np.newaxis])
        return [Part(Box(0, 0, *drawing.image.shape[::-1]), drawing.image, prediction)]
    found = find_components(drawing)
    spans = _possible_digits(found.components, found.pen_width)
    images = np.stack([found.image(span.components) for span in spans])
    predictions = classifier.predict(images)
    costs = [span.cost + _cost(one) for span, one in zip(spans, predictions, strict=True)]
    best = _best_segmentation(spans, costs)
    if len(best) > MAX_DIGITS:
        raise ValueError(f"There are more than {MAX_DIGITS} digits in it: show fewer at once.")
    boxes = [enclose(found.components[one].box for one in span.components) for span in spans]
    return [Part(boxes[index], images[index], predictions[index]) for index in best]


def _possible_digits(components: Sequence[Component], pen_width: float) -> list[_Span]:
    """Return every sequence of neighboring groups that may be one digit, by the first group."""
    corners = np.array([_center_line_box(one, pen_width) for one in components])
    heights = corners[:, 3] - corners[:, 1]
    # A row may slope, and an 8 may be two low circles: half of the row's height is a digit's too.
    height = max(heights.max(), (corners[:, 3].max() - corners[:, 1].min()) / 2, 1e-6)
    costs = _pair_costs(components, corners, height, pen_width)
    groups = _certain_groups(costs, (corners[:, 0] + corners[:, 2]) / 2)
    spans = []
    for first, group in enumerate(groups):
        together, cost = group, 0.0
        for end in range(first + 1, len(groups) + 1):
            left, right = corners[together, 0].min(), corners[together, 2].max()
            width = float(_ratio((right - left) / height, WIDTH)) if end > first + 1 else 0.0
            spans.append(_Span(first, end, sorted(together), cost + max(width, 0.0)))
            if end == min(first + MAX_GROUPS, len(groups)):
                break
            link = costs[np.ix_(groups[end], together)].min()
            if link >= CERTAIN:
                break
            together, cost = together + groups[end], cost + link
    return spans


def _center_line_box(component: Component, pen_width: float) -> NDArray[np.float64]:
    """Return left, top, right and bottom of the center line of the pen's strokes."""
    low, high = component.points.min(axis=0), component.points.max(axis=0)
    half = np.minimum(pen_width, high - low) / 2
    return np.concatenate([low + half, high - half])


def _pair_costs(
    components: Sequence[Component], corners: NDArray[np.float64], height: float, pen_width: float
) -> NDArray[np.float64]:
    """Return the log-likelihood ratio, two digits to one, of each pair of components: (n, n)."""
    left, top, right, bottom = corners.T
    too_thin = np.maximum(MIN_WIDTH * height - (right - left), 0) / 2
    left, right = left - too_thin, right + too_thin
    shared = _overlap(left, right)
    overlap = shared / np.minimum.outer(right - left, right - left)
    covered = np.maximum.outer(bottom, bottom) - np.minimum.outer(top, top)
    shared_height = _overlap(top, bottom) / np.maximum(covered, MIN_WIDTH * height)
    gap = np.full(shared.shape, height)  # which is far apart, however far
    for one, other in np.argwhere(np.triu(shared > -height, 1)):
        nearest = distance.cdist(components[one].points, components[other].points).min() + pen_width
        gap[one, other] = gap[other, one] = nearest
    gap_ratio = _ratio(gap / height, GAP)
    return gap_ratio + _ratio(overlap, OVERLAP) + _ratio(shared_height, SHARED_HEIGHT)


def _ratio(value: Any, model: tuple[float, float, float]) -> Any:
    """Return the log-likelihood ratio, two digits to one, of a value or of an array of them."""
    midpoint, scale, limit = model
    return np.clip((value - midpoint) / scale, -limit, limit)


def _overlap(low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the overlap of each pair of ranges, (n, n); negative is the gap between them."""
    return np.minimum.outer(high, high) - np.maximum.outer(low, low)


def _certain_groups(costs: NDArray[np.float64], middles: NDArray[np.float64]) -> list[list[int]]:
    """Return groups of components that are certainly of one digit, from left to right."""
    number, labels = csgraph.connected_components(costs <= -CERTAIN, directed=False)
    groups = [np.flatnonzero(labels == label).tolist() for label in range(number)]
    return sorted(groups, key=lambda group: middles[group].min() + middles[group].max())


def _cost(prediction: Prediction) -> float:
    """Return the negative log-probability that an image shows its most probable digit."""
    return -sum(
        math.log(max(probability, MIN_PROBABILITY))
        for probability in (prediction.probability, 1 - prediction.reject_score)
    )


def _best_segmentation(spans: Sequence[_Span], costs: Sequence[float]) -> list[int]:
    """Return the indices of the adjacent spans, from first to last group, of the least cost."""
    best: list[tuple[float, list[int]]] = [(0.0, [])]
    for end in range(1, spans[-1].end + 1):
        rows = [
            (best[span.first][0] + costs[index], [*best[span.first][1], index])
            for index, span in enumerate(spans)
            if span.end == end
        ]
        best.append(min(rows))
    return best[-1][1]

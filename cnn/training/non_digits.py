"""Generated images of the reject class: not a digit.

Random strokes, joined as letters of any alphabet are; scribbles; shapes; digits cut, rotated and
put together wrongly; textures. A few look like a digit by chance.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import zoom

from cnn.data.mnist import Digits
from cnn.drawing.pen import SIDE, image_from_strokes
from cnn.training.lines import Points, curve, fit_in_box
from cnn.training.textures import texture

Generator: TypeAlias = np.random.Generator
Image: TypeAlias = NDArray[np.uint8]

ROTATABLE = (2, 3, 4, 5, 6, 7, 9)  # not a digit when rotated by 90°
CHECK_EVERY = 1_000  # images
MAX_TRIES = 100  # seven MNIST digits of ten can be rotated; a few others may hold none
CANVAS = 100.0  # so that strokes of a unit's size are far longer than a point


def make_non_digits(
    count: int, digits: Digits, seed: int, check_stop: Callable[[], None] = lambda: None
) -> NDArray[np.uint8]:
    """Return images that are not a digit, (count, 28, 28), centered and scaled as MNIST's.

    Training digits are cut, rotated and recombined for some of them. `check_stop` is called every
    second or so; what it raises ends the work.
    """
    generator = np.random.default_rng(seed)
    kinds, shares = zip(*_KINDS, strict=True)
    chosen = generator.choice(len(kinds), count, p=shares)
    images = np.empty((count, 28, 28), np.uint8)
    for place, kind in enumerate(chosen):
        if place % CHECK_EVERY == 0:
            check_stop()
        images[place] = kinds[kind](generator, digits)
    return images


def _glyph(generator: Generator, _: Digits) -> Image:
    """Strokes between the points of an uneven lattice, often beginning where another one is."""
    columns, rows = (_lattice(generator, size) for size in (generator.uniform(0.6, 1.3), 1.3))
    strokes: list[Points] = []
    left = int(generator.integers(3, 8))  # lines in all
    while left > 0:
        lines = min(left, int(generator.integers(1, 5)))
        left -= lines
        point = _lattice_point(generator, columns, rows)
        if strokes and generator.random() < 0.45:
            other = strokes[generator.integers(len(strokes))]
            point = other[generator.choice([0, len(other) // 2, len(other) - 1])]
        strokes.append(_joined_lines(generator, point, lines, columns, rows))
    return _from_strokes(strokes)


def _lattice(generator: Generator, size: float) -> Points:
    places = np.cumsum(generator.uniform(0.4, 1, generator.integers(2, 5)))
    return places / places[-1] * size


def _lattice_point(generator: Generator, columns: Points, rows: Points) -> Points:
    point = [generator.choice(columns), generator.choice(rows)]
    return np.array(point) + generator.normal(0, 0.06, 2)


def _joined_lines(
    generator: Generator, point: Points, lines: int, columns: Points, rows: Points
) -> Points:
    parts = []
    for _ in range(lines):
        for _ in range(6):  # too short a line does not show
            end = _lattice_point(generator, columns, rows)
            if np.hypot(*(end - point)) > 0.25:
                break
        parts.append(_random_line(generator, point, end))
        point = end
    return np.concatenate(parts)


def _random_line(generator: Generator, start: Points, end: Points) -> Points:
    """Return a line, straight two times of three, else a quadratic Bézier curve."""
    along = end - start
    curvature = generator.uniform(-0.9, 0.9) if generator.random() < 1 / 3 else 0.0
    control = (start + end) / 2 + curvature * np.array([-along[1], along[0]])
    return np.stack(curve(start, control, end, 8))


def _scribble(generator: Generator, _: Digits) -> Image:
    """A wave, a spiral, a coil, or a line that wanders."""
    t, turns = np.linspace(0, 1, 60), generator.uniform(1.4, 5.5) * generator.choice([-1, 1])
    angle = 2 * np.pi * turns * t + generator.uniform(0, 6)
    kind = generator.integers(4)
    if kind == 0:
        x, y = t * generator.uniform(0.8, 2.5), np.sin(angle) * generator.uniform(0.15, 0.6)
    elif kind == 1:
        x, y = t * np.cos(angle), t * np.sin(angle) * generator.uniform(0.5, 1)
    elif kind == 2:
        x, y = t * generator.uniform(0.5, 3) + 0.4 * np.cos(angle), 0.4 * np.sin(angle)
    else:
        corners = generator.uniform(0, 1, (int(generator.integers(5, 14)), 2))
        x, y = zoom(corners, (60 / len(corners), 1), order=3).T  # a cubic spline through them
    lean = generator.uniform(-0.5, 0.5)
    return _from_strokes(
        [np.stack([x * np.cos(lean) - y * np.sin(lean), x * np.sin(lean) + y], axis=1)]
    )


def _shape(generator: Generator, _: Digits) -> Image:
    """A closed polygon, a star of lines, or parallel lines, perhaps crossed."""
    kind = generator.integers(3)
    if kind == 0:
        corners = int(generator.integers(3, 7))
        angles = np.sort(generator.uniform(0, 2 * np.pi, corners)) + generator.uniform(0, 6)
        polygon = _directions(angles) * generator.uniform(0.5, 1, (corners, 1))
        return _from_strokes([np.concatenate([polygon, polygon[:1]])])
    if kind == 1:
        ways = _directions(generator.uniform(0, np.pi, generator.integers(2, 5)))
        return _from_strokes([np.stack([-way, way]) + generator.normal(0, 0.15, 2) for way in ways])
    along, across = _directions(generator.uniform(0, np.pi) + np.array([0, np.pi / 2]))
    lines = [across * place - along * 0.9 for place in np.arange(generator.integers(2, 4)) * 0.5]
    strokes = [np.stack([line, line + 1.8 * along]) for line in lines]
    for place in generator.uniform(-0.6, 0.6, generator.integers(0, 3)):
        strokes.append(np.stack([place * along - 0.4 * across, place * along + 1.4 * across]))
    return _from_strokes([stroke + generator.normal(0, 0.06, (2, 2)) for stroke in strokes])


def _directions(angles: Points) -> Points:
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def _from_strokes(strokes: list[Points]) -> Image:
    return image_from_strokes([[(x, y) for x, y in (CANVAS * line).tolist()] for line in strokes])


def _recombined(generator: Generator, digits: Digits) -> Image:
    """Parts of two digits put together, or both beside, above or across each other."""
    one, other = digits.images[generator.integers(len(digits.images), size=2)]
    cut = int(generator.integers(11, 18))
    combined = (
        np.concatenate([one[:cut], other[::-1][cut:]]),
        np.concatenate([one[:, :cut], other[:, ::-1][:, cut:]], axis=1),
        np.concatenate([one, other], axis=1)[:, 3:53],
        np.concatenate([one[4:24], other[4:24]]),
        np.maximum(one, np.rot90(other)),
    )
    return _fitted(combined[generator.integers(len(combined))])


def _rotated(generator: Generator, digits: Digits) -> Image:
    """A digit rotated by 90°; two recombined where none can be rotated."""
    for _ in range(MAX_TRIES):
        index = generator.integers(len(digits.images))
        if digits.labels[index] in ROTATABLE:
            return _fitted(np.rot90(digits.images[index], generator.choice([1, 3])))
    return _recombined(generator, digits)


def _fitted(image: Image) -> Image:
    """Return an image of any size in MNIST's form, (28, 28)."""
    ink = image[None].astype(np.float32) / 255
    if ink.max() < 0.5:  # parts of two digits may have little in common
        return image[:SIDE, :SIDE]
    return np.rint(255 * fit_in_box(ink, np.ones(1))[0]).astype(np.uint8)


_KINDS: list[tuple[Callable[[Generator, Digits], Image], float]] = [
    (_glyph, 0.5),
    (_scribble, 0.1),
    (_shape, 0.08),
    (_recombined, 0.14),
    (_rotated, 0.08),
    (lambda generator, _: texture(generator), 0.1),
]

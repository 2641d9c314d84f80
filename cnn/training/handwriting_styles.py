"""MNIST's digits in other handwriting styles: with flags, bars, bases and tails added as strokes.

MNIST's writers are American. Others write a 1 with a long flag or a base, a 7 with a bar, a 9 with
a hooked tail, a 5 with a wide roof, a 4 with an open top. Only MNIST's own images are changed.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.data.mnist import Digits
from cnn.training.lines import FAINT_INK, Points, StyleTransform, curve

CHUNK = 2_000  # images; more would only take memory
CURVE_LINES = 6


def _xy(x: Points, y: Points) -> Points:
    return np.stack([x, y], axis=1).astype(float)


def _one(style: StyleTransform) -> None:
    """A flag from the top down to the left, a base, or both."""
    top = _xy(style.ink_at(style.top + 1), style.top + style.pen / 2 - 0.5)
    foot = _xy(style.ink_at(style.bottom - 1), style.bottom)
    lean = np.arctan2(top[:, 0] - foot[:, 0], style.height)
    narrow = style.chance(0.3)
    angle = np.where(narrow, style.uniform(0.12, 0.45), style.uniform(0.35, 1.1)) + lean
    angle = np.minimum(angle, style.uniform(0.9, 1.3))  # flatter, it would be a 7's roof
    length = style.height * style.uniform(0.2, 0.9)
    end = top + _xy(-np.sin(angle) * length, np.cos(angle) * length)
    wobble = _xy(style.uniform(-0.1, 0.1), style.uniform(-0.1, 0.1)) * length[:, None]
    has_flag = style.chance(0.88)
    style.line(curve(top, (top + end) / 2 + wobble, end, CURVE_LINES), has_flag)
    half, slope = style.height * style.uniform(0.15, 0.45), style.uniform(-0.15, 0.15)
    base = _xy(half, half * slope)
    style.line((foot - base, foot + base), style.chance(np.where(has_flag, 0.3, 1)), ink=foot)


def _seven(style: StyleTransform) -> None:
    """A bar through the stem, a tick at the roof's beginning, or both."""
    row = style.top + style.height * style.uniform(0.4, 0.76)
    center = _xy(style.ink_at(row), row)
    left, right = style.height * style.uniform(0.12, 0.4), style.height * style.uniform(0.12, 0.55)
    slope, has_bar = style.uniform(-0.35, 0.2), style.chance(0.85)
    start, end = center - _xy(left, left * slope), center + _xy(right, right * slope)
    style.line((start, end), has_bar, ink=center)
    column = np.clip(style.left + 1, 0, 27)
    roof = style.images[np.arange(len(style.images)), :, column].argmax(axis=1)
    corner = _xy(column, roof + 0.5)
    length, angle = style.height * style.uniform(0.1, 0.3), style.uniform(-0.5, 0.5)
    tick = _xy(np.sin(angle) * length, np.cos(angle) * length)
    style.line((corner, corner + tick), style.chance(np.where(has_bar, 0.3, 1)))


def _nine(style: StyleTransform) -> None:
    """A tail hooked to the left, as a g's."""
    foot = _xy(style.ink_at(style.bottom - 1), style.bottom - 0.5)
    length, drop = style.height * style.uniform(0.2, 0.8), style.height * style.uniform(-0.02, 0.22)
    control = _xy(
        -length * style.uniform(-0.15, 0.35), drop + style.height * style.uniform(0.02, 0.12)
    )
    rise = style.height * style.uniform(-0.05, 0.4)
    end = foot + _xy(-length, drop - rise)
    style.line(curve(foot, foot + control, end, CURVE_LINES))


def _longer(
    row: float, side: str, lengths: tuple[float, float]
) -> Callable[[StyleTransform], None]:
    """Return a function that extends a line to a side, from its end in a row: 0 top, 1 bottom."""

    def add(style: StyleTransform) -> None:
        direction = -1 if side == "left" else 1
        line_end = style.top + np.clip(style.height * row, 1, style.height - 1)
        end = _xy(style.ink_at(line_end, side) - direction, line_end)
        length = style.height * style.uniform(*lengths)
        further = _xy(direction * length, -direction * length * style.uniform(-0.2, 0.4))
        style.line((end, end + further))

    return add


class StyleRule(NamedTuple):
    """How images of a digit are changed."""

    add: Callable[[StyleTransform], None]
    share: float  # of the images of the digit that are trained on in this style
    widths: tuple[float, float] = (0.8, 1.2)  # range of the factor by which their width changes


STYLES = {
    1: StyleRule(_one, 0.45),
    2: StyleRule(_longer(1, "right", (0.05, 0.35)), 0.2),
    3: StyleRule(_longer(0, "left", (0.05, 0.3)), 0.2),
    4: StyleRule(_longer(0.6, "right", (0.1, 0.35)), 0.5, (0.5, 1.0)),
    5: StyleRule(_longer(0, "right", (0.1, 0.6)), 0.35),
    7: StyleRule(_seven, 0.45, (0.7, 1.2)),
    9: StyleRule(_nine, 0.45),
}


def restyled_share(labels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return how often each image is to be trained on as another style's, (n,), 0 to 1."""
    shares = [STYLES[digit].share if digit in STYLES else 0.0 for digit in range(10)]
    return np.array(shares, np.float32)[labels]


def restyle(
    digits: Digits, seed: int, check_stop: Callable[[], None] = lambda: None
) -> NDArray[np.uint8]:
    """Return each image in another handwriting style, (n, 28, 28), centered and scaled as MNIST's.

    A 0, 6 or 8 stays as it is: these are written alike everywhere. So does an image without ink.
    `check_stop` is called every second or so; what it raises ends the work.
    """
    generator = np.random.default_rng(seed)
    images = digits.images.copy()
    has_ink = images.any(axis=(1, 2))
    for label, rule in STYLES.items():
        indices = np.flatnonzero(has_ink & (digits.labels == label))
        for first in range(0, len(indices), CHUNK):
            check_stop()
            chosen = indices[first : first + CHUNK]
            originals = digits.images[chosen]
            if label == 4:
                originals = _with_open_tops(originals, generator)
            style = StyleTransform(originals, generator)
            rule.add(style)
            images[chosen] = style.drawn(style.uniform(*rule.widths))
    return images


def _with_open_tops(images: NDArray[np.uint8], generator: np.random.Generator) -> NDArray[np.uint8]:
    """Return 4s (n, 28, 28), most of the open ones without the upper part of their right stem."""
    images = images.copy()
    for image in images:
        if generator.random() < 0.65:
            _shorten_stem(image, generator.uniform(0.3, 1.01))
    return images


def _shorten_stem(image: NDArray[np.uint8], share: float) -> None:
    """Remove the right of two strokes side by side, in a share of the rows where they are."""
    gaps = []
    for row in np.flatnonzero((image > FAINT_INK).any(axis=1)):
        columns = np.flatnonzero(image[row] > FAINT_INK)
        breaks = np.flatnonzero(np.diff(columns) > 1)
        if len(breaks) == 1:
            gaps.append((row, (columns[breaks[0]] + columns[breaks[0] + 1]) // 2 + 1))
        elif gaps:
            break
    if len(gaps) < 4:
        return  # closed, or nearly
    image[: gaps[0][0], gaps[0][1] :] = 0
    for row, column in gaps[: int(len(gaps) * share)]:
        image[row, column:] = 0

"""MNIST's digits as other people write them: with flags, bars, bases and tails, added as strokes.

MNIST's writers are American; half the world writes a 1 with a long flag or a base, a 7 with a bar,
a 9 with a hooked tail, a 5 with a wide roof, a 4 like a flash. Only MNIST's own images are changed.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.data.mnist import Digits
from cnn.training.lines import MARGIN, draw_in_box
from cnn.training.style_transform import FAINT_INK, Points, StyleTransform

AT_ONCE = 2_000  # images; more would only take memory


def _xy(x: Points, y: Points) -> Points:
    return np.stack([x, y], axis=1).astype(float)


def _one(hand: StyleTransform) -> None:
    """A flag from the top down to the left, a base, or both."""
    top = _xy(hand.ink_at(hand.top + 1), hand.top + hand.pen / 2 - 0.5)
    foot = _xy(hand.ink_at(hand.bottom - 1), hand.bottom)
    lean = np.arctan2(top[:, 0] - foot[:, 0], hand.height)
    narrow = hand.some(0.3)
    angle = np.where(narrow, hand.between(0.12, 0.45), hand.between(0.35, 1.1)) + lean
    angle = np.minimum(angle, hand.between(0.9, 1.3))  # flatter, it would be a 7's roof
    length = hand.height * hand.between(0.2, 0.9)
    end = top + _xy(-np.sin(angle) * length, np.cos(angle) * length)
    wobble = _xy(hand.between(-0.1, 0.1), hand.between(-0.1, 0.1)) * length[:, None]
    has_flag = hand.some(0.88)
    hand.curve(top, (top + end) / 2 + wobble, end, has_flag)
    half, slope = hand.height * hand.between(0.15, 0.45), hand.between(-0.15, 0.15)
    base = _xy(half, half * slope)
    hand.line(foot - base, foot + base, hand.some(np.where(has_flag, 0.3, 1)), ink=foot)


def _seven(hand: StyleTransform) -> None:
    """A bar through the stem, a tick at the roof's beginning, or both."""
    row = hand.top + hand.height * hand.between(0.4, 0.76)
    center = _xy(hand.ink_at(row), row)
    left, right = hand.height * hand.between(0.12, 0.4), hand.height * hand.between(0.12, 0.55)
    slope, has_bar = hand.between(-0.35, 0.2), hand.some(0.85)
    start, end = center - _xy(left, left * slope), center + _xy(right, right * slope)
    hand.line(start, end, has_bar, ink=center)
    column = np.clip(hand.left + 1, 0, 27)
    roof = hand.images[np.arange(len(hand.images)), :, column].argmax(axis=1)
    corner = _xy(column, roof + 0.5)
    length, angle = hand.height * hand.between(0.1, 0.3), hand.between(-0.5, 0.5)
    tick = _xy(np.sin(angle) * length, np.cos(angle) * length)
    hand.line(corner, corner + tick, hand.some(np.where(has_bar, 0.3, 1)))


def _nine(hand: StyleTransform) -> None:
    """A tail hooked to the left, as a g's."""
    foot = _xy(hand.ink_at(hand.bottom - 1), hand.bottom - 0.5)
    length, drop = hand.height * hand.between(0.2, 0.8), hand.height * hand.between(-0.02, 0.22)
    bend = _xy(-length * hand.between(-0.15, 0.35), drop + hand.height * hand.between(0.02, 0.12))
    rise = hand.height * hand.between(-0.05, 0.4)
    hand.curve(foot, foot + bend, foot + _xy(-length, drop - rise))


def _longer(
    row: float, side: str, lengths: tuple[float, float]
) -> Callable[[StyleTransform], None]:
    """Return what makes a line longer where it ends in a row, 0 the top and 1 the bottom."""

    def add(hand: StyleTransform) -> None:
        way = -1 if side == "left" else 1
        line_end = hand.top + np.clip(hand.height * row, 1, hand.height - 1)
        end = _xy(hand.ink_at(line_end, side) - way, line_end)
        length = hand.height * hand.between(*lengths)
        hand.line(end, end + _xy(way * length, -way * length * hand.between(-0.2, 0.4)))

    return add


class StyleRule(NamedTuple):
    """How other people write a digit."""

    add: Callable[[StyleTransform], None]
    share: float
    """Of the images of a digit that are trained on in this form."""
    widths: tuple[float, float] = (0.8, 1.2)
    """How much narrower or wider they become."""


_HABITS = {
    1: StyleRule(_one, 0.45),
    2: StyleRule(_longer(1, "right", (0.05, 0.35)), 0.2),
    3: StyleRule(_longer(0, "left", (0.05, 0.3)), 0.2),
    4: StyleRule(_longer(0.6, "right", (0.1, 0.35)), 0.5, (0.5, 1.0)),
    5: StyleRule(_longer(0, "right", (0.1, 0.6)), 0.35),
    7: StyleRule(_seven, 0.45, (0.7, 1.2)),
    9: StyleRule(_nine, 0.45),
}


def restyled_share(labels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return how often each image is to be trained on as another hand's, (n,), 0 to 1."""
    shares = [_HABITS[digit].share if digit in _HABITS else 0.0 for digit in range(10)]
    return np.array(shares, np.float32)[labels]


def restyle(
    digits: Digits, seed: int, look: Callable[[], None] = lambda: None
) -> NDArray[np.uint8]:
    """Return each image as somebody else may have written it, (n, 28, 28), in MNIST's own form.

    A 0, 6 or 8 stays as it is: these are written alike everywhere. So does an image without ink.

    Args:
        digits: MNIST's.
        seed: the same one gives the same images.
        look: called every second or so; what it raises ends the work.
    """
    generator = np.random.default_rng(seed)
    images = digits.images.copy()
    has_ink = images.any(axis=(1, 2))
    for label, habit in _HABITS.items():
        indices = np.flatnonzero(has_ink & (digits.labels == label))
        for first in range(0, len(indices), AT_ONCE):
            look()
            chosen = indices[first : first + AT_ONCE]
            originals = digits.images[chosen]
            if label == 4:
                originals = _with_low_stems(originals, generator)
            hand = StyleTransform(originals, generator)
            habit.add(hand)
            images[chosen] = _drawn(hand, hand.between(*habit.widths))
    return images


def _drawn(hand: StyleTransform, widths: Points) -> NDArray[np.uint8]:
    canvas = np.pad(hand.images, ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)))
    starts, ends = (np.concatenate(ways, axis=1) + MARGIN for ways in (hand.starts, hand.ends))
    return draw_in_box(canvas, starts, ends, hand.pen, widths)


def _with_low_stems(images: NDArray[np.uint8], generator: np.random.Generator) -> NDArray[np.uint8]:
    """Return 4s (n, 28, 28), most of the open ones without the upper part of their right stem."""
    lowered = images.copy()
    for image in lowered:
        if generator.random() < 0.65:
            _lower_stem(image, generator.uniform(0.3, 1.01))
    return lowered


def _lower_stem(image: NDArray[np.uint8], share: float) -> None:
    """Take away the right of two strokes side by side, in a share of the rows where they are."""
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

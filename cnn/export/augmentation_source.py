"""Augmentation for a script: what cnn.training.augmentation does, in numpy alone.

A script gets the source of the functions that its run needs.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

MIDDLE = 13.5  # pixels: the middle of an image
FIELD = 5  # shifts a side of the field; the rest is interpolated


def random_places(
    count: int,
    random: np.random.Generator,
    *,
    degrees: float,
    shear: float,
    zoom: float,
    shift: float,
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return where each pixel comes from: rows and columns, each (count, 28, 28).

    The images are turned, slanted, stretched and shifted, each in its own way.
    """

    def even(most: float) -> NDArray[np.floating]:
        return random.uniform(-most, most, (count, 1, 1))

    angle, slant = np.radians(even(degrees)), even(shear)
    width, height = 1 + even(zoom), 1 + even(zoom)
    cos, sin = np.cos(angle), np.sin(angle)
    rows, columns = np.indices((28, 28)) - MIDDLE
    x = cos * columns + (slant * cos - sin) * rows
    y = sin * columns + (slant * sin + cos) * rows
    return MIDDLE + y / height + even(shift), MIDDLE + x / width + even(shift)


def random_field(
    count: int, random: np.random.Generator, *, bend: float
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return smooth shifts in pixels, down and right, each (count, 28, 28).

    After Simard, Steinkraus and Platt 2003.
    """
    amount = random.uniform(0, bend, (count, 1, 1))
    enlarge = bicubic_weights()
    down, right = (
        enlarge @ (random.normal(size=(count, FIELD, FIELD)) * amount) @ enlarge.T for _ in range(2)
    )
    return down, right


def bicubic_weights() -> NDArray[np.floating]:
    """Return what enlarges a side of the field to 28 pixels, (28, 5), after Keys 1981."""
    places = (np.arange(28) + 0.5) * FIELD / 28 - 0.5
    gap = np.abs(places[:, None] - np.arange(FIELD))
    near = 1.5 * gap**3 - 2.5 * gap**2 + 1
    far = -0.5 * gap**3 + 2.5 * gap**2 - 4 * gap + 2
    weights = np.where(gap <= 1, near, np.where(gap < 2, far, 0))
    return weights / weights.sum(axis=1, keepdims=True)


def sampled(
    images: NDArray[np.float32], y: NDArray[np.floating], x: NDArray[np.floating]
) -> NDArray[np.float32]:
    """Return images (n, 28, 28), each pixel taken from a place in them, interpolated."""
    y, x = y.astype("float32"), x.astype("float32")
    top, left = np.floor(y), np.floor(x)
    down, right = y - top, x - left
    pixels = np.pad(images, ((0, 0), (1, 1), (1, 1))).reshape(len(images), -1)

    def pick(row: NDArray[np.float32], column: NDArray[np.float32]) -> NDArray[np.float32]:
        rows, columns = (np.clip(at.astype(int) + 1, 0, 29) for at in (row, column))
        places = (rows * 30 + columns).reshape(len(images), -1)
        return np.take_along_axis(pixels, places, axis=1).reshape(images.shape)

    upper = pick(top, left) * (1 - right) + pick(top, left + 1) * right
    lower = pick(top + 1, left) * (1 - right) + pick(top + 1, left + 1) * right
    return upper * (1 - down) + lower * down


def inked(images: NDArray[np.float32], share: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the images with wider lines where the share is positive, thinner where negative."""
    wider, thinner = of_neighbors(images, np.maximum), of_neighbors(images, np.minimum)
    # Lines of one pixel would vanish if they were thinned as much.
    changed = images + np.where(
        share > 0, share * (wider - images), -0.6 * share * (thinner - images)
    )
    darkest, was = (ink.max(axis=(1, 2), keepdims=True) for ink in (changed, images))
    return (changed * was / np.maximum(darkest, 1)).astype("float32")


def of_neighbors(
    images: NDArray[np.float32],
    pick: Callable[[NDArray[np.float32], NDArray[np.float32]], NDArray[np.float32]],
) -> NDArray[np.float32]:
    """Return the largest or smallest of each pixel's 3×3."""
    padded = np.pad(images, ((0, 0), (1, 1), (0, 0)))
    images = pick(pick(padded[:, :-2], padded[:, 2:]), images)
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1)))
    return pick(pick(padded[:, :, :-2], padded[:, :, 2:]), images)

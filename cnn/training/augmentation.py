"""Random changes of images: rotation, shear, scale, shift, elastic distortion, pen, contrast."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import tensorflow as tf

from cnn.network.choices import AUGMENTATIONS, Augmentation

Pick: TypeAlias = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
Shape: TypeAlias = tf.Tensor | Sequence[tf.Tensor | int]

CENTER = 13.5  # pixels: the middle of an image
FIELD = 5  # shifts a side of the elastic field; the rest is interpolated


class RandomNumbers:
    """Random tensors for one batch. They depend on its place and on the order of calls alone.

    The seed is below 2³¹; the numbers of epoch and batch are int64 scalars.
    """

    def __init__(self, seed: int, epoch: tf.Tensor, step: tf.Tensor) -> None:
        self._first, self._second = seed + epoch * 2**32, step * 2**16
        self._calls = 0

    def uniform(self, shape: Shape, low: float = 0.0, high: float = 1.0) -> tf.Tensor:
        """Return float32 numbers from `low` to `high`."""
        return tf.random.stateless_uniform(shape, self._next_seed(), low, high)

    def integers(self, shape: Shape, limit: int) -> tf.Tensor:
        """Return int32 numbers from 0 on, below the limit."""
        return tf.random.stateless_uniform(shape, self._next_seed(), 0, limit, tf.int32)

    def normal(self, shape: Shape) -> tf.Tensor:
        """Return numbers of mean 0 and standard deviation 1."""
        return tf.random.stateless_normal(shape, self._next_seed())

    def _next_seed(self) -> tf.Tensor:
        self._calls += 1
        return tf.stack([self._first, self._second + self._calls])


def augment(images: tf.Tensor, preset: str, random: RandomNumbers) -> tf.Tensor:
    """Return a batch (n, 28, 28, 1) of float32 pixels, each image changed in its own way."""
    limits = AUGMENTATIONS[preset]
    size = tf.shape(images)[0]
    y, x = _sources(limits, size, random)
    if limits.elastic:
        field = _elastic_field(limits, size, random)
        y, x = y + field[..., 0], x + field[..., 1]
    changed = _sampled(images, y, x)
    if limits.pen:
        share = random.uniform([size, 1, 1, 1], -limits.pen, limits.pen)
        changed = _with_line_width(changed, share)
    if limits.contrast > 1:
        gain = random.uniform([size, 1, 1, 1], 1, limits.contrast)
        changed = tf.clip_by_value(127.5 + (changed - 127.5) * gain, 0.0, 255.0)
    if limits.p_identity:
        is_identity = random.uniform([size, 1, 1, 1]) < limits.p_identity
        changed = tf.where(is_identity, images, changed)
    return changed


def _sources(
    limits: Augmentation, size: tf.Tensor, random: RandomNumbers
) -> tuple[tf.Tensor, tf.Tensor]:
    """Return where each pixel comes from: rows and columns, each (n, 28, 28), any real number.

    The images are rotated, sheared, scaled and shifted, each in its own way.
    """

    def change(limit: float) -> tf.Tensor:
        return random.uniform([size, 1, 1], -limit, limit)

    angle = change(limits.degrees) * 3.1415927 / 180
    shear = change(limits.shear)
    scale_x, scale_y = 1 + change(limits.zoom), 1 + change(limits.zoom)
    cos, sin = tf.cos(angle), tf.sin(angle)
    from_x = cos / scale_x, sin / scale_y
    from_y = (shear * cos - sin) / scale_x, (shear * sin + cos) / scale_y
    rows, columns = tf.meshgrid(tf.range(28.0) - CENTER, tf.range(28.0) - CENTER, indexing="ij")
    x, y = (
        CENTER + by_x * columns + by_y * rows + change(limits.shift)
        for by_x, by_y in zip(from_x, from_y, strict=True)
    )
    return y, x


def _elastic_field(limits: Augmentation, size: tf.Tensor, random: RandomNumbers) -> tf.Tensor:
    """Return smooth shifts in pixels, (n, 28, 28, 2), after Simard, Steinkraus and Platt 2003."""
    amount = random.uniform([size, 1, 1, 1], 0, limits.elastic)
    shifts = random.normal([size, FIELD, FIELD, 2]) * amount
    return tf.image.resize(shifts, (28, 28), method="bicubic")


def _sampled(images: tf.Tensor, y: tf.Tensor, x: tf.Tensor) -> tf.Tensor:
    """Return the images with each pixel taken from a place in them, interpolated, once."""
    top, left = tf.floor(y), tf.floor(x)
    down, right = y - top, x - left
    pixels = tf.reshape(tf.pad(images[..., 0], [[0, 0], [1, 1], [1, 1]]), [-1, 30 * 30])

    def pick(row: tf.Tensor, column: tf.Tensor) -> tf.Tensor:
        row, column = (tf.clip_by_value(tf.cast(at, tf.int32) + 1, 0, 29) for at in (row, column))
        return tf.gather(pixels, row * 30 + column, batch_dims=1)

    upper = pick(top, left) * (1 - right) + pick(top, left + 1) * right
    lower = pick(top + 1, left) * (1 - right) + pick(top + 1, left + 1) * right
    return (upper * (1 - down) + lower * down)[..., None]


def _with_line_width(images: tf.Tensor, share: tf.Tensor) -> tf.Tensor:
    """Return the images with wider lines where the share is positive, thinner where negative."""
    wider, thinner = _of_neighbors(images, tf.maximum), _of_neighbors(images, tf.minimum)
    # Lines of one pixel would vanish if they were thinned as much.
    changed = images + tf.where(
        share > 0, share * (wider - images), -0.6 * share * (thinner - images)
    )
    darkest, was = (tf.reduce_max(ink, [1, 2, 3], keepdims=True) for ink in (changed, images))
    return changed * was / tf.maximum(darkest, 1.0)


def _of_neighbors(images: tf.Tensor, pick: Pick) -> tf.Tensor:
    """Return the largest or smallest of each pixel's 3×3; TensorFlow's pooling is far slower."""
    padded = tf.pad(images, [[0, 0], [1, 1], [0, 0], [0, 0]])
    images = pick(pick(padded[:, :-2], padded[:, 2:]), images)
    padded = tf.pad(images, [[0, 0], [0, 0], [1, 1], [0, 0]])
    return pick(pick(padded[:, :, :-2], padded[:, :, 2:]), images)

"""Other hands for the same digits: each image turned, slanted, bent and inked at random."""

from collections.abc import Callable
from typing import TypeAlias

import tensorflow as tf

from cnn.network.choices import AUGMENTATIONS, Augmentation

Pick: TypeAlias = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]

CENTER = 13.5  # pixels: the middle of an image
FIELD = 5  # shifts a side of the field; the rest is interpolated


def augment(images: tf.Tensor, strength: str) -> tf.Tensor:
    """Return a batch (n, 28, 28, 1) of float32 pixels, each image changed in its own way."""
    most = AUGMENTATIONS[strength]
    size = tf.shape(images)[0]
    y, x = _places(most, size)
    if most.elastic:
        field = _random_field(most, size)
        y, x = y + field[..., 0], x + field[..., 1]
    changed = _sampled(images, y, x)
    if most.pen:
        changed = _inked(changed, _even(size, most.pen)[:, None, None, None])
    if most.contrast > 1:
        gain = tf.random.uniform([size, 1, 1, 1], 1, most.contrast)
        changed = tf.clip_by_value(127.5 + (changed - 127.5) * gain, 0.0, 255.0)
    if most.p_identity:
        stays = tf.random.uniform([size, 1, 1, 1]) < most.p_identity
        changed = tf.where(stays, images, changed)
    return changed


def _places(most: Augmentation, size: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return where each pixel comes from: rows and columns, each (n, 28, 28), any real number.

    The images are turned, slanted, stretched and shifted, each in its own way.
    """
    angle = _even(size, most.degrees) * 3.1415927 / 180
    shear = _even(size, most.shear)
    scale_x, scale_y = 1 + _even(size, most.zoom), 1 + _even(size, most.zoom)
    cos, sin = tf.cos(angle), tf.sin(angle)
    from_x = cos / scale_x, sin / scale_y
    from_y = (shear * cos - sin) / scale_x, (shear * sin + cos) / scale_y
    rows, columns = tf.meshgrid(tf.range(28.0) - CENTER, tf.range(28.0) - CENTER, indexing="ij")
    x, y = (
        CENTER + _each(by_x) * columns + _each(by_y) * rows + _each(_even(size, most.shift))
        for by_x, by_y in zip(from_x, from_y, strict=True)
    )
    return y, x


def _each(values: tf.Tensor) -> tf.Tensor:
    return values[:, None, None]


def _random_field(most: Augmentation, size: tf.Tensor) -> tf.Tensor:
    """Return smooth shifts in pixels, (n, 28, 28, 2), after Simard, Steinkraus and Platt 2003."""
    amount = tf.random.uniform([size, 1, 1, 1], 0, most.elastic)
    shifts = tf.random.normal([size, FIELD, FIELD, 2]) * amount
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


def _inked(images: tf.Tensor, share: tf.Tensor) -> tf.Tensor:
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


def _even(size: tf.Tensor, most: float) -> tf.Tensor:
    return tf.random.uniform([size], -most, most)

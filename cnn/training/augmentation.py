"""Other hands for the same digits: each image turned, slanted, stretched and moved at random."""

from typing import NamedTuple

import tensorflow as tf


class Strength(NamedTuple):
    """Largest change in either direction, drawn evenly."""

    degrees: float
    shear: float  # sideways shift per pixel of height
    zoom: float  # share of the size
    shift: float  # pixels


STRENGTHS = {
    "light": Strength(degrees=10, shear=0.10, zoom=0.10, shift=2),
    "strong": Strength(degrees=15, shear=0.30, zoom=0.20, shift=3),
}


def augment(images: tf.Tensor, strength: str) -> tf.Tensor:
    """Return a batch (n, 28, 28, 1) of float32 pixels, each image bent in its own way.

    All changes are one affine map, so that the pixels are blurred by one resampling only.
    """
    most = STRENGTHS[strength]
    size = tf.shape(images)[0]
    angle = _even(size, most.degrees) * 3.1415927 / 180
    shear = _even(size, most.shear)
    scale_x, scale_y = 1 + _even(size, most.zoom), 1 + _even(size, most.zoom)
    cos, sin = tf.cos(angle), tf.sin(angle)
    a, b = cos / scale_x, (shear * cos - sin) / scale_x
    c, d = sin / scale_y, (shear * sin + cos) / scale_y
    centre = 13.5
    x = centre - centre * (a + b) + _even(size, most.shift)
    y = centre - centre * (c + d) + _even(size, most.shift)
    zero = tf.zeros_like(a)
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.stack([a, b, x, c, d, y, zero, zero], axis=1),
        output_shape=tf.shape(images)[1:3],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )


def _even(size: tf.Tensor, most: float) -> tf.Tensor:
    return tf.random.uniform([size], -most, most)

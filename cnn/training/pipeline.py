"""Digits in batches, shuffled and augmented, in the form that the network takes."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import tensorflow as tf

from cnn.data.mnist import Digits
from cnn.hyperparameters import Hyperparameters
from cnn.network.choices import AUGMENTATIONS, DIGITS_PER_NON_DIGIT, MAX_NON_DIGITS
from cnn.network.layers import REJECT_CLASS, output_count
from cnn.training.augmentation import augment
from cnn.training.handwriting_styles import restyle, restyled_share
from cnn.training.non_digits import make_non_digits

Look: TypeAlias = Callable[[], None]
"""Called every second or so while images are made; what it raises ends the work."""
Batch: TypeAlias = tuple[tf.Tensor, tf.Tensor]
"""Images (b, 28, 28, 1) and what they show: labels (b,), or one-hot answers."""


def choose_images(digits: Digits, hyperparameters: Hyperparameters) -> Digits:
    """Return as many training digits as were asked for, drawn with the run's seed."""
    if hyperparameters.training_images >= len(digits.labels):
        return digits
    order = np.random.default_rng(hyperparameters.seed).permutation(len(digits.labels))
    chosen = order[: hyperparameters.training_images]
    return Digits(digits.images[chosen], digits.labels[chosen])


def training_batches(
    digits: Digits, hyperparameters: Hyperparameters, look: Look = lambda: None
) -> tf.data.Dataset:
    """Return one epoch of batches, (b, 28, 28, 1) and (b, answers), in a new order each time.

    Of each batch, `batch_size` images are digits; with `reject_class`, a twelfth more, at least
    one, is none.

    Args:
        digits: what is trained on.
        hyperparameters: the choices.
        look: called while handwriting styles and non-digits are generated, before the first batch.
    """
    order = _order(len(digits.labels), hyperparameters.seed)
    batches = order.batch(hyperparameters.batch_size).map(_digits_at(digits, hyperparameters, look))
    if hyperparameters.reject_class:
        batches = batches.map(_with_non_digits(digits, hyperparameters, look))
    answers = output_count(hyperparameters)
    batches = batches.map(lambda images, labels: _prepared(images, labels, answers))
    if hyperparameters.augmentation != "off":
        strength = hyperparameters.augmentation
        batches = batches.map(
            lambda image, label: (augment(image, strength), label),
            num_parallel_calls=tf.data.AUTOTUNE,
        )
    return batches.prefetch(tf.data.AUTOTUNE)


def _order(count: int, seed: int) -> tf.data.Dataset:
    """Return the numbers below `count`, in a new order each time.

    numpy shuffles them, so that a script without TensorFlow can have the same orders.
    """
    generator = np.random.default_rng(seed)

    def shuffled(_: tf.Tensor) -> tf.data.Dataset:
        order = tf.numpy_function(lambda: generator.permutation(count), [], tf.int64)
        return tf.data.Dataset.from_tensor_slices(tf.ensure_shape(order, [count]))

    numbers = tf.data.Dataset.range(1).flat_map(shuffled)
    return numbers.apply(tf.data.experimental.assert_cardinality(count))


def _digits_at(
    digits: Digits, hyperparameters: Hyperparameters, look: Look
) -> Callable[[tf.Tensor], Batch]:
    """Return what fetches the digits of these indices, some of them in other handwriting styles."""
    images, labels = tf.constant(digits.images[..., None]), tf.constant(digits.labels)
    versions = AUGMENTATIONS[hyperparameters.augmentation].style_versions
    if not versions:
        return lambda chosen: (tf.gather(images, chosen), tf.gather(labels, chosen))
    seeds = range(hyperparameters.seed, hyperparameters.seed + versions)
    others = tf.constant(np.stack([restyle(digits, seed, look) for seed in seeds])[..., None])
    shares = tf.constant(restyled_share(digits.labels))

    def fetch(chosen: tf.Tensor) -> Batch:
        swapped = tf.random.uniform(tf.shape(chosen)) < tf.gather(shares, chosen)
        swapped = swapped[:, None, None, None]
        version = tf.random.uniform(tf.shape(chosen), 0, versions, chosen.dtype)
        written = tf.gather_nd(others, tf.stack([version, chosen], axis=1))
        mixed = tf.where(swapped, written, tf.gather(images, chosen))
        return mixed, tf.gather(labels, chosen)

    return fetch


def _with_non_digits(
    digits: Digits, hyperparameters: Hyperparameters, look: Look
) -> Callable[[tf.Tensor, tf.Tensor], Batch]:
    """Return what adds images of no digit to a batch."""
    made = min(MAX_NON_DIGITS, len(digits.labels))
    pool = tf.constant(make_non_digits(made, digits, hyperparameters.seed, look)[..., None])
    count = max(1, hyperparameters.batch_size // DIGITS_PER_NON_DIGIT)

    def add(images: tf.Tensor, labels: tf.Tensor) -> Batch:
        chosen = tf.random.uniform([count], 0, made, tf.int32)
        none = tf.fill([count], tf.constant(REJECT_CLASS, labels.dtype))
        return tf.concat([images, tf.gather(pool, chosen)], 0), tf.concat([labels, none], 0)

    return add


def plain_batches(digits: Digits, answers: int, batch_size: int = 500) -> tf.data.Dataset:
    """Return the digits in their order, for validation and tests."""
    slices = tf.data.Dataset.from_tensor_slices((digits.images[..., None], digits.labels))
    batches = slices.batch(batch_size).map(
        lambda images, labels: _prepared(images, labels, answers)
    )
    return batches.prefetch(tf.data.AUTOTUNE)


def _prepared(images: tf.Tensor, labels: tf.Tensor, answers: int) -> Batch:
    return tf.cast(images, tf.float32), tf.one_hot(labels, answers)

"""Digits in batches, shuffled and augmented, in the form that the network takes."""

import numpy as np
import tensorflow as tf

from cnn.architecture import CLASSES
from cnn.data import Digits
from cnn.hyperparameters import Hyperparameters
from cnn.training.augmentation import augment


def choose_images(digits: Digits, hyperparameters: Hyperparameters) -> Digits:
    """Return as many training digits as were asked for, drawn with the run's seed."""
    if hyperparameters.training_images >= len(digits.labels):
        return digits
    order = np.random.default_rng(hyperparameters.seed).permutation(len(digits.labels))
    chosen = order[: hyperparameters.training_images]
    return Digits(digits.images[chosen], digits.labels[chosen])


def training_batches(digits: Digits, hyperparameters: Hyperparameters) -> tf.data.Dataset:
    """Return one epoch of batches (b, 28, 28, 1) float32 and (b, 10), in a new order each time."""
    images, labels = tf.constant(digits.images[..., None]), tf.constant(digits.labels)
    order = tf.data.Dataset.range(len(digits.labels))
    order = order.shuffle(len(digits.labels), seed=hyperparameters.seed)
    batches = order.batch(hyperparameters.batch_size).map(
        lambda chosen: _prepared(tf.gather(images, chosen), tf.gather(labels, chosen))
    )
    if hyperparameters.augmentation != "off":
        strength = hyperparameters.augmentation
        batches = batches.map(
            lambda image, label: (augment(image, strength), label),
            num_parallel_calls=tf.data.AUTOTUNE,
        )
    return batches.prefetch(tf.data.AUTOTUNE)


def plain_batches(digits: Digits, batch_size: int = 500) -> tf.data.Dataset:
    """Return the digits in their order, for validation and tests."""
    slices = tf.data.Dataset.from_tensor_slices((digits.images[..., None], digits.labels))
    return slices.batch(batch_size).map(_prepared).prefetch(tf.data.AUTOTUNE)


def _prepared(images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    return tf.cast(images, tf.float32), tf.one_hot(labels, CLASSES)

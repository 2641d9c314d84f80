"""Digits in batches, shuffled and augmented, in the form that the network takes."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import tensorflow as tf

from cnn.data.mnist import Digits
from cnn.hyperparameters import Hyperparameters
from cnn.network.choices import AUGMENTATIONS
from cnn.network.layers import REJECT_CLASS, output_count
from cnn.runs.fine_tune_info import read_saved_digits, saved_image_count
from cnn.runs.store import Run
from cnn.training.augmentation import RandomNumbers, augment
from cnn.training.handwriting_styles import restyle, restyled_share
from cnn.training.non_digits import make_non_digits

MAX_NON_DIGITS = 10_000  # generated before training, and repeated each epoch
DIGITS_PER_NON_DIGIT = 12  # in each batch

CheckStop: TypeAlias = Callable[[], None]
"""Called every second or so while images are generated; what it raises ends the work."""
Batch: TypeAlias = tuple[tf.Tensor, tf.Tensor]
"""Images (b, 28, 28, 1) with labels (b,) or one-hot labels (b, 10 or 11)."""


def choose_images(digits: Digits, hyperparameters: Hyperparameters) -> Digits:
    """Return as many training digits as were asked for, drawn with the run's seed."""
    if hyperparameters.training_images >= len(digits.labels):
        return digits
    order = np.random.default_rng(hyperparameters.seed).permutation(len(digits.labels))
    chosen = order[: hyperparameters.training_images]
    return Digits(digits.images[chosen], digits.labels[chosen])


def with_saved_digits(run: Run, digits: Digits) -> Digits:
    """Return MNIST's digits, with the saved ones of a fine-tuned run repeated among them."""
    if not run.is_fine_tuned:
        return digits
    saved = read_saved_digits(run)
    count = saved_image_count(len(saved.labels), len(digits.labels))
    chosen = np.arange(count) % len(saved.labels)  # each as often as the next
    return Digits(
        np.concatenate([digits.images, saved.images[chosen]]),
        np.concatenate([digits.labels, saved.labels[chosen]]),
    )


def training_batches(
    digits: Digits,
    hyperparameters: Hyperparameters,
    epoch: tf.Variable | int = 0,
    check_stop: CheckStop = lambda: None,
) -> tf.data.Dataset:
    """Return one epoch of batches, (b, 28, 28, 1) and (b, 10 or 11).

    Their order and all random changes depend on the seed and the number of the epoch alone: a
    variable is read as each pass begins. A batch has `batch_size` digits and, with `reject_class`,
    a twelfth as many non-digits, at least one. Images are generated before the first batch.
    """
    count, batch_size = len(digits.labels), hyperparameters.batch_size
    fetch = _fetch_digits(digits, hyperparameters, check_stop)
    add_non_digits = _add_non_digits(digits, hyperparameters, check_stop)
    outputs = output_count(hyperparameters)

    def shuffled(_: tf.Tensor) -> tf.data.Dataset:
        seed = tf.stack([tf.constant(hyperparameters.seed, tf.int64), tf.cast(epoch, tf.int64)])
        order = tf.random.experimental.stateless_shuffle(tf.range(count), seed)
        return tf.data.Dataset.from_tensor_slices(order).batch(batch_size)

    def batch(step: tf.Tensor, chosen: tf.Tensor) -> Batch:
        random = RandomNumbers(hyperparameters.seed, tf.cast(epoch, tf.int64), step)
        images, labels = _prepared(*add_non_digits(*fetch(chosen, random), random), outputs)
        if hyperparameters.augmentation != "off":
            images = augment(images, hyperparameters.augmentation, random)
        return images, labels

    batches = tf.data.Dataset.range(1).flat_map(shuffled).enumerate()
    batches = batches.apply(tf.data.experimental.assert_cardinality(-(-count // batch_size)))
    is_costly = hyperparameters.augmentation != "off"
    batches = batches.map(batch, num_parallel_calls=tf.data.AUTOTUNE if is_costly else None)
    return batches.prefetch(tf.data.AUTOTUNE)


def _fetch_digits(
    digits: Digits, hyperparameters: Hyperparameters, check_stop: CheckStop
) -> Callable[[tf.Tensor, RandomNumbers], Batch]:
    """Return a function of indices: these digits, some of them in other handwriting styles."""
    images, labels = tf.constant(digits.images[..., None]), tf.constant(digits.labels)
    versions = AUGMENTATIONS[hyperparameters.augmentation].style_versions
    if not versions:
        return lambda chosen, _: (tf.gather(images, chosen), tf.gather(labels, chosen))
    seeds = range(hyperparameters.seed, hyperparameters.seed + versions)
    restyled = np.stack([restyle(digits, seed, check_stop) for seed in seeds])[..., None]
    restyled, shares = tf.constant(restyled), tf.constant(restyled_share(digits.labels))

    def fetch(chosen: tf.Tensor, random: RandomNumbers) -> Batch:
        is_restyled = random.uniform(tf.shape(chosen)) < tf.gather(shares, chosen)
        version = random.integers(tf.shape(chosen), versions)
        other = tf.gather_nd(restyled, tf.stack([version, chosen], axis=1))
        mixed = tf.where(is_restyled[:, None, None, None], other, tf.gather(images, chosen))
        return mixed, tf.gather(labels, chosen)

    return fetch


def _add_non_digits(
    digits: Digits, hyperparameters: Hyperparameters, check_stop: CheckStop
) -> Callable[[tf.Tensor, tf.Tensor, RandomNumbers], Batch]:
    """Return a function that adds non-digits to a batch where the run has a reject class."""
    if not hyperparameters.reject_class:
        return lambda images, labels, _: (images, labels)
    made = min(MAX_NON_DIGITS, len(digits.labels))
    pool = make_non_digits(made, digits, hyperparameters.seed, check_stop)
    non_digits = tf.constant(pool[..., None])
    count = max(1, hyperparameters.batch_size // DIGITS_PER_NON_DIGIT)

    def add(images: tf.Tensor, labels: tf.Tensor, random: RandomNumbers) -> Batch:
        chosen = tf.gather(non_digits, random.integers([count], made))
        reject = tf.fill([count], tf.constant(REJECT_CLASS, labels.dtype))
        return tf.concat([images, chosen], 0), tf.concat([labels, reject], 0)

    return add


def plain_batches(digits: Digits, outputs: int) -> tf.data.Dataset:
    """Return the digits in their order, for validation and tests."""
    slices = tf.data.Dataset.from_tensor_slices((digits.images[..., None], digits.labels))
    batches = slices.batch(500).map(lambda images, labels: _prepared(images, labels, outputs))
    return batches.prefetch(tf.data.AUTOTUNE)


def _prepared(images: tf.Tensor, labels: tf.Tensor, outputs: int) -> Batch:
    return tf.cast(images, tf.float32), tf.one_hot(labels, outputs)

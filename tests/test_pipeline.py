import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from cnn.data.mnist import Digits
from cnn.hyperparameters import Hyperparameters
from cnn.network.choices import AUGMENTATIONS, Augmentation
from cnn.network.layers import REJECT_CLASS
from cnn.training import pipeline
from cnn.training.handwriting_styles import restyle, restyled_share
from cnn.training.non_digits import make_non_digits
from cnn.training.pipeline import choose_images, plain_batches, training_batches


@pytest.fixture
def digits():
    """103 images, each of one shade that no other has, so that it can be told in any order."""
    shades = np.arange(103, dtype=np.uint8)
    images = np.broadcast_to(shades[:, None, None], (103, 28, 28)).copy()
    return Digits(images, shades % 10)


def epochs(digits, values, *numbers):
    """Return all images and labels of each of these epochs."""
    epoch = tf.Variable(0, dtype=tf.int64)
    batches, passes = training_batches(digits, values, epoch), []
    for number in numbers:
        epoch.assign(number)
        images, labels = zip(*batches, strict=True)
        passes.append((np.concatenate(images)[..., 0], np.concatenate(labels)))
    return passes


def shades(images):
    return images[:, 0, 0].astype(int).tolist()


def test_training_images_are_drawn_with_the_seed(digits):
    values = Hyperparameters(training_images=100)
    first = choose_images(digits, values)
    assert len(set(shades(first.images))) == 100
    np.testing.assert_array_equal(first.labels, first.images[:, 0, 0] % 10)
    np.testing.assert_array_equal(choose_images(digits, values).images, first.images)
    other = choose_images(digits, dataclasses.replace(values, seed=1))
    assert set(shades(other.images)) != set(shades(first.images))
    assert choose_images(digits, Hyperparameters()) is digits  # there are no more


@pytest.mark.parametrize("augmentation", ["off", "light"])
def test_batches_hold_every_digit_once_an_epoch_with_its_label(digits, monkeypatch, augmentation):
    monkeypatch.setitem(AUGMENTATIONS, "light", Augmentation(""))  # which changes nothing
    values = Hyperparameters(batch_size=10, augmentation=augmentation)
    batches = list(training_batches(digits, values))
    assert [len(labels) for _, labels in batches] == [10] * 10 + [3]
    assert {(images.dtype, labels.dtype) for images, labels in batches} == {(tf.float32,) * 2}
    ((images, labels),) = epochs(digits, values, 0)
    assert sorted(shades(images)) == list(range(103))
    np.testing.assert_array_equal(labels, np.eye(10)[images[:, 0, 0].astype(int) % 10])


def test_each_epoch_has_another_order_and_the_seed_repeats_them_all(digits):
    def orders(seed):
        values = Hyperparameters(batch_size=10, seed=seed)
        return [shades(images) for images, _ in epochs(digits, values, 0, 1, 2)]

    first = orders(seed=0)
    assert first[0] != first[1] != first[2] != first[0]
    assert first[0] != list(range(103))
    assert orders(seed=0) == first
    assert orders(seed=1) != first


def test_an_epoch_is_the_same_whichever_came_before(digits):
    values = Hyperparameters(batch_size=40, augmentation="handwriting", reject_class=True)
    _, third = epochs(digits, values, 0, 2)
    (alone,) = epochs(digits, values, 2)
    np.testing.assert_array_equal(third[0], alone[0])
    np.testing.assert_array_equal(third[1], alone[1])


@pytest.mark.parametrize("outputs", [10, 11])
def test_digits_to_validate_by_stay_in_their_order(digits, outputs):
    ((images, labels),) = plain_batches(digits, outputs)
    assert shades(images.numpy()[..., 0]) == list(range(103))
    np.testing.assert_array_equal(labels, np.eye(outputs)[np.arange(103) % 10])


def test_a_share_of_the_digits_is_restyled_anew_each_epoch(monkeypatch):
    monkeypatch.setitem(AUGMENTATIONS, "handwriting", Augmentation("", style_versions=2))
    image = np.zeros((28, 28), np.uint8)
    image[5:7, 8:19] = image[7:24, 16:19] = 255
    sevens = Digits(np.repeat(image[None], 200, axis=0), np.full(200, 7, np.uint8))
    values = Hyperparameters(batch_size=50, augmentation="handwriting")
    (images, _), (later, _) = epochs(sevens, values, 0, 1)
    images = np.rint(images).astype(np.uint8)
    plain = (images == image).all(axis=(1, 2))
    assert 1 - plain.mean() == pytest.approx(restyled_share(sevens.labels)[0], abs=0.12)
    versions = [restyle(sevens, values.seed + version) for version in range(2)]
    found, *expected = [{one.tobytes() for one in images} for images in (images[~plain], *versions)]
    assert found <= expected[0] | expected[1]
    assert found & expected[0]
    assert found & expected[1]
    assert found != {one.tobytes() for one in np.rint(later).astype(np.uint8)}


@pytest.mark.parametrize(("batch_size", "more"), [(1, 1), (40, 3), (103, 8)])
def test_a_twelfth_of_non_digits_at_least_one_comes_after_each_batch(digits, batch_size, more):
    values = Hyperparameters(batch_size=batch_size, reject_class=True)
    seen = []
    for images, outputs in training_batches(digits, values):
        labels = outputs.numpy().argmax(axis=1)
        np.testing.assert_array_equal(outputs, np.eye(11)[labels])
        assert np.all(labels[-more:] == REJECT_CLASS)
        seen += shades(images.numpy()[:-more, ..., 0])
        np.testing.assert_array_equal(labels[:-more], np.array(seen[-len(labels) + more :]) % 10)
    assert sorted(seen) == list(range(103))


def test_non_digits_are_few_made_with_the_seed_and_others_each_time(digits, monkeypatch):
    monkeypatch.setattr(pipeline, "MAX_NON_DIGITS", 20)
    values = Hyperparameters(batch_size=103, reject_class=True, seed=3)
    pool = {image.tobytes() for image in make_non_digits(20, digits, seed=3)}
    passes = [images[-8:].astype(np.uint8) for images, _ in epochs(digits, values, 0, 1)]
    assert all(image.tobytes() in pool for image in np.concatenate(passes))
    assert not np.array_equal(*passes)


@pytest.mark.parametrize("change", [{"augmentation": "handwriting"}, {"reject_class": True}])
def test_a_stop_ends_the_preparations(digits, change):
    with pytest.raises(StopIteration):
        training_batches(digits, Hyperparameters(**change), check_stop=iter(()).__next__)

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from cnn.data.mnist import Digits
from cnn.hyperparameters import Hyperparameters
from cnn.network.layers import REJECT_CLASS
from cnn.training import augmentation, pipeline
from cnn.training.augmentation import Augmentation
from cnn.training.handwriting_styles import restyle, restyled_share
from cnn.training.non_digits import make_non_digits
from cnn.training.pipeline import choose_images, plain_batches, training_batches

STILL = Augmentation("", degrees=0, shear=0, zoom=0, shift=0)


@pytest.fixture
def digits():
    """103 images, each of one shade that no other has, so that it can be told in any order."""
    shades = np.arange(103, dtype=np.uint8)
    images = np.broadcast_to(shades[:, None, None], (103, 28, 28)).copy()
    return Digits(images, shades % 10)


def shades(batches):
    """Return which images one epoch of batches holds, in its order."""
    return [int(image[0, 0, 0]) for images, _ in batches for image in images.numpy()]


def test_training_images_are_drawn_with_the_seed(digits):
    values = Hyperparameters(training_images=100)
    first = choose_images(digits, values)
    assert first.images.shape == (100, 28, 28)
    chosen = first.images[:, 0, 0]
    assert len(set(chosen)) == 100
    np.testing.assert_array_equal(first.labels, chosen % 10)
    np.testing.assert_array_equal(choose_images(digits, values).images, first.images)
    other = choose_images(digits, dataclasses.replace(values, seed=1))
    assert set(other.images[:, 0, 0]) != set(chosen)


def test_no_more_training_images_are_drawn_than_there_are(digits):
    assert sorted(choose_images(digits, Hyperparameters()).images[:, 0, 0]) == list(range(103))


@pytest.mark.parametrize("strength", ["off", "light"])
def test_batches_hold_every_digit_once_an_epoch_with_its_label(digits, monkeypatch, strength):
    monkeypatch.setitem(augmentation.AUGMENTATIONS, "light", STILL)
    batches = training_batches(digits, Hyperparameters(batch_size=10, augmentation=strength))
    sizes = [len(labels) for _, labels in batches]
    assert sizes == [10] * 10 + [3]
    assert sorted(shades(batches)) == list(range(103))
    for images, labels in batches:
        assert images.shape[1:] == (28, 28, 1)
        assert images.dtype == labels.dtype == tf.float32
        np.testing.assert_array_equal(
            labels, np.eye(10)[images.numpy()[:, 0, 0, 0].astype(int) % 10]
        )


def epochs(digits, values, numbers=(0, 1)):
    """Return the batches of epochs of these numbers."""
    epoch = tf.Variable(0, dtype=tf.int64)
    batches = training_batches(digits, values, epoch)
    passes = []
    for number in numbers:
        epoch.assign(number)
        passes.append([(images.numpy(), labels.numpy()) for images, labels in batches])
    return passes


def test_each_epoch_has_another_order_and_the_seed_repeats_them_all(digits):
    def orders(seed):
        values = Hyperparameters(batch_size=10, seed=seed)
        passes = epochs(digits, values, numbers=(0, 1, 2))
        return [[int(x) for images, _ in batches for x in images[:, 0, 0, 0]] for batches in passes]

    first = orders(seed=0)
    assert first[0] != first[1] != first[2] != first[0]
    assert first[0] != list(range(103))
    assert orders(seed=0) == first
    assert orders(seed=1) != first


def test_an_epoch_is_the_same_whichever_came_before(digits):
    values = Hyperparameters(batch_size=40, augmentation="handwriting", reject_class=True)
    _, _, third = epochs(digits, values, numbers=(0, 1, 2))
    (alone,) = epochs(digits, values, numbers=(2,))
    for (images, labels), (same_images, same_labels) in zip(third, alone, strict=True):
        np.testing.assert_array_equal(images, same_images)
        np.testing.assert_array_equal(labels, same_labels)


def test_augmented_batches_are_bent_and_plain_ones_are_not(digits):
    white = Digits(np.full((64, 28, 28), 255, np.uint8), np.zeros(64, np.uint8))
    ((bent, _),) = training_batches(white, Hyperparameters(batch_size=64, augmentation="strong"))
    ((plain, _),) = training_batches(white, Hyperparameters(batch_size=64))
    assert np.min(bent) == 0
    assert np.min(plain) == 255


def test_digits_to_validate_by_stay_in_their_order(digits):
    batches = plain_batches(digits, 10, batch_size=25)
    assert shades(batches) == list(range(103))
    labels = np.concatenate([labels for _, labels in batches])
    np.testing.assert_array_equal(labels, np.eye(10)[np.arange(103) % 10])


@pytest.fixture
def sevens(monkeypatch):
    """200 times the same seven, in batches as they are, without augmentation."""
    monkeypatch.setitem(augmentation.AUGMENTATIONS, "handwriting", STILL._replace(style_versions=2))
    image = np.zeros((28, 28), np.uint8)
    image[5:7, 8:19] = image[7:24, 16:19] = 255
    return Digits(np.repeat(image[None], 200, axis=0), np.full(200, 7, np.uint8))


def test_a_share_of_the_digits_is_written_by_other_hands(sevens):
    values = Hyperparameters(batch_size=50, augmentation="handwriting")
    images = np.concatenate([images for images, _ in training_batches(sevens, values)])[..., 0]
    images = np.rint(images).astype(np.uint8)
    plain = (images == sevens.images[0]).all(axis=(1, 2))
    assert 1 - plain.mean() == pytest.approx(restyled_share(sevens.labels)[0], abs=0.12)
    written = [restyle(sevens, values.seed + hand) for hand in range(2)]
    found = [{image.tobytes() for image in images} for images in (images[~plain], *written)]
    assert found[0] <= found[1] | found[2]
    assert found[0] & found[1]
    assert found[0] & found[2]


def test_other_hands_are_drawn_anew_each_epoch(sevens):
    values = Hyperparameters(batch_size=200, augmentation="handwriting")
    first, second = ({image.tobytes() for image in x} for ((x, _),) in epochs(sevens, values))
    assert first != second


@pytest.mark.parametrize("strength", ["off", "light", "strong"])
def test_without_other_hands_none_are_made(digits, monkeypatch, strength):
    monkeypatch.setattr(pipeline, "restyle", None)
    assert training_batches(digits, Hyperparameters(augmentation=strength, batch_size=103))


@pytest.mark.parametrize(("batch_size", "more"), [(1, 1), (12, 1), (40, 3), (103, 8)])
def test_a_twelfth_of_non_digits_at_least_one_comes_after_each_batch(digits, batch_size, more):
    values = Hyperparameters(batch_size=batch_size, reject_class=True)
    seen = []
    for images, answers in training_batches(digits, values):
        labels = answers.numpy().argmax(axis=1)
        assert answers.shape[1] == 11
        assert answers.dtype == images.dtype == tf.float32
        np.testing.assert_array_equal(answers.numpy().sum(axis=1), 1)
        assert np.all(labels[-more:] == REJECT_CLASS)
        assert np.all(labels[:-more] < REJECT_CLASS)
        seen += images.numpy()[:-more, 0, 0, 0].astype(int).tolist()
        np.testing.assert_array_equal(labels[:-more], images.numpy()[:-more, 0, 0, 0] % 10)
    assert sorted(seen) == list(range(103))


def test_non_digits_are_those_made_with_the_seed_and_others_each_time(digits):
    values = Hyperparameters(batch_size=103, reject_class=True, seed=3)
    pool = {image.tobytes() for image in make_non_digits(103, digits, seed=3)}
    passes = [x[-8:, ..., 0].astype(np.uint8) for ((x, _),) in epochs(digits, values)]
    assert all(image.tobytes() in pool for image in np.concatenate(passes))
    assert not np.array_equal(*passes)


def test_no_more_non_digits_are_made_than_are_worth_their_time(digits, monkeypatch):
    asked = []
    monkeypatch.setattr(pipeline, "MAX_NON_DIGITS", 20)
    monkeypatch.setattr(
        pipeline,
        "make_non_digits",
        lambda count, *rest: asked.append(count) or make_non_digits(count, *rest),
    )
    training_batches(digits, Hyperparameters(reject_class=True))
    assert asked == [20]


def test_digits_to_validate_by_have_an_answer_for_what_is_none_too(digits):
    for answers in (10, 11):
        labels = np.concatenate([labels for _, labels in plain_batches(digits, answers)])
        np.testing.assert_array_equal(labels, np.eye(answers)[np.arange(103) % 10])


@pytest.mark.parametrize("change", [{"augmentation": "handwriting"}, {"reject_class": True}])
def test_a_stop_ends_the_preparations(digits, change):
    with pytest.raises(StopIteration):
        training_batches(digits, Hyperparameters(**change), check_stop=iter(()).__next__)

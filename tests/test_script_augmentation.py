import numpy as np
import pytest
import tensorflow as tf

from cnn.export.augmentation_source import bicubic_weights, inked, random_field, sampled
from cnn.hyperparameters import Hyperparameters
from cnn.network.choices import AUGMENTATIONS
from cnn.training import augmentation
from tests.scripts import after, run_with


@pytest.fixture
def pixels():
    noise = np.random.default_rng(0).integers(0, 256, (6, 28, 28)).astype("float32")
    noise[0] = 0
    return noise


def test_pixels_are_taken_from_between_others_as_in_the_app(pixels):
    y, x = np.random.default_rng(1).uniform(-4, 32, (2, 6, 28, 28)).astype("float32")
    expected = augmentation._sampled(pixels[..., None], y, x)[..., 0]
    np.testing.assert_allclose(sampled(pixels, y, x), expected, rtol=1e-4, atol=1e-3)


def test_the_pen_is_the_apps(pixels):
    share = np.linspace(-0.3, 0.3, 6, dtype="float32")
    expected = augmentation._inked(pixels[..., None], share[:, None, None, None])[..., 0]
    found = inked(pixels, share[:, None, None])
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-3)


def test_the_field_is_enlarged_as_in_the_app():
    shifts = np.random.default_rng(2).normal(size=(3, 5, 5))
    expected = tf.image.resize(shifts[..., None], (28, 28), method="bicubic")[..., 0]
    weights = bicubic_weights()
    # TensorFlow rounds the places to 1/1024 of a pixel
    np.testing.assert_allclose(weights @ shifts @ weights.T, expected, atol=0.01)


def test_fields_bend_as_far_as_the_apps():
    tf.random.set_seed(3)
    theirs = augmentation._random_field(AUGMENTATIONS["handwriting"], tf.constant(3_000)).numpy()
    mine = np.stack(random_field(3_000, np.random.default_rng(3), bend=0.5), axis=-1)
    assert mine.shape == theirs.shape
    assert mine.mean() == pytest.approx(0, abs=0.01)
    assert mine.std() == pytest.approx(theirs.std(), rel=0.05)


@pytest.mark.parametrize("strength", [*AUGMENTATIONS][1:])
def test_digits_are_changed_as_far_and_as_often_as_in_the_app(strength, runs_dir):
    run = run_with(Hyperparameters(augmentation=strength), runs_dir)
    augment = after(run, "Choose", "Change each digit a little")["augment"]
    images = np.zeros((3_000, 28, 28), "float32")
    images[:, 5:23, 17:20] = 255  # a line right of the center
    tf.random.set_seed(5)
    theirs = augmentation.augment(images[..., None], strength).numpy()[..., 0]
    mine = augment(images)
    assert mine.shape == images.shape
    assert mine.dtype == np.float32
    assert 0 <= mine.min() < mine.max() <= 255
    for name, measure in MEASURES.items():
        a, b = measure(mine), measure(theirs)
        assert a.mean() == pytest.approx(b.mean(), abs=4 * b.std() / np.sqrt(1_500)), name
        assert a.std() == pytest.approx(b.std(), rel=0.08), name
    untouched = (mine == images).all(axis=(1, 2)).mean()
    assert untouched == pytest.approx(AUGMENTATIONS[strength].p_identity, abs=0.025)


def place(images, axis):
    ink = images.sum(axis=3 - axis)
    return (ink @ np.arange(28)) / ink.sum(axis=1)


def lean(images):
    """How far the ink of the lower half lies right of that of the upper half."""
    return place(images[:, 14:], 2) - place(images[:, :14], 2)


MEASURES = {
    "ink": lambda images: images.sum(axis=(1, 2)) / 255,
    "row": lambda images: place(images, 1),
    "column": lambda images: place(images, 2),
    "lean": lean,
    "height": lambda images: (images.max(axis=2) > 100).sum(axis=1).astype(float),
}

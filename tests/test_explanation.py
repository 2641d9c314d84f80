from types import SimpleNamespace

import numpy as np
import pytest

from cnn.data import mnist
from cnn.data.mnist import Digits
from cnn.explanation.explain import (
    feature_maps,
    index_digits,
    index_size,
    nearest_digits,
    occlusion_maps,
    occlusion_stride,
)
from cnn.inference.predictor import load_predictor
from cnn.runs.store import BUILT_IN_PATH


class LooksAtTwoPlaces:
    """In the place of a predictor: ink at the top speaks for 3, ink at the bottom against it."""

    def __init__(self):
        self.asked = []

    def probabilities(self, images):
        self.asked.append(len(images))
        top, bottom = (images[:, rows].any(axis=(1, 2)) for rows in (slice(0, 4), slice(24, 28)))
        three = 0.5 + 0.4 * top - 0.3 * bottom
        rest = np.repeat((1 - three)[:, None] / 9, 10, axis=1)
        rest[:, 3] = three
        return rest


class HasFeatures:
    """In the place of a predictor: the features are the ink of the image, in rows."""

    def __init__(self, size):
        self.size, self.most = size, 0

    def features(self, images):
        self.most = max(self.most, len(images))
        flat = images.reshape(len(images), -1).astype(np.float32)
        return np.resize(flat.T, (self.size, len(images))).T


def maps_of(activation):
    """The feature maps of a network whose one convolution has these activations."""
    outputs = {"convolution_1": activation, "features": np.ones(9)}
    predictor = SimpleNamespace(activations=lambda image: outputs)
    (layer,) = feature_maps(predictor, np.zeros((28, 28), np.uint8))
    return layer


def occlusion_map(predictor, image, digit, stride=1):
    return occlusion_maps(predictor, image, (digit,), stride)[0]


@pytest.fixture
def three_places():
    """An image with ink at the top, in the middle and at the bottom."""
    image = np.zeros((28, 28), np.uint8)
    image[[1, 14, 26], 14] = 255
    return image


@pytest.mark.parametrize("stride", range(1, 6))
def test_ink_for_and_against_a_digit_is_told_apart(three_places, stride):
    importance = occlusion_map(LooksAtTwoPlaces(), three_places, 3, stride)
    assert importance.shape == (28, 28)
    assert importance[1, 14] == pytest.approx(0.4)
    assert importance[26, 14] == pytest.approx(-0.3)
    assert importance[14, 14] == pytest.approx(0, abs=1e-6)
    assert np.count_nonzero(importance.round(6)) == 2  # elsewhere is no ink
    assert not occlusion_map(LooksAtTwoPlaces(), np.zeros((28, 28), np.uint8), 3, stride).any()


def test_patches_that_hide_ink_are_predicted_at_once_for_all_digits(three_places):
    predictor = LooksAtTwoPlaces()
    both = occlusion_maps(predictor, three_places, (3, 5))
    assert len(predictor.asked) == 1
    assert predictor.asked[0] < 1 + 3 * 25 + 1
    for importance, digit in zip(both, (3, 5), strict=True):
        assert np.array_equal(importance, occlusion_map(LooksAtTwoPlaces(), three_places, digit))
    assert both[0, 1, 14] > 0 > both[1, 1, 14]


def test_a_large_network_is_asked_about_fewer_patches_and_digits():
    assert (occlusion_stride(0), index_size(0)) == (1, 10_000)
    assert (occlusion_stride(1_500_000), index_size(1_500_000)) == (1, 10_000)
    assert occlusion_stride(80_000_000) == 2
    assert index_size(100_000_000) == 2_000
    assert (occlusion_stride(10**12), index_size(10**12)) == (5, 500)


def test_maps_share_the_layers_scale_and_the_most_active_come_first():
    activation = np.zeros((6, 4, 20), np.float32)
    activation[..., 0] = 9  # the same everywhere: it tells nothing apart
    activation[2, 3, 7] = 10
    activation[2, 1, 4] = 5
    layer = maps_of(activation)
    assert (layer.name, layer.maps.shape) == ("convolution_1", (20, 6, 4))
    assert layer.maps[0, 2, 3] == 255
    assert layer.maps[1, 2, 1] == 128
    assert layer.numbers[:2] == (7, 4)
    assert sorted(layer.numbers) == list(range(20))


@pytest.mark.parametrize("value", [0, -1, np.nan, np.inf, 1e30])
def test_numbers_of_any_size_give_maps_that_can_be_shown(value):
    activation = np.full((3, 3, 2), value, np.float32)
    activation[0, 0, 0] = 1
    assert maps_of(activation).maps.dtype == np.uint8


@pytest.mark.parametrize(("size", "stored"), [(100, 100), (784, 128), (20_000, 128)])
def test_the_nearest_digits_are_the_image_itself_and_then_its_likes(size, stored):
    images = np.random.default_rng(0).integers(0, 256, (120, 28, 28), np.uint8)
    images[50] = images[7]
    images[50, :1] = 0
    predictor = HasFeatures(size)
    index = index_digits(predictor, Digits(images, np.arange(120, dtype=np.uint8) % 10))
    assert predictor.most <= 50
    assert (index.features.shape, index.features.dtype) == ((120, stored), np.float32)
    nearest = nearest_digits(predictor, images[7], index)
    assert [one.label for one in nearest[:2]] == [7, 0]
    assert nearest[0].distance == 0
    assert np.array_equal(nearest[1].image, images[50])
    assert len(nearest) == 5
    assert sorted(one.distance for one in nearest) == [one.distance for one in nearest]


def test_the_built_in_network_can_be_explained():
    test, built_in = mnist.load_test("sample"), load_predictor(BUILT_IN_PATH / "model.onnx")
    index = index_digits(built_in, mnist.load_first_training(600))
    right = 0
    for image, label in zip(test.images[:20], test.labels[:20], strict=True):
        assert occlusion_map(built_in, image, int(label), stride=3).max() > 0
        right += nearest_digits(built_in, image, index)[0].label == label
    assert right >= 18
    layers = feature_maps(built_in, test.images[0])
    names = [f"convolution_{number}" for number in range(1, len(layers) + 1)]
    assert [layer.name for layer in layers] == names
    assert all(layer.maps.max() == 255 for layer in layers)

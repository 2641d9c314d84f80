import numpy as np
import pytest

from cnn.data import mnist
from cnn.data.mnist import Digits
from cnn.explanation import explain
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
        self.size = size
        self.most = 0

    def features(self, images):
        self.most = max(self.most, len(images))
        flat = images.reshape(len(images), -1).astype(np.float32)
        return np.resize(flat.T, (self.size, len(images))).T if self.size > 784 else flat


class Activates:
    """In the place of a predictor, with these activations."""

    def __init__(self, **activations):
        self.values = activations

    def activations(self, image):
        return self.values


def occlusion_map(predictor, image, digit, stride=1):
    return occlusion_maps(predictor, image, (digit,), stride)[0]


@pytest.fixture
def three_places():
    """An image with ink at the top, in the middle and at the bottom."""
    image = np.zeros((28, 28), np.uint8)
    image[[1, 14, 26], 14] = 255
    return image


@pytest.fixture(scope="module")
def built_in():
    return load_predictor(BUILT_IN_PATH / "model.onnx")


@pytest.mark.parametrize("stride", range(1, 6))
def test_ink_that_speaks_for_or_against_the_answer_is_told_apart(three_places, stride):
    importance = occlusion_map(LooksAtTwoPlaces(), three_places, 3, stride)
    assert importance.shape == (28, 28)
    assert importance[1, 14] == pytest.approx(0.4)
    assert importance[26, 14] == pytest.approx(-0.3)
    assert importance[14, 14] == pytest.approx(0, abs=1e-6)


def test_where_there_is_no_ink_nothing_mattered(three_places):
    importance = occlusion_map(LooksAtTwoPlaces(), three_places, 3)
    assert np.count_nonzero(importance) == 2
    assert not occlusion_map(LooksAtTwoPlaces(), np.zeros((28, 28), np.uint8), 3).any()


def test_patches_are_asked_about_at_once_and_only_where_they_hide_ink(three_places):
    predictor = LooksAtTwoPlaces()
    occlusion_map(predictor, three_places, 3)
    assert len(predictor.asked) == 1
    assert predictor.asked[0] < 1 + 3 * 25 + 1


def test_several_answers_are_asked_about_at_the_price_of_one(three_places):
    predictor = LooksAtTwoPlaces()
    both = occlusion_maps(predictor, three_places, (3, 5))
    assert len(predictor.asked) == 1
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
    (layer,) = feature_maps(
        Activates(convolution_1=activation, features=np.ones(9)), np.zeros((28, 28), np.uint8)
    )
    assert (layer.name, layer.filters, layer.maps.shape) == ("convolution_1", 20, (16, 6, 4))
    assert layer.maps[0, 2, 3] == 255
    assert layer.maps[1, 2, 1] == 128
    assert layer.maps[2:].max() in (0, 230)
    assert layer.numbers[:2] == (7, 4)
    (whole,) = feature_maps(
        Activates(convolution_1=activation), np.zeros((28, 28), np.uint8), max_maps=None
    )
    assert sorted(whole.numbers) == list(range(20))


@pytest.mark.parametrize("value", [0, -1, np.nan, np.inf, 1e30])
def test_numbers_of_any_size_give_maps_that_can_be_shown(value):
    activation = np.full((3, 3, 2), value, np.float32)
    activation[0, 0, 0] = 1
    (layer,) = feature_maps(Activates(convolution_1=activation), np.zeros((28, 28), np.uint8))
    assert layer.maps.dtype == np.uint8


def random_digits(count):
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (count, 28, 28), np.uint8)
    return Digits(images, np.arange(count, dtype=np.uint8) % 10)


@pytest.mark.parametrize("size", [784, 20_000])
def test_the_nearest_digits_are_the_image_itself_and_then_its_likes(size):
    digits = random_digits(120)
    alike = digits.images[7].copy()
    alike[:3] = 0
    digits.images[50] = alike
    predictor = HasFeatures(size)
    index = index_digits(predictor, digits)
    nearest = nearest_digits(predictor, digits.images[7], index)
    assert [one.label for one in nearest[:2]] == [7, 0]
    assert nearest[0].distance == 0
    assert np.array_equal(nearest[1].image, alike)
    assert len(nearest) == 5
    assert sorted(one.distance for one in nearest) == [one.distance for one in nearest]


def test_an_index_is_made_in_small_batches_and_stays_small():
    predictor = HasFeatures(20_000)
    index = index_digits(predictor, random_digits(120))
    assert predictor.most <= 50
    assert index.features.shape == (120, 128)
    assert index.features.dtype == np.float32


def test_sums_of_many_features_keep_the_distances_nearly():
    generator = np.random.default_rng(1)
    rows = generator.normal(size=(40, 5_000)).astype(np.float32)
    sums = explain._project(rows)
    exact, kept = (np.linalg.norm(points[1:] - points[:-1], axis=1) for points in (rows, sums))
    assert kept / exact == pytest.approx(np.ones(39), abs=0.35)
    assert np.median(kept / exact) == pytest.approx(1, abs=0.05)


def test_the_built_in_network_can_be_explained(built_in):
    test = mnist.load_test("sample")
    index = index_digits(built_in, mnist.load_first_training(600))
    right = 0
    for image, label in zip(test.images[:20], test.labels[:20], strict=True):
        assert occlusion_map(built_in, image, int(label)).max() > 0
        right += nearest_digits(built_in, image, index)[0].label == label
    assert right >= 18
    layers = feature_maps(built_in, test.images[0])
    assert [layer.name for layer in layers] == [
        f"convolution_{number}" for number in range(1, len(layers) + 1)
    ]
    assert all(layer.maps.max() == 255 for layer in layers)


def test_few_features_are_kept_as_they_are():
    rows = np.random.default_rng(2).normal(size=(4, 128)).astype(np.float32)
    assert np.array_equal(explain._project(rows), rows)

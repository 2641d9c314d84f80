import numpy as np
import pytest

from cnn.data.mnist import Digits, read_sample
from cnn.training import non_digits
from cnn.training.non_digits import ROTATABLE, make_non_digits
from cnn.training.textures import texture


@pytest.fixture(scope="module")
def digits():
    """200 digits of MNIST."""
    train, _ = read_sample()
    chosen = np.random.default_rng(0).permutation(len(train.labels))[:200]
    return Digits(train.images[chosen], train.labels[chosen])


@pytest.fixture(scope="module")
def images(digits):
    return make_non_digits(400, digits, seed=0)


def test_non_digits_have_the_form_of_digits_and_are_none_of_them(images, digits):
    assert images.shape == (400, 28, 28)
    assert images.dtype == np.uint8
    assert images.max(axis=(1, 2)).min() > 60
    assert images.sum(axis=(1, 2)).min() > 5 * 255
    different = {image.tobytes() for image in images}
    assert len(different) > 390  # the same digit may be rotated the same way twice
    assert not different & {image.tobytes() for image in digits.images}


def test_the_same_seed_gives_the_same_images_and_another_one_others(images, digits):
    before = digits.images.copy()
    np.testing.assert_array_equal(make_non_digits(400, digits, seed=0), images)
    assert not np.array_equal(make_non_digits(400, digits, seed=1), images)
    np.testing.assert_array_equal(digits.images, before)


def test_all_kinds_come_as_often_as_they_should(digits, monkeypatch):
    shares = [share for _, share in non_digits._KINDS]
    assert sum(shares) == pytest.approx(1)
    marked = [
        (lambda *_, number=number: np.full((28, 28), number, np.uint8), share)
        for number, share in enumerate(shares)
    ]
    monkeypatch.setattr(non_digits, "_KINDS", marked)
    made = make_non_digits(2_000, digits, seed=0)[:, 0, 0]
    assert np.bincount(made) / 2_000 == pytest.approx(shares, abs=0.03)


@pytest.mark.parametrize("kind", range(len(non_digits._KINDS)))
@pytest.mark.filterwarnings("error")
def test_every_kind_gives_images_with_ink_in_many_ways(kind, digits):
    make, _ = non_digits._KINDS[kind]
    generator = np.random.default_rng(3)
    made = np.stack([make(generator, digits) for _ in range(60)])
    assert made.shape == (60, 28, 28)
    assert made.dtype == np.uint8
    assert made.max(axis=(1, 2)).min() > 60
    assert len(np.unique(made, axis=0)) > 40


def test_a_rotated_digit_is_one_that_is_none_on_its_side(digits):
    upright = np.zeros_like(digits.images)
    upright[:, 6:22, 12:16] = (150 + 10 * digits.labels)[:, None, None]  # a shade for each label
    marked = Digits(upright, digits.labels)
    generator = np.random.default_rng(0)
    rotated = np.stack([non_digits._rotated(generator, marked) for _ in range(80)])
    assert set((rotated.max(axis=(1, 2)) - 150) // 10) == set(ROTATABLE)
    height, width = ((rotated > 75).any(axis=axis).sum(axis=1) for axis in (2, 1))
    assert np.all(height < width)


def test_digits_of_which_none_can_be_rotated_are_enough(digits):
    ones = Digits(digits.images[digits.labels == 1], np.ones(sum(digits.labels == 1), np.uint8))
    one = Digits(ones.images[:1], ones.labels[:1])
    for few in (ones, one):
        made = make_non_digits(60, few, seed=0)
        assert made.max(axis=(1, 2)).min() > 60


@pytest.mark.filterwarnings("error")
def test_digits_without_ink_do_not_end_the_making():
    blank = Digits(np.zeros((3, 28, 28), np.uint8), np.array([1, 2, 3], np.uint8))
    made = make_non_digits(100, blank, seed=0)
    assert made.any(axis=(1, 2)).mean() > 0.6  # all that needs no digit


@pytest.mark.filterwarnings("error")
def test_textures_are_of_many_kinds_and_grays():
    generator = np.random.default_rng(0)
    images = np.stack([texture(generator) for _ in range(200)])
    assert images.dtype == np.uint8
    assert images.max(axis=(1, 2)).min() > 60
    shares = (images > 0).mean(axis=(1, 2))
    assert shares.min() < 0.2
    assert shares.max() > 0.9
    grays = [len(np.unique(image)) for image in images]
    assert min(grays) == 2  # stripes
    assert max(grays) > 100  # clouds

import numpy as np
import pytest
import tensorflow as tf

from cnn.network.choices import AUGMENTATIONS, Augmentation
from cnn.training import augmentation
from cnn.training.augmentation import RandomNumbers

RANDOM_PIXELS = np.random.default_rng(0).integers(0, 256, (64, 28, 28, 1)).astype("float32")


@pytest.fixture
def only(monkeypatch):
    """Returns images (n, 28, 28, 1) changed in these ways alone, always by the same numbers."""

    def augmented(images, **changes):
        monkeypatch.setitem(AUGMENTATIONS, "light", Augmentation("", **changes))
        return augment(images, "light")

    return augmented


def augment(images, preset):
    place = tf.constant(0, tf.int64)
    return augmentation.augment(tf.constant(images), preset, RandomNumbers(0, place, place)).numpy()


def dots(count, row, column):
    """Return images (count, 28, 28, 1) with one bright dot of 2×2 pixels."""
    images = np.zeros((count, 28, 28, 1), "float32")
    images[:, row : row + 2, column : column + 2] = 255
    return images


def lines(count=200):
    """Return images (count, 28, 28, 1) of an upright line three pixels wide, with soft edges."""
    images = np.zeros((count, 28, 28, 1), "float32")
    images[:, 4:24, 13:16] = 255
    images[:, 4:24, [12, 16]] = 100
    return images


def centers(images):
    """Return where the ink of each image is, from the middle: (n, 2), row and column."""
    ink = images[..., 0]
    places = np.indices((28, 28)) - 13.5
    return np.einsum("nrc,krc->nk", ink, places) / ink.sum(axis=(1, 2))[:, None]


@pytest.mark.parametrize("preset", [*AUGMENTATIONS][1:])
def test_augmented_digits_keep_shape_type_and_range_and_each_changes_in_its_own_way(preset):
    changed = augment(RANDOM_PIXELS, preset)
    assert changed.shape == RANDOM_PIXELS.shape
    assert changed.dtype == np.float32
    assert 0 <= changed.min() < changed.max() <= 255
    same = (augment(lines(), preset) == lines()).all(axis=(1, 2, 3))
    assert same.mean() == pytest.approx(AUGMENTATIONS[preset].p_identity, abs=0.06)
    different = augment(lines(), preset)[~same]
    assert len(np.unique(different, axis=0)) == len(different)


def turned(start, end):
    angle = np.degrees(np.arctan2(*end.T) - np.arctan2(*start))
    radius = np.linalg.norm(start)
    return (np.abs(np.linalg.norm(end, axis=1) - radius) < 0.5) & (np.abs(angle) <= 16)


def sheared(start, end):  # along the rows only
    along = np.abs(end[:, 1] - start[1]) <= 0.3 * abs(start[0]) + 0.5
    return along & (np.abs(end[:, 0] - start[0]) < 0.1)


def zoomed(start, end):
    return np.all(np.abs(end - start) <= 0.2 * np.abs(start) + 0.5, axis=1)


def shifted(start, end):
    return np.all(np.abs(end - start) <= 3.01, axis=1)


@pytest.mark.parametrize(
    ("change", "allowed"),
    [
        ({"degrees": 15}, turned),
        ({"shear": 0.3}, sheared),
        ({"zoom": 0.2}, zoomed),
        ({"shift": 3}, shifted),
    ],
)
@pytest.mark.parametrize("place", [(11, 20), (7, 13), (18, 8)])
def test_each_change_does_what_its_name_says(only, change, allowed, place):
    images = dots(200, *place)
    end = centers(only(images, **change))
    assert np.all(allowed(centers(images)[0], end))
    assert np.ptp(end, axis=0).max() > 1


def test_rotation_and_shear_together_keep_the_amount_of_ink(only):
    distance = np.square(np.indices((28, 28)) - 13.5).sum(axis=0)
    blob = np.broadcast_to(255 * np.exp(-distance / 18)[..., None], (200, 28, 28, 1))
    ink = only(blob.astype("float32"), degrees=15, shear=0.3).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(ink, blob[0].sum(), rtol=0.01)


def test_without_any_change_the_digits_stay_as_they_are(only):
    np.testing.assert_allclose(only(RANDOM_PIXELS), RANDOM_PIXELS, atol=1e-3)


def test_what_leaves_the_image_is_cut_and_what_comes_in_is_blank(only):
    changed = only(np.full((50, 28, 28, 1), 255, "float32"), shift=100)
    assert (changed == 0).any(axis=(1, 2, 3)).mean() > 0.9
    assert changed.max() <= 255


def test_elastic_changes_move_ink_smoothly_and_by_a_few_pixels_at_most(only):
    changed = only(lines(), elastic=1.0)[..., 0]
    columns = (changed @ np.arange(28)) / np.maximum(changed.sum(axis=2), 1)
    columns = columns[:, 8:20]  # the ends move up and down too
    assert np.ptp(columns, axis=1).max() > 1
    assert np.ptp(columns, axis=1).min() < 0.5  # some hardly
    assert np.abs(columns - 14).max() < 5
    assert np.abs(np.diff(columns, axis=1)).max() < 2


def test_each_pixel_is_interpolated_from_its_place():
    down, right = 0.25, -1.5
    rows, columns = np.indices((28, 28), "float32")
    places = [np.repeat(place[None], 64, axis=0) for place in (rows + down, columns + right)]
    sampled = augmentation._sampled(RANDOM_PIXELS, *places).numpy()
    across = (RANDOM_PIXELS[:, :, :-2] + RANDOM_PIXELS[:, :, 1:-1]) / 2
    expected = 0.75 * across[:, :-1] + 0.25 * across[:, 1:]
    np.testing.assert_allclose(sampled[:, :-1, 2:], expected, rtol=1e-4)
    assert not sampled[:, :, 0].any()


def test_a_pen_makes_lines_wider_or_thinner_and_as_dark(only):
    images = lines()
    changed = only(images, pen=0.5)
    ink = changed.sum(axis=(1, 2, 3)) / images[0].sum()
    assert ink.min() < 0.95
    assert ink.max() > 1.2
    assert 0.3 < np.mean(ink > 1) < 0.7
    assert changed.min() >= 0
    np.testing.assert_allclose(changed.max(axis=(1, 2, 3)), 255, rtol=1e-5)
    np.testing.assert_allclose(centers(changed)[:, 1], 0.5, atol=0.01)
    assert not only(np.zeros_like(images), pen=0.5).any()


def test_a_line_of_one_pixel_does_not_vanish_under_the_thinnest_pen():
    images = np.zeros((1, 28, 28, 1), "float32")
    images[:, 4:24, 14] = 255
    thinned = augmentation._with_line_width(images, tf.fill([1, 1, 1, 1], -0.3)).numpy()
    assert thinned.max() == pytest.approx(255)
    assert thinned.sum() > 0.7 * images.sum()


def test_every_batch_and_epoch_and_call_has_random_numbers_of_its_own():
    numbers = set()
    for seed, epoch, step in [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]:
        random = RandomNumbers(seed, *tf.constant([epoch, step], tf.int64))
        numbers |= {float(random.uniform([])), float(random.uniform([])), float(random.normal([]))}
    assert len(numbers) == 12


def test_contrast_hardens_soft_edges_and_leaves_full_and_no_ink(only):
    images = lines()
    changed = only(images, contrast=2.0)
    np.testing.assert_allclose(changed[images == 0], 0)
    np.testing.assert_allclose(changed[images == 255], 255)
    edges = changed[:, 10, 12, 0]
    assert edges.max() <= 100.001  # darker than the middle gray, so never lighter
    assert edges.min() >= 127.5 - 2 * 27.5 - 0.001
    assert np.ptp(edges) > 20

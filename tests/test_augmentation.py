import numpy as np
import pytest
import tensorflow as tf

from cnn.training import augmentation
from cnn.training.augmentation import AUGMENTATIONS, Augmentation, RandomNumbers

STILL = Augmentation("", degrees=0, shear=0, zoom=0, shift=0)


def augmented(images, preset):
    """The images changed by a preset of augmentation, always in the same way."""
    place = tf.constant(0, tf.int64)
    return augmentation.augment(tf.constant(images), preset, RandomNumbers(0, place, place))


def dots(count, row, column):
    """Return images (count, 28, 28, 1) with one bright dot of 2×2 pixels."""
    images = np.zeros((count, 28, 28, 1), "float32")
    images[:, row : row + 2, column : column + 2] = 255
    return images


def centers(images):
    """Return where the ink of each image is on average: (n, 2), row and column."""
    ink = np.asarray(images)[..., 0]
    places = np.indices((28, 28)).astype(float)
    return np.einsum("nrc,krc->nk", ink, places) / ink.sum(axis=(1, 2))[:, None]


@pytest.mark.parametrize("strength", [*AUGMENTATIONS][1:])
def test_augmented_digits_keep_shape_type_and_range(strength):
    pixels = np.random.default_rng(0).integers(0, 256, (64, 28, 28, 1)).astype("float32")
    changed = augmented(pixels, strength)
    assert changed.shape == pixels.shape
    assert changed.dtype == tf.float32
    assert 0 <= np.min(changed) < np.max(changed) <= 255


@pytest.mark.parametrize("strength", ["light", "strong"])
@pytest.mark.parametrize("place", [(13, 13), (13, 19), (8, 8), (19, 10)])
def test_ink_moves_but_no_further_than_the_strength_allows(strength, place):
    most = AUGMENTATIONS[strength]
    images = dots(400, *place)
    moved = np.linalg.norm(centers(augmented(images, strength)) - centers(images), axis=1)
    # The inverse of scale · turn · shear is unshear · unturn · unscale: bounded by the norms.
    shear, turn = most.shear, 2 * np.sin(np.radians(most.degrees) / 2)
    bend = (1 + shear) * (most.zoom + turn) + shear
    radius = np.linalg.norm(centers(images)[0] - 13.5)
    shift = (1 + shear) * (1 + most.zoom) * np.sqrt(2) * most.shift
    assert moved.max() <= bend * radius + shift + 0.5  # half a pixel for the resampling
    assert moved.max() > most.shift
    assert len(np.unique(moved.round(3))) > 350  # each image in its own way


CHANGES = {
    "degrees": Augmentation("", degrees=15, shear=0, zoom=0, shift=0),
    "shear": Augmentation("", degrees=0, shear=0.3, zoom=0, shift=0),
    "zoom": Augmentation("", degrees=0, shear=0, zoom=0.2, shift=0),
    "shift": Augmentation("", degrees=0, shear=0, zoom=0, shift=3),
}


def allowed(change, start, end):
    """Whether one change alone may take ink from start to end, both from the center: (n, 2)."""
    (row, column), strength = start, CHANGES[change]
    radius = np.linalg.norm(start)
    if change == "degrees":
        angle = np.degrees(np.arctan2(*end.T) - np.arctan2(row, column))
        return (np.abs(np.linalg.norm(end, axis=1) - radius) < 0.5) & (
            np.abs(angle) <= strength.degrees + 1
        )
    if change == "shear":  # along the rows only
        most = strength.shear * abs(row)
        return (np.abs(end[:, 0] - row) < 0.1) & (np.abs(end[:, 1] - column) <= most + 0.5)
    if change == "zoom":
        return np.all(np.abs(end - start) <= strength.zoom * np.abs(start) + 0.5, axis=1)
    return np.all(np.abs(end - start) <= strength.shift + 0.01, axis=1)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("place", [(11, 20), (7, 13), (18, 8)])
def test_each_change_does_what_its_name_says(monkeypatch, change, place):
    monkeypatch.setitem(augmentation.AUGMENTATIONS, "light", CHANGES[change])
    images = dots(200, *place)
    start, end = centers(images)[0] - 13.5, centers(augmented(images, "light")) - 13.5
    assert np.all(allowed(change, start, end))
    assert np.ptp(end, axis=0).max() > 1


def test_turning_and_shearing_together_keep_the_amount_of_ink(monkeypatch):
    turned_and_sheared = AUGMENTATIONS["strong"]._replace(zoom=0, shift=0)
    monkeypatch.setitem(augmentation.AUGMENTATIONS, "strong", turned_and_sheared)
    distance = np.square(np.indices((28, 28)) - 13.5).sum(axis=0)
    blob = np.broadcast_to(255 * np.exp(-distance / 18)[..., None], (200, 28, 28, 1))
    ink = augmented(blob.astype("float32"), "strong").numpy().sum(axis=(1, 2, 3))
    np.testing.assert_allclose(ink, blob[0].sum(), rtol=0.01)


def test_without_any_change_the_digits_stay_as_they_are(monkeypatch):
    monkeypatch.setitem(augmentation.AUGMENTATIONS, "light", STILL)
    pixels = np.random.default_rng(0).integers(0, 256, (8, 28, 28, 1)).astype("float32")
    np.testing.assert_allclose(augmented(pixels, "light"), pixels, atol=1e-3)


def test_what_leaves_the_picture_is_cut_and_what_comes_in_is_paper(monkeypatch):
    monkeypatch.setitem(augmentation.AUGMENTATIONS, "light", STILL._replace(shift=100))
    changed = augmented(np.full((50, 28, 28, 1), 255, "float32"), "light").numpy()
    assert (changed == 0).any(axis=(1, 2, 3)).mean() > 0.9
    assert changed.max() <= 255


def only(monkeypatch, **change):
    """Let "light" be one change and nothing else."""
    monkeypatch.setitem(augmentation.AUGMENTATIONS, "light", STILL._replace(**change))


def strokes(count=200):
    """Return images (count, 28, 28, 1) of an upright line three pixels wide, with soft edges."""
    images = np.zeros((count, 28, 28, 1), "float32")
    images[:, 4:24, 13:16] = 255
    images[:, 4:24, [12, 16]] = 100
    return images


def test_bending_moves_ink_smoothly_and_by_a_few_pixels_at_most(monkeypatch):
    only(monkeypatch, elastic=1.0)
    bent = augmented(strokes(), "light").numpy()[..., 0]
    columns = (bent @ np.arange(28)) / np.maximum(bent.sum(axis=2), 1)
    columns = columns[:, 8:20]  # the ends are bent up and down too
    assert np.ptp(columns, axis=1).max() > 1
    assert np.ptp(columns, axis=1).min() < 0.5  # some hardly
    assert np.abs(columns - 14).max() < 5
    assert np.abs(np.diff(columns, axis=1)).max() < 2
    assert len(np.unique(columns.round(4), axis=0)) == 200


def sampled(pixels, down=0.0, right=0.0):
    """The images, each pixel taken from so far below and to the right of it."""
    rows, columns = np.indices((28, 28), "float32")
    places = [
        np.repeat(place[None], len(pixels), axis=0) for place in (rows + down, columns + right)
    ]
    return augmentation._sampled(pixels, *places).numpy()


def test_pixels_taken_from_their_own_places_stay_and_from_others_move():
    pixels = np.random.default_rng(0).integers(0, 256, (2, 28, 28, 1)).astype("float32")
    np.testing.assert_allclose(sampled(pixels), pixels)
    moved = sampled(pixels, down=1, right=-2)
    np.testing.assert_allclose(moved[:, :-1, 2:], pixels[:, 1:, :-2])
    assert not moved[:, -1].any()
    assert not moved[:, :, :2].any()


def test_pixels_between_others_are_interpolated():
    pixels = np.random.default_rng(0).integers(0, 256, (1, 28, 28, 1)).astype("float32")
    across = (pixels[:, :, :-1] + pixels[:, :, 1:]) / 2
    expected = 0.75 * across[:, :-1] + 0.25 * across[:, 1:]
    np.testing.assert_allclose(sampled(pixels, 0.25, 0.5)[:, :-1, :-1], expected, rtol=1e-4)


def test_a_pen_makes_lines_wider_or_thinner_and_keeps_their_blackness(monkeypatch):
    only(monkeypatch, pen=0.5)
    images = strokes()
    changed = augmented(images, "light").numpy()
    ink = changed.sum(axis=(1, 2, 3)) / images[0].sum()
    assert ink.min() < 0.95
    assert ink.max() > 1.2
    assert 0.3 < np.mean(ink > 1) < 0.7
    assert changed.min() >= 0
    np.testing.assert_allclose(changed.max(axis=(1, 2, 3)), 255, rtol=1e-5)
    center = (changed[:, 14, :, 0] @ np.arange(28)) / changed[:, 14, :, 0].sum(axis=1)
    np.testing.assert_allclose(center, 14, atol=0.01)


def test_a_line_of_one_pixel_does_not_vanish_under_the_thinnest_pen():
    images = np.zeros((1, 28, 28, 1), "float32")
    images[:, 4:24, 14] = 255
    thinned = augmentation._with_line_width(images, tf.fill([1, 1, 1, 1], -0.3)).numpy()
    assert thinned.max() == pytest.approx(255)
    assert thinned.sum() > 0.7 * images.sum()


def test_blank_images_stay_blank_under_every_pen():
    blank = np.zeros((2, 28, 28, 1), "float32")
    for share in (-0.5, 0.5):
        assert not augmentation._with_line_width(blank, tf.fill([2, 1, 1, 1], share)).numpy().any()


def test_every_batch_and_epoch_and_call_has_random_numbers_of_its_own():
    numbers = set()
    for seed, epoch, step in [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]:
        random = RandomNumbers(seed, *tf.constant([epoch, step], tf.int64))
        numbers |= {float(random.uniform([])), float(random.uniform([])), float(random.normal([]))}
    assert len(numbers) == 12


def test_the_pen_looks_at_the_eight_neighbors():
    images = np.zeros((1, 28, 28, 1), "float32")
    images[0, 10, 20] = 255
    wider = augmentation._of_neighbors(images, tf.maximum).numpy()[0, ..., 0]
    expected = np.zeros((28, 28))
    expected[9:12, 19:22] = 255
    np.testing.assert_array_equal(wider, expected)
    white = np.full((1, 28, 28, 1), 255, "float32")
    thinner = augmentation._of_neighbors(white, tf.minimum).numpy()[0, ..., 0]
    assert thinner[1:-1, 1:-1].min() == 255
    assert thinner[[0, -1]].max() == 0  # beside the image is paper


def test_contrast_hardens_soft_edges_and_leaves_paper_and_ink(monkeypatch):
    only(monkeypatch, contrast=2.0)
    images = strokes()
    changed = augmented(images, "light").numpy()
    np.testing.assert_allclose(changed[images == 0], 0)
    np.testing.assert_allclose(changed[images == 255], 255)
    edges = changed[:, 10, 12, 0]
    assert edges.max() <= 100.001  # darker than the middle gray, so never lighter
    assert edges.min() >= 127.5 - 2 * 27.5 - 0.001
    assert np.ptp(edges) > 20


def test_about_the_named_share_of_images_is_left_untouched(monkeypatch):
    only(monkeypatch, shift=3, p_identity=0.25)
    images = dots(800, 13, 13)
    same = (augmented(images, "light").numpy() == images).all(axis=(1, 2, 3))
    assert same.mean() == pytest.approx(0.25, abs=0.05)


def test_hands_changes_most_images_each_in_its_own_way_and_leaves_some():
    images = strokes(400)
    changed = augmented(images, "handwriting").numpy()
    same = (changed == images).all(axis=(1, 2, 3))
    assert same.mean() == pytest.approx(AUGMENTATIONS["handwriting"].p_identity, abs=0.06)
    different = changed[~same]
    assert len(np.unique(different, axis=0)) == len(different)
    assert np.isfinite(changed).all()

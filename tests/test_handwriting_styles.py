import numpy as np
import pytest

from cnn.data.mnist import Digits, read_sample
from cnn.drawing.pen import image_from_strokes
from cnn.training.handwriting_styles import STYLES, restyle, restyled_share
from cnn.training.lines import StyleTransform

# Plain digits as strokes, to know where ink is added.
PLAIN = {
    1: [[(50, 0), (50, 100)]],
    4: [[(20, 0), (0, 60), (50, 60)], [(50, 0), (50, 100)]],
    7: [[(0, 0), (60, 0), (30, 100)]],
    9: [[(50, 20), (25, 0), (0, 20), (25, 50), (50, 20), (50, 100)]],
}


def plain(label, count=60):
    """The same plain digit many times."""
    image = image_from_strokes(PLAIN[label])
    return Digits(np.repeat(image[None], count, axis=0), np.full(count, label, np.uint8))


def repeated_digit(label, count=20):
    """The same digit of MNIST many times."""
    train, _ = read_sample()
    image = train.images[np.flatnonzero(train.labels == label)[0]]
    return Digits(np.repeat(image[None], count, axis=0), np.full(count, label, np.uint8))


@pytest.fixture(scope="module")
def sample():
    """300 digits of MNIST, 30 of each."""
    train, _ = read_sample()
    chosen = np.concatenate([np.flatnonzero(train.labels == digit)[:30] for digit in range(10)])
    return Digits(train.images[chosen], train.labels[chosen])


@pytest.fixture(scope="module")
def restyled(sample):
    return restyle(sample, seed=0)


def widths(images):
    """How many columns of each image have ink."""
    return (images > 80).any(axis=1).sum(axis=1)


def ink(images, rows, columns):
    """How much ink, in full pixels, these places of each image have."""
    return images[:, rows, columns].sum(axis=(1, 2)) / 255


def test_digits_that_are_written_alike_everywhere_stay_and_the_others_change(sample, restyled):
    alike = np.isin(sample.labels, (0, 6, 8))
    np.testing.assert_array_equal(restyled[alike], sample.images[alike])
    assert (restyled[~alike] != sample.images[~alike]).any(axis=(1, 2)).all()
    for label in STYLES:  # each in its own way
        assert len(np.unique(restyle(repeated_digit(label), seed=0), axis=0)) == 20
    shares = restyled_share(np.array([7, *range(10)], np.uint8))
    assert shares[[1, 7, 9]].tolist() == [0, 0, 0]
    assert all(0 < share <= 0.5 for share in shares[[0, 2, 3, 4, 5, 6, 8, 10]])
    assert shares[0] == shares[8]


def test_changed_digits_have_the_form_of_mnist(sample, restyled):
    assert restyled.shape == sample.images.shape
    assert restyled.dtype == np.uint8
    changed = restyled[~np.isin(sample.labels, (0, 6, 8))]
    visible = changed > 0.3 * 255
    for axis in (1, 2):
        seen = visible.any(axis=axis)
        extents = 28 - seen.argmax(axis=1) - seen[:, ::-1].argmax(axis=1)
        assert extents.max() <= 21  # 20, and what lies between two pixels
    shares = changed / changed.sum(axis=(1, 2), keepdims=True)
    centers = np.einsum("nrc,krc->nk", shares, np.indices((28, 28)))
    assert np.abs(centers - 14).max() < 0.3


def test_the_same_seed_gives_the_same_styles_and_another_one_others(sample, restyled):
    before = sample.images.copy()
    np.testing.assert_array_equal(restyle(sample, seed=0), restyled)
    assert not np.array_equal(restyle(sample, seed=1), restyled)
    np.testing.assert_array_equal(sample.images, before)


def test_ones_get_a_flag_to_the_left_or_a_base_and_so_are_wider():
    before = plain(1)
    after = restyle(before, seed=0)
    assert np.mean(widths(after) > widths(before.images)) > 0.9
    stem, left, right = np.transpose([_stem_and_sides(image) for image in after])
    assert np.mean(stem - left > 3) > 0.7  # flags
    assert np.mean(right - stem > 3) < 0.1  # and none to the right
    bottoms = np.array([np.flatnonzero((image > 80).any(axis=1))[-1] for image in after])
    feet = np.stack([image[row - 4 : row + 1] for image, row in zip(after, bottoms, strict=True)])
    assert 0.2 < np.mean(widths(feet) > 6) < 0.7  # bases


def _stem_and_sides(image):
    """Where a 1 stands, where its ink begins above that and where it ends, in columns."""
    rows = np.flatnonzero((image > 80).any(axis=1))
    upper = np.flatnonzero((image[: rows.mean().astype(int)] > 80).any(axis=0))
    return np.flatnonzero(image[rows[-1]] > 80).mean(), upper[0], upper[-1]


def test_a_seven_gets_a_bar_on_both_sides_of_its_stem():
    before = plain(7)
    after = restyle(before, seed=0)
    assert not _sticks_out_on_both_sides(before.images[0])
    assert np.mean([_sticks_out_on_both_sides(image) for image in after]) > 0.5


def _sticks_out_on_both_sides(image):
    """Whether ink lies left and right of the line from a 7's stem below its roof to its foot."""
    ends = [np.flatnonzero(image[row] > 80).mean() for row in (10, 22)]
    stem = np.interp(np.arange(12, 21), (10, 22), ends)
    columns = [np.flatnonzero(row > 80) for row in image[12:21]]
    left = max(place - ink[0] for place, ink in zip(stem, columns, strict=True))
    right = max(ink[-1] - place for place, ink in zip(stem, columns, strict=True))
    return min(left, right) > 2.5


def test_a_nine_gets_a_tail_at_its_bottom_left():
    before = plain(9)
    after = restyle(before, seed=0)
    bottom_left = slice(17, 27), slice(3, 14)
    assert ink(before.images, *bottom_left).max() < 2
    assert np.mean(ink(after, *bottom_left) > 4) > 0.8


def test_most_fours_lose_the_upper_part_of_their_right_stem():
    before = plain(4)
    after = restyle(before, seed=0)
    stem_ends = np.array([np.flatnonzero((image[:, 15:] > 80).any(axis=1))[0] for image in after])
    left_ends = np.array([np.flatnonzero((image[:, :14] > 80).any(axis=1))[0] for image in after])
    assert 0.4 < np.mean(stem_ends > left_ends + 2) < 0.9


@pytest.mark.parametrize(("label", "is_top", "sign"), [(2, False, 1), (3, True, -1), (5, True, 1)])
def test_a_line_is_extended_from_its_end(label, is_top, sign):
    digits = repeated_digit(label, count=50)  # lines as added; fitting would move all ink
    style = StyleTransform(digits.images, np.random.default_rng(0))
    STYLES[label].add(style)
    (start,), (end,) = style.starts, style.ends
    assert np.all((start[:, 1] < (style.top + style.bottom) / 2) == is_top)
    assert np.all(sign * (end - start)[:, 0] > 0)
    here = np.rint(start).astype(int)
    near = np.stack([digits.images[np.arange(50), here[:, 1], here[:, 0] + x] for x in (-1, 0, 1)])
    assert near.max(axis=0).min() > 80  # it begins on the ink


@pytest.mark.parametrize("chosen", [[], [40], [40, 41, 215], [0]])
def test_few_digits_and_only_some_of_the_ten_are_enough(sample, chosen):
    chosen = np.array(chosen, int)
    digits = Digits(sample.images[chosen], sample.labels[chosen])
    assert restyle(digits, seed=0).shape == (len(chosen), 28, 28)


@pytest.mark.parametrize("label", range(10))
@pytest.mark.filterwarnings("error")
def test_an_image_without_ink_stays_so_and_does_not_harm_the_others(label):
    images = np.zeros((3, 28, 28), np.uint8)
    images[1, 13:15, 13:15] = 60  # fainter than any line
    images[2, 14, 5:20] = 255  # a single row
    changed = restyle(Digits(images, np.full(3, label, np.uint8)), seed=0)
    assert not changed[0].any()
    assert changed[1].any()
    assert changed[2].max() > 200

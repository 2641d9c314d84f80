import numpy as np
import pytest

from cnn.training.lines import MAX_WIDTH, MIN_WIDTH, StyleTransform, curve, fit_in_box, pen_widths


def bar(width, top=4, bottom=24, left=13):
    """An image (28, 28) of an upright line."""
    image = np.zeros((28, 28), np.uint8)
    image[top:bottom, left : left + width] = 255
    return image


def center(image):
    """Where the ink is on average: row and column."""
    return np.array([axis @ np.arange(28) for axis in (image.sum(1), image.sum(0))]) / image.sum()


def extent(image):
    """How many rows and columns have visible ink."""
    visible = np.asarray(image) > 0.3
    return tuple(int(np.ptp(np.flatnonzero(visible.any(axis=axis)))) + 1 for axis in (1, 0))


def test_a_pen_is_as_wide_as_the_lines_whatever_their_length():
    images = np.stack([bar(2), bar(3), bar(4), bar(3, top=6, bottom=20)])
    assert pen_widths(images) == pytest.approx([2, 3, 4, 3], rel=0.2)
    images = np.stack([np.zeros((28, 28), np.uint8), np.full((28, 28), 255, np.uint8)])
    assert pen_widths(images).tolist() == pytest.approx([MIN_WIDTH, MAX_WIDTH])


@pytest.mark.parametrize("shape", [(44, 30), (28, 50), (40, 28), (28, 28)])
def test_an_image_of_any_size_fits_into_the_box_with_its_proportions(shape):
    ink = np.zeros((1, *shape), np.float32)
    ink[0, 1:-1, 1:-1] = 1
    (fitted,) = fit_in_box(ink, np.ones(1))
    height, width = extent(fitted)
    assert fitted.shape == (28, 28)
    assert max(height, width) == pytest.approx(20, abs=1)
    assert height / width == pytest.approx((shape[0] - 2) / (shape[1] - 2), rel=0.15)
    np.testing.assert_allclose(center(fitted), [14, 14], atol=0.1)


def test_stretching_changes_the_width_and_never_leaves_the_box():
    ink = np.zeros((3, 28, 28), np.float32)
    ink[:, 5:23, 8:18] = 1  # 18 high, 10 wide
    same, narrow, wide = fit_in_box(ink, np.array([1, 0.5, 3.0]))
    assert extent(same) == pytest.approx((18, 10), abs=1)
    assert extent(narrow) == pytest.approx((18, 5), abs=1)
    assert extent(wide) == pytest.approx((12, 20), abs=1)  # as 30 wide would not fit


def test_a_small_image_is_centered_by_its_mass_and_not_enlarged_and_a_blank_one_stays_blank():
    ink = np.zeros((2, 28, 28), np.float32)
    ink[1, 2:8, 3:5] = 1
    blank, small = fit_in_box(ink, np.ones(2))
    assert not blank.any()
    assert small.sum() == pytest.approx(12, rel=1e-3)
    assert extent(small) == pytest.approx((6.5, 2.5), abs=0.5)  # it may lie between pixels
    np.testing.assert_allclose(center(small), [14, 14], atol=0.01)


def test_lines_are_added_to_the_ink_that_is_there_and_to_the_chosen_images():
    style = StyleTransform(np.stack([bar(3), bar(3)]), np.random.default_rng(0))
    left, right = (np.array([[column, 14.0]] * 2) for column in (6, 22))
    style.line((left, right), np.array([True, False]), ink=np.array([[14.0, 14]] * 2))
    style.line(curve(left, left, right, 6), np.array([True, False]))
    crossed, plain = style.drawn(np.ones(2))
    assert extent(crossed / 255) == pytest.approx((20, 19), abs=1)
    assert extent(plain / 255) == pytest.approx((20, 11), abs=1)  # a dot at the first point
    assert crossed.max() == plain.max() == 255


def test_many_images_are_drawn_as_each_alone():
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (300, 28, 28), np.uint8)
    start, end = generator.uniform(0, 28, (2, 300, 2))

    def drawn(chosen):
        style = StyleTransform(images[chosen], generator)
        style.line((start[chosen], end[chosen]))
        return style.drawn(np.ones(len(images[chosen]))).astype(int)

    together = drawn(slice(None))
    for one in (0, 127, 128, 299):
        np.testing.assert_allclose(together[one], drawn(slice(one, one + 1))[0], atol=1)

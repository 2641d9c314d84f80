import numpy as np
import pytest

from cnn.training.lines import MARGIN, MAX_WIDTH, MIN_WIDTH, draw_in_box, fit_in_box, pen_widths


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


def drawn(canvas, start, end, pen=2.0, stretch=1.0):
    """One image with one line added."""
    lines = (np.array([[point]], float) for point in (start, end))
    return draw_in_box(canvas[None], *lines, np.array([pen]), np.array([stretch]))[0]


def test_a_line_is_as_wide_as_it_was_drawn():
    assert pen_widths(np.stack([bar(2), bar(3), bar(4)])) == pytest.approx([2, 3, 4], rel=0.2)


def test_the_width_of_a_line_does_not_depend_on_its_length():
    short, long = pen_widths(np.stack([bar(3, top=12, bottom=18), bar(3)]))
    assert short == pytest.approx(long, abs=0.6)


def test_blank_and_black_images_have_a_width_too():
    images = np.stack([np.zeros((28, 28), np.uint8), np.full((28, 28), 255, np.uint8)])
    assert pen_widths(images).tolist() == pytest.approx([MIN_WIDTH, MAX_WIDTH])


def test_a_small_image_is_centered_by_its_mass_and_not_enlarged():
    ink = np.zeros((1, 28, 28), np.float32)
    ink[0, 2:8, 3:5] = 1
    (fitted,) = fit_in_box(ink, np.ones(1))
    assert fitted.sum() == pytest.approx(12, rel=1e-3)
    assert extent(fitted) in [(6, 2), (7, 3), (6, 3), (7, 2)]  # it may lie between pixels
    np.testing.assert_allclose(center(fitted), [14, 14], atol=0.01)


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


def test_an_image_without_ink_stays_without():
    ink = np.zeros((2, 28, 28), np.float32)
    ink[1, 10:20, 10:12] = 1
    blank, line = fit_in_box(ink, np.ones(2))
    assert not blank.any()
    assert line.sum() == pytest.approx(20, rel=1e-3)


def test_a_drawn_line_has_the_length_and_the_width_of_its_pen():
    blank = np.zeros((44, 44), np.uint8)
    image = drawn(blank, (22, 14), (22, 30), pen=3)
    assert image.sum() / 255 == pytest.approx(3 * 16 + np.pi * 1.5**2, rel=0.03)
    assert extent(image / 255) == pytest.approx((19, 3), abs=1)
    assert image.dtype == np.uint8


def test_a_line_without_length_is_a_dot():
    image = drawn(np.zeros((44, 44), np.uint8), (22, 22), (22, 22), pen=4)
    assert image.sum() / 255 == pytest.approx(np.pi * 2**2, rel=0.1)


def test_lines_are_added_to_the_ink_that_is_there_and_in_their_own_image():
    canvas = np.pad(np.stack([bar(3), bar(3)]), ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)))
    left, middle, right = ((column + MARGIN, 14 + MARGIN) for column in (6, 14, 22))
    starts, ends = (np.array([[end], [middle]], float) for end in (left, right))
    crossed, plain = draw_in_box(canvas, starts, ends, np.full(2, 2.5), np.ones(2))
    assert extent(plain / 255) == pytest.approx((20, 3), abs=1)
    assert extent(crossed / 255) == pytest.approx((20, 19), abs=1)
    assert crossed.max() == plain.max() == 255


def test_many_images_are_drawn_as_each_alone():
    generator = np.random.default_rng(0)
    canvas = np.pad(
        generator.integers(0, 256, (300, 28, 28), np.uint8),
        ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)),
    )
    starts, ends = generator.uniform(8, 36, (2, 300, 3, 2))
    pens, stretch = generator.uniform(2, 4, 300), generator.uniform(0.8, 1.2, 300)
    together = draw_in_box(canvas, starts, ends, pens, stretch)
    for one in (0, 127, 128, 299):
        only = slice(one, one + 1)
        alone = draw_in_box(canvas[only], starts[only], ends[only], pens[only], stretch[only])
        np.testing.assert_allclose(together[only].astype(int), alone, atol=1)

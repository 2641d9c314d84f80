import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy import ndimage

from cnn.drawing.pen import image_from_strokes
from tests.drawn import LINE, difference, drawings, extent, moved


@given(drawings)
@example([[(5.0, 5.0)]])
@example([[(0.0, 0.0), (5e-324, 0.0)]])
def test_any_strokes_fill_a_28_by_28_image_and_are_centered_uncut(strokes):
    image = image_from_strokes(strokes)
    assert (image.shape, image.dtype) == ((28, 28), np.uint8)
    assert image.max() > 200
    assert image[[0, 0, -1, -1], [0, -1, 0, -1]].max() == 0
    off_center = np.abs(np.array(ndimage.center_of_mass(image)) - 14).max()
    border = (image[:2], image[-2:], image[:, :2], image[:, -2:])
    assert off_center < 0.3 or max(map(np.max, border)) > 0
    height, width = (np.ptp(np.nonzero(image.max(axis=axis) > 60)[0]) for axis in (1, 0))
    assert 18 <= max(height, width) <= 20 or extent(strokes) < 1e-6


@settings(max_examples=60)
@given(drawings, st.floats(-500, 500), st.floats(-500, 500), st.floats(0.05, 20))
def test_neither_place_nor_size_of_the_strokes_changes_the_image(strokes, x, y, scale):
    assume(extent(strokes) > 1)
    image, other = (image_from_strokes(one) for one in (strokes, moved(strokes, (x, y), scale)))
    assert difference(image, other) <= 1


def test_a_vertical_line_has_its_proportions_and_mnists_pen_width_however_many_its_points():
    image = image_from_strokes(LINE)
    across = image[14] / 255
    assert across.sum() == pytest.approx(2.5, abs=0.1)
    assert np.count_nonzero(across) <= 4
    assert image.max(axis=1).astype(bool).sum() in (20, 21)
    many = image_from_strokes([[(100.0, 40 + 200 * i / 999) for i in range(1000)]])
    assert difference(image, many) <= 1


def test_a_lone_point_is_a_dot_in_the_middle_or_beside_a_stroke():
    image = image_from_strokes([[(200.0, 30.0)]])
    assert ndimage.center_of_mass(image) == pytest.approx((14, 14), abs=0.01)
    assert np.count_nonzero(image) <= 16
    assert ndimage.label(image_from_strokes([*LINE, [(180.0, 240.0)]]) > 127)[1] == 2


def test_a_lopsided_drawing_stays_whole():
    column = [(20.0 * (i % 2), 2.8 * i) for i in range(101)]
    image = image_from_strokes([column, [(0.0, 140.0), (280.0, 140.0)]])
    assert ndimage.center_of_mass(image)[1] < 13
    assert np.ptp(np.nonzero(image.max(axis=0) > 60)[0]) == 19


@pytest.mark.parametrize("strokes", [[], [[]], [[], []]])
def test_no_strokes_say_that_there_is_nothing_to_read(strokes):
    with pytest.raises(ValueError, match="nothing to read yet: draw a digit"):
        image_from_strokes(strokes)

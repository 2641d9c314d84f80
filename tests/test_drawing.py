import json
import math

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from scipy import ndimage

from cnn.canvas import strokes_from_canvas
from cnn.drawing import image_from_picture, image_from_strokes
from cnn.strokes import check_strokes

SEVEN = [[(80.0, 60.0), (180.0, 60.0), (120.0, 220.0)], [(100.0, 140.0), (160.0, 140.0)]]
LINE = [[(100.0, 40.0), (100.0, 240.0)]]

points = st.tuples(st.floats(0, 280), st.floats(0, 280))
drawings = st.lists(st.lists(points, min_size=1, max_size=6), min_size=1, max_size=4)


def extent(strokes):
    corners = np.concatenate(strokes)
    return float((corners.max(axis=0) - corners.min(axis=0)).max())


def moved(strokes, shift=(0.0, 0.0), scale=1.0):
    return [[(scale * x + shift[0], scale * y + shift[1]) for x, y in line] for line in strokes]


def difference(image, other):
    return np.abs(image.astype(int) - other).max()


# Strokes


@given(drawings)
@example([[(5.0, 5.0)]])
@example([[(0.0, 0.0), (5e-324, 0.0)]])
def test_any_strokes_give_a_28_by_28_image_with_full_ink_and_dark_corners(strokes):
    image = image_from_strokes(strokes)
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    assert image.max() > 200
    assert image[[0, 0, -1, -1], [0, -1, 0, -1]].max() == 0


@given(drawings)
def test_the_centre_of_mass_is_in_the_middle_or_the_ink_reaches_the_border(strokes):
    image = image_from_strokes(strokes)
    off_centre = np.abs(np.array(ndimage.center_of_mass(image)) - 14).max()
    border = np.concatenate([image[:2].ravel(), image[-2:].ravel(), image[:, :2].ravel()])
    assert off_centre < 0.3 or max(border.max(), image[:, -2:].max()) > 0


@given(drawings)
def test_ink_is_never_cut_off_by_centring(strokes):
    image = image_from_strokes(strokes)
    unmoved = image_from_strokes([*strokes, *moved(strokes)])
    height = np.ptp(np.nonzero(image.max(axis=1) > 60)[0])
    width = np.ptp(np.nonzero(image.max(axis=0) > 60)[0])
    assert 18 <= max(height, width) <= 20 or extent(strokes) < 1e-6
    assert difference(image, unmoved) <= 1


@settings(max_examples=60)
@given(drawings, st.floats(-500, 500), st.floats(-500, 500), st.floats(0.05, 20))
def test_neither_place_nor_size_of_the_strokes_changes_the_image(strokes, x, y, scale):
    assume(extent(strokes) > 1)
    assert (
        difference(image_from_strokes(strokes), image_from_strokes(moved(strokes, (x, y), scale)))
        <= 1
    )


def test_a_vertical_line_keeps_its_proportions_and_has_mnists_pen_width():
    image = image_from_strokes(LINE)
    across = image[14] / 255
    assert across.sum() == pytest.approx(2.5, abs=0.1)
    assert np.count_nonzero(across) <= 4
    assert image.max(axis=1).astype(bool).sum() in (20, 21)


def test_one_point_is_a_dot_in_the_middle():
    image = image_from_strokes([[(200.0, 30.0)]])
    assert ndimage.center_of_mass(image) == pytest.approx((14, 14), abs=0.01)
    assert np.count_nonzero(image) <= 16


def test_a_lone_point_beside_a_stroke_is_drawn_too():
    image = image_from_strokes([*LINE, [(180.0, 240.0)]])
    assert ndimage.label(image > 127)[1] == 2


def test_a_lopsided_drawing_stays_whole():
    column = [(20.0 * (i % 2), 2.8 * i) for i in range(101)]
    image = image_from_strokes([column, [(0.0, 140.0), (280.0, 140.0)]])
    assert ndimage.center_of_mass(image)[1] < 13
    assert np.ptp(np.nonzero(image.max(axis=0) > 60)[0]) == 19


def test_many_segments_are_drawn_like_few():
    few = image_from_strokes(LINE)
    many = image_from_strokes([[(100.0, 40 + 200 * i / 999) for i in range(1000)]])
    assert difference(few, many) <= 1


@pytest.mark.parametrize("strokes", [[], [[]], [[], []]])
def test_no_strokes_say_that_there_is_nothing_to_read(strokes):
    with pytest.raises(ValueError, match="nothing to read yet: draw a digit"):
        image_from_strokes(strokes)


# Pictures


def picture_of(strokes, pen=12, paper=0, ink=255):
    image = Image.new("L", (280, 280), paper)
    for line in strokes:
        ImageDraw.Draw(image).line(line, fill=ink, width=pen, joint="curve")
    return np.asarray(image)


def test_light_on_dark_and_dark_on_light_are_the_same_digit():
    assert (
        difference(
            image_from_picture(picture_of(SEVEN)),
            image_from_picture(picture_of(SEVEN, paper=255, ink=0)),
        )
        == 0
    )


def test_a_faint_digit_on_grey_paper_gets_full_ink():
    assert (
        difference(
            image_from_picture(picture_of(SEVEN)),
            image_from_picture(picture_of(SEVEN, paper=140, ink=90)),
        )
        <= 1
    )


def test_a_picture_of_strokes_looks_like_the_strokes():
    picture, strokes = image_from_picture(picture_of(SEVEN, pen=22)), image_from_strokes(SEVEN)
    assert np.abs(picture.astype(int) - strokes).mean() < 12


def test_where_and_how_large_a_digit_is_in_the_picture_does_not_matter():
    large = picture_of(SEVEN)
    small = np.zeros((900, 500), np.uint8)
    small[700:840, 300:440] = large[::2, ::2]
    assert np.abs(image_from_picture(large).astype(int) - image_from_picture(small)).mean() < 4


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_grey_and_coloured_pictures_are_read_alike(mode):
    expected = image_from_picture(picture_of(SEVEN))
    image = np.asarray(Image.fromarray(picture_of(SEVEN)).convert(mode))
    assert difference(image_from_picture(image), expected) <= 1


@pytest.mark.parametrize("ink", [0, 255])
def test_ink_on_a_transparent_picture_is_seen_whatever_its_colour(ink):
    pixels = np.full((280, 280, 4), ink, np.uint8)
    pixels[..., 3] = picture_of(SEVEN)
    assert difference(image_from_picture(pixels), image_from_picture(picture_of(SEVEN))) <= 1


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 60), st.integers(1, 60))
def test_a_block_of_any_shape_fits_the_box_and_is_centred(height, width, top, left):
    pixels = np.zeros((120, 120), np.uint8)
    pixels[top : top + height, left : left + width] = 200
    image = image_from_picture(pixels)
    rows, columns = np.nonzero(image)
    assert max(np.ptp(rows), np.ptp(columns)) == 19
    assert ndimage.center_of_mass(image) == pytest.approx((14, 14), abs=0.6)


def test_a_yes_or_no_picture_is_read():
    assert image_from_picture(picture_of(SEVEN) > 127).max() == 255


@pytest.mark.parametrize(
    ("pixels", "sentence"),
    [
        (np.zeros((28, 28), np.uint8), "picture is empty"),
        (np.full((1, 1), 9, np.uint8), "picture is empty"),
        (np.random.default_rng(0).integers(120, 130, (50, 50)), "picture is empty"),
        (np.zeros((10, 10, 4), np.uint8), "picture is empty"),
        (np.zeros((0, 5), np.uint8), "no pixels"),
        (np.zeros((5, 5, 2), np.uint8), "expected were rows of pixels"),
        (np.zeros(9, np.uint8), "expected were rows of pixels"),
        (np.full((5, 5), "x"), "expected were rows of pixels"),
        (np.full((5, 5), np.nan), "numbers from 0 to 255"),
        (np.full((5, 5), -1), "numbers from 0 to 255"),
        (np.full((5, 5), 65_535, np.uint16), "numbers from 0 to 255"),
        (np.broadcast_to(np.uint8(0), (20_000, 20_000)), "too large"),
    ],
)
def test_a_picture_without_a_digit_is_named(pixels, sentence):
    with pytest.raises(ValueError, match=sentence):
        image_from_picture(pixels)


# The pad. `drawn` is what the component sent for a stroke drawn with the mouse.


def drawn(**changes):
    path = [["M", 49.982, 60], ["Q", 50, 60, 75, 60], ["Q", 100, 60, 125, 60]]
    path += [["Q", 150, 60, 125, 130], ["L", 99.982, 200.018]]
    place = {"left": 96.866, "top": 130.009, "originX": "center", "originY": "center"}
    return (
        {"type": "Path", "strokeWidth": 18, "scaleX": 1, "angle": 0, "path": path} | place | changes
    )


def on_pad(*objects):
    return strokes_from_canvas({"version": "7.4.0", "objects": list(objects), "background": "#000"})


@pytest.mark.parametrize(
    "json_data", [None, {}, {"objects": []}, {"objects": [], "background": ""}]
)
def test_an_empty_pad_has_no_strokes(json_data):
    assert strokes_from_canvas(json_data) == ()


def test_a_stroke_is_where_it_was_drawn():
    (stroke,) = on_pad(drawn())
    assert stroke[0] == pytest.approx((49.982, 60), abs=0.01)
    assert stroke[-1] == pytest.approx((99.982, 200.018), abs=0.01)
    assert (125, 60) in [pytest.approx(point, abs=0.01) for point in stroke]


def test_a_curve_becomes_points_on_the_curve():
    (stroke,) = on_pad(drawn())
    x, y = np.array(stroke).T
    assert x.max() == pytest.approx(137.5, abs=0.1)
    assert np.hypot(x - 137.5, y - 77.5).min() < 0.1


@pytest.mark.parametrize(
    ("changes", "first", "last"),
    [
        ({"left": 116.866, "top": 160.009}, (69.982, 90), (119.982, 230.018)),
        ({"scaleX": 2, "scaleY": 0.5}, (3.098, 95.0045), (103.098, 165.0135)),
        ({"flipX": True}, (143.75, 60), (93.75, 200.018)),
        ({"angle": 90}, (166.875, 83.125), (26.857, 133.125)),
        ({"skewX": 45}, (-20.027, 60), (169.991, 200.018)),
        ({"scaleX": 2, "skewX": 45}, (-136.92, 60), (243.115, 200.018)),
        ({"scaleX": 2, "angle": 90}, (166.875, 36.241), (26.857, 136.24)),
        (
            {"originX": "left", "originY": "top", "left": 40.982, "top": 51},
            (49.982, 60),
            (99.982, 200.018),
        ),
        ({"originX": "right", "left": 152.75}, (49.982, 60), (99.982, 200.018)),
    ],
)
def test_a_moved_turned_or_scaled_stroke_is_where_it_is_seen(changes, first, last):
    (stroke,) = on_pad(drawn(**changes))
    assert stroke[0] == pytest.approx(first, abs=0.01)
    assert stroke[-1] == pytest.approx(last, abs=0.01)


@pytest.mark.parametrize(
    "path", [[["M", 9.982, 9], ["L", 10.018, 9]], [["M", 9, 9], ["L", 11, 9]], [["M", 10, 9]]]
)
def test_a_click_is_one_point(path):
    (stroke,) = on_pad({"type": "Path", "path": path, "strokeWidth": 18, "left": 10, "top": 9})
    assert stroke == (pytest.approx((10, 9)),)


def test_strokes_keep_their_places_relative_to_each_other():
    assert [len(stroke) > 1 for stroke in on_pad(drawn(), drawn(left=200))] == [True, True]
    first, second = on_pad(drawn(), drawn(left=196.866))
    assert np.array(second) - np.array(first) == pytest.approx(np.tile([100, 0], (len(first), 1)))


@pytest.mark.parametrize(
    ("json_data", "sentence"),
    [
        ("drawing", "sent something that is no drawing"),
        ([], "sent something that is no drawing"),
        ({"objects": {}}, "sent something that is no drawing"),
        ({"objects": None}, "sent something that is no drawing"),
        ({"objects": [None]}, "something else than pen strokes"),
        ({"objects": [{"type": "Rect"}]}, "something else than pen strokes"),
        ({"objects": [drawn(path=None)]}, "no points"),
        ({"objects": [drawn(path=[])]}, "no points"),
        ({"objects": [drawn(path="M 0 0")]}, "no points"),
        ({"objects": [drawn(path=[["L", 1, 2]])]}, "can't be understood"),
        ({"objects": [drawn(path=[["M", 1, 2], ["M", 1, 2]])]}, "can't be understood"),
        ({"objects": [drawn(path=[["M", 1, 2], ["Q", 1, 2]])]}, "can't be understood"),
        ({"objects": [drawn(path=[["M", 1, 2], ["L", 1, 2, 3]])]}, "can't be understood"),
        ({"objects": [drawn(path=[[]])]}, "can't be understood"),
        ({"objects": [drawn(path=[7])]}, "can't be understood"),
        ({"objects": [drawn(path=[["M", 1, "2"]])]}, "made of numbers, and '2' is none"),
        ({"objects": [drawn(path=[["M", 1, math.nan]])]}, "and nan does not"),
        ({"objects": [drawn(left=math.inf)]}, "and inf does not"),
        ({"objects": [drawn(scaleX=1e9)]}, "between -1,000,000 and 1,000,000"),
        ({"objects": [drawn(scaleX=1e5)]}, "between -1,000,000 and 1,000,000"),
        ({"objects": [drawn(skewX=90)]}, "between -1,000,000 and 1,000,000"),
        ({"objects": [drawn(angle=None)]}, "made of numbers"),
        ({"objects": [drawn(strokeWidth=True)]}, "made of numbers"),
        ({"objects": [drawn()] * 1_001}, "more than 1,000 strokes"),
        ({"objects": [drawn(path=[["M", 1, 2]] * 100_001)]}, "more than 100,000 points"),
        (
            {"objects": [drawn(path=[["M", 1, 2], *[["Q", 9e5, 9e5, 0, 0]] * 2_000])]},
            "more than 100,000 points",
        ),
    ],
)
def test_what_is_no_drawing_is_refused_with_a_sentence(json_data, sentence):
    with pytest.raises(ValueError, match=sentence):
        strokes_from_canvas(json_data)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from("MLQZ"),
    lambda inner: st.lists(inner, max_size=5) | st.just({"type": "Path"}),
    max_leaves=20,
)


@given(
    json_values, st.sampled_from(["path", "left", "angle", "scaleX", "skewY", "originX", "flipX"])
)
def test_whatever_a_browser_sends_is_a_drawing_or_a_sentence(value, key):
    try:
        strokes = on_pad(drawn(**{key: value}))
    except ValueError:
        return
    assert image_from_strokes(strokes).max() > 0


# Strokes from outside


def test_good_strokes_are_returned_as_points():
    assert check_strokes(json.loads("[[[1, 2], [3.5, 4]], [[5, 6]]]")) == (
        ((1, 2), (3.5, 4)),
        ((5, 6),),
    )


@pytest.mark.parametrize(
    ("strokes", "sentence"),
    [
        ("null", "must be a list"),
        ('{"x": 1}', "must be a list"),
        ('"strokes"', "must be a list"),
        ("[]", "no strokes to read"),
        ("[[]]", "Stroke 1 must be a list of points"),
        ("[[[1, 2]], 7]", "Stroke 2 must be a list of points"),
        ("[[1, 2]]", "A point must be two numbers"),
        ("[[[1]]]", "A point must be two numbers"),
        ("[[[1, 2, 3]]]", "A point must be two numbers"),
        ('[["12"]]', "A point must be two numbers"),
        ("[[[1, NaN]]]", "and nan does not"),
        ("[[[1, -Infinity]]]", "and -inf does not"),
        ("[[[1, 1e7]]]", "between -1,000,000 and 1,000,000"),
        (f"[[[1, {10**400}]]]", "between -1,000,000 and 1,000,000"),
        ("[[[1, null]]]", "and None is none"),
        ("[[[1, true]]]", "and True is none"),
        ('[[[1, "2"]]]', "and '2' is none"),
        (json.dumps([[[1, 2]]] * 1_001), "more than 1,000 strokes"),
        (json.dumps([[[1, 2]] * 100_001]), "more than 100,000 points"),
    ],
)
def test_bad_strokes_are_refused_with_a_sentence(strokes, sentence):
    with pytest.raises(ValueError, match=sentence):
        check_strokes(json.loads(strokes))

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn.drawing.canvas import strokes_from_canvas
from cnn.drawing.pen import image_from_strokes


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

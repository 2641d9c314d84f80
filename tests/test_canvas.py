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
    return {"type": "Path", "strokeWidth": 18, "path": path, "left": 96.866} | changes


def on_canvas(*objects):
    return strokes_from_canvas({"version": "7.4.0", "objects": list(objects), "background": "#000"})


@pytest.mark.parametrize("json_data", [None, {}, {"objects": [], "background": ""}])
def test_an_empty_canvas_has_no_strokes(json_data):
    assert strokes_from_canvas(json_data) == ()


def test_a_stroke_is_where_it_was_drawn_with_points_on_its_curves():
    (stroke,) = on_canvas(drawn())
    assert stroke[0] == pytest.approx((49.982, 60), abs=0.01)
    assert stroke[-1] == pytest.approx((99.982, 200.018), abs=0.01)
    x, y = np.array(stroke).T
    for place in ((125, 60), (137.5, 77.5)):
        assert np.hypot(x - place[0], y - place[1]).min() < 0.1
    assert x.max() == pytest.approx(137.5, abs=0.1)


@pytest.mark.parametrize(
    "path", [[["M", 9.982, 9], ["L", 10.018, 9]], [["M", 9, 9], ["L", 11, 9]], [["M", 10, 9]]]
)
def test_a_click_is_one_point(path):
    (stroke,) = on_canvas({"type": "Path", "path": path, "strokeWidth": 18})
    assert stroke == (pytest.approx((10, 9)),)


@pytest.mark.parametrize(
    "json_data",
    [
        "drawing",
        [],
        {"objects": {}},
        {"objects": None},
        {"objects": [None]},
        {"objects": [{"type": "Rect"}]},
        {"objects": [drawn(strokeWidth=True)]},
        {"objects": [drawn()] * 1_001},
        {"objects": [drawn(path=[["M", 1, 2]] * 100_001)]},
        {"objects": [drawn(path=[["M", 1, 2], *[["Q", 9e5, 9e5, 0, 0]] * 2_000])]},
        *(
            {"objects": [drawn(path=path)]}
            for path in [
                *(None, [], "M 0 0", [["L", 1, 2]], [["M", 1, 2], ["M", 1, 2]]),
                *([["M", 1, 2], ["Q", 1, 2]], [["M", 1, 2], ["L", 1, 2, 3]], [[]], [7]),
                *([["M", 1, "2"]], [["M", 1, True]], [["M", 1, math.nan]], [["M", 1, 1e7]]),
            ]
        ),
    ],
)
def test_what_is_no_drawing_is_refused_with_a_sentence(json_data):
    with pytest.raises(ValueError, match=r"pen strokes, or too many|more than 100,000 points"):
        strokes_from_canvas(json_data)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from("MLQZ"),
    lambda inner: st.lists(inner, max_size=5) | st.just({"type": "Path"}),
    max_leaves=20,
)


@given(json_values, st.sampled_from(["type", "path", "strokeWidth", "left"]))
def test_whatever_a_browser_sends_is_a_drawing_or_a_sentence(value, key):
    try:
        strokes = on_canvas(drawn(**{key: value}))
    except ValueError:
        return
    assert image_from_strokes(strokes).max() > 0

import importlib
import sys
from types import ModuleType, SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from cnn import runs
from cnn.presets import PRESETS
from cnn.status import State

SEVEN = {
    "type": "Path",
    "path": [["M", 70, 70], ["L", 230, 70], ["L", 160, 190], ["L", 130, 270]],
    "left": 150,
    "top": 170,
    "originX": "center",
    "originY": "center",
    "strokeWidth": 18,
}


@pytest.fixture
def open_draw(tiny_mnist, runs_dir, monkeypatch):
    """Opens the page with a pad on which something is drawn already."""

    def open_page(drawing, **query):
        canvas = ModuleType("streamlit_drawable_canvas")
        canvas.st_canvas = lambda **_: SimpleNamespace(json_data=drawing)
        monkeypatch.setitem(sys.modules, "streamlit_drawable_canvas", canvas)
        digit_pad = importlib.import_module("ui.digit_pad")
        monkeypatch.setattr(digit_pad, "st_canvas", canvas.st_canvas)
        page = AppTest.from_file("../pages/draw.py", default_timeout=30)
        for name, value in query.items():
            page.query_params[name] = value
        return page.run()

    return open_page


def html(page):
    return "\n".join(str(element.proto.body) for element in page.get("html"))


def test_a_drawn_seven_is_answered_with_its_probability_ten_bars_and_the_image(open_draw):
    page = open_draw({"objects": [SEVEN]}, run="built-in")
    assert not page.exception
    assert ">7</span>" in html(page)
    assert html(page).count("%</span></div>") >= 10
    assert html(page).count("data:image/png") == 1


@pytest.mark.parametrize("drawing", [None, {}, {"objects": []}])
def test_an_empty_pad_gives_no_answer(open_draw, drawing):
    page = open_draw(drawing, run="built-in")
    assert not page.exception
    assert "answer" not in html(page)
    assert any("Draw a digit" in element.value for element in page.markdown)
    assert all(button.disabled for button in page.button if button.label in ("Undo", "Clear"))


@pytest.mark.parametrize(
    "drawing",
    [
        {"objects": "many"},
        {"objects": [{"type": "Rect"}]},
        {"objects": [{**SEVEN, "path": [["M", float("nan"), 1]]}]},
        {"objects": [{**SEVEN, "path": [["M", 1e300, 1]]}]},
        {"objects": [SEVEN] * 2000},
    ],
)
def test_what_is_no_drawing_gets_a_sentence(open_draw, drawing):
    page = open_draw(drawing, run="built-in")
    assert not page.exception
    assert len(page.error) == 1


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.QUEUED, "waits for its turn"),
        (State.RUNNING, "was interrupted"),
        (State.FAILED, "failed, so there is no network"),
        (State.STOPPED, "has no network"),
    ],
)
def test_a_run_without_a_network_says_why_and_offers_the_built_in_one(
    open_draw, runs_dir, state, words
):
    run = runs.create(PRESETS["fast"], runs_dir)
    run.update_status(state=state)
    page = open_draw(None, run=run.id)
    assert words in page.info[0].value
    next(one for one in page.button if one.label == "Use the built-in network").click()
    assert page.run().query_params["run"] == "built-in"


def test_a_damaged_network_gets_a_sentence(open_draw, runs_dir):
    run = runs.create(PRESETS["fast"], runs_dir)
    run.update_status(state=State.FINISHED)
    run.model_path.write_text("no network")
    page = open_draw(None, run=run.id)
    assert not page.exception
    assert page.error

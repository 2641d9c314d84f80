import importlib
import re
import sys
from types import ModuleType, SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from cnn.data.mnist import load_test
from cnn.inference import classifier
from cnn.inference.predictor import load_predictor
from cnn.presets import PRESETS
from cnn.runs import store
from cnn.runs.status import State
from tests.pages import button, html, words


def seven_at(x, scale=1):
    """A seven as the canvas sends it, its left end at x."""
    points = [(0, 0), (160, 0), (90, 120), (60, 200)]
    path = [["L", x + scale * a, 70 + scale * b] for a, b in points]
    return {"type": "Path", "path": [["M", *path[0][1:]], *path[1:]], "strokeWidth": 18}


SEVEN = seven_at(70)


@pytest.fixture
def open_draw(tiny_mnist, runs_dir, monkeypatch):
    """Opens the page with a canvas on which something is drawn already, and tells its starts."""

    def open_page(drawing, **query):
        def st_canvas(**options):
            open_page.started = options["key"], options["initial_drawing"]
            if isinstance(drawing, Exception):
                raise drawing
            return SimpleNamespace(json_data=drawing)

        stub = ModuleType("streamlit_drawable_canvas")
        stub.st_canvas = st_canvas
        monkeypatch.setitem(sys.modules, "streamlit_drawable_canvas", stub)
        monkeypatch.setattr(importlib.import_module("ui.draw.canvas"), "st_canvas", st_canvas)
        page = AppTest.from_file("../pages/draw.py", default_timeout=30)
        for name, value in {"run": "built-in", **query}.items():
            page.query_params[name] = value
        return page.run()

    return open_page


def test_a_drawn_seven_is_predicted_with_its_probability_ten_bars_and_the_image(open_draw):
    page = open_draw({"objects": [SEVEN]})
    assert not page.exception
    assert ">7</span>" in html(page)
    assert html(page).count('%"></i>') == 10
    assert html(page).count("data:image/png") == 1


def test_an_empty_canvas_has_no_prediction(open_draw):
    page = open_draw({"objects": []})
    assert not page.exception
    assert 'data-testid="predicted"' not in html(page)
    assert "Draw a digit" in words(page)
    assert button(page, "Undo").disabled
    assert button(page, "Clear").disabled


@pytest.mark.parametrize(
    "drawing", [{"objects": "many"}, "other JSON", AttributeError("'str' has no attribute 'get'")]
)
def test_what_is_no_drawing_gets_a_sentence_and_can_be_cleared(open_draw, drawing):
    page = open_draw(drawing)
    assert not page.exception
    assert "Clear it and draw again" in page.error[0].value
    assert not button(page, "Clear").disabled


def test_a_rejected_drawing_gets_a_sentence_and_the_closest_digit(open_draw, monkeypatch):
    monkeypatch.setattr(
        classifier,
        "load_classifier",
        lambda run: classifier.Classifier(load_predictor(run.model_path), 1.1),
    )
    page = open_draw({"objects": [SEVEN]})
    assert not page.exception
    assert 'data-testid="not-a-digit">Not a digit<' in html(page)
    assert 'data-testid="closest">The closest is a 7' in html(page)
    assert 'data-testid="predicted"' not in html(page)


def test_a_number_is_read_and_each_digit_boxed(open_draw):
    page = open_draw({"objects": [SEVEN, seven_at(370)]}, several="true")
    assert not page.exception
    assert 'data-testid="number">77<' in html(page)
    assert html(page).count('class="box"') == 2


def test_undo_takes_the_last_stroke_and_a_new_canvas_starts_with_the_rest(open_draw):
    page = open_draw({"objects": [SEVEN, seven_at(120)]})
    button(page, "Undo").click().run()
    assert open_draw.started == ("one_digit_1", {"objects": [SEVEN]})


@pytest.mark.parametrize(
    ("method", "heading"),
    [
        ("picture", "Upload a picture"),
        ("camera", "Take a photo"),
        ("pixels", "Paint a digit"),
        ("telepathy", "Draw a digit"),
    ],
)
def test_the_address_chooses_the_input_method(open_draw, method, heading):
    page = open_draw(None, input=method)
    assert not page.exception
    assert heading in words(page)


def test_what_is_not_opened_is_not_computed(open_draw, monkeypatch):
    def expensive(*_):
        raise AssertionError("computed although it is closed")

    for name in ("show_why", "show_all_networks"):
        monkeypatch.setattr(f"ui.draw.details.{name}", expensive)
    page = open_draw({"objects": [SEVEN]})
    assert not page.exception
    assert [one.label for one in page.expander] == ["Why this prediction", "All networks"]


def test_a_run_without_a_network_says_why_and_offers_the_built_in_one(open_draw, runs_dir):
    run = store.create(PRESETS["fast"], runs_dir)
    page = open_draw(None, run=run.id)
    assert "is queued" in page.info[0].value
    button(page, "Use the built-in network").click()
    assert page.run().query_params["run"] == "built-in"


def test_a_damaged_network_gets_a_sentence(open_draw, runs_dir):
    run = store.create(PRESETS["fast"], runs_dir)
    run.update_status(state=State.FINISHED)
    run.model_path.write_text("no network")
    page = open_draw(None, run=run.id)
    assert not page.exception
    assert page.warning


def test_several_digits_begins_with_what_is_drawn_already(open_draw):
    page = open_draw({"objects": [SEVEN]})
    page.toggle[0].set_value(True).run()
    assert open_draw.started == ("several_digits_1", {"objects": [SEVEN]})


def test_what_looks_like_several_digits_can_be_read_as_such(open_draw):
    page = open_draw({"objects": [seven_at(30, 0.5), seven_at(190, 0.5)]})
    assert "not-a-digit" in html(page)
    page = button(page, "Read it as 77").click().run()
    assert not page.exception
    assert '"number">77<' in html(page)


def test_a_test_digit_is_marked_right_or_wrong_and_not_saved(open_draw):
    page = open_draw(None, input="test")
    label = int(load_test("mnist").labels[page.number_input[0].value])
    digit = re.search(r"testid=\"(?:predicted\">|closest\">The closest is an? )(\d)", html(page))
    verdict = "✓ Right" if int(digit[1]) == label else f"✗ Wrong: the true label is {label}"
    assert verdict in words(page)
    assert len(page.get("button_group")) == 1  # of the input methods; none of labels


def test_a_new_visitor_draws_with_a_network_although_one_is_in_training(open_draw, runs_dir):
    run = store.create(PRESETS["fast"], runs_dir)
    run.update_status(state=State.QUEUED)
    assert open_draw(None, run="").query_params["run"] == "built-in"

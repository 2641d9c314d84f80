import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cnn.data import mnist
from cnn.evaluation.predictions import Predictions
from cnn.runs import store
from cnn.runs.metrics import EpochPoint, append_point
from cnn.runs.status import State
from tests.evaluated_run import (
    ReadsEverythingAsThree,
    answers,
    make_evaluated_run,
    make_run,
    store_answers,
)
from tests.pages import open_script, sent, words
from ui.shared import navigation, run_predictions

PAGE = Path(navigation.__file__).parents[2] / navigation.PREDICTIONS
CELL_SCRIPT = """
import streamlit as st
from ui.predictions import filters
st.button("cell", on_click=filters.choose_cell, args={cell})
"""


def open_page(run, **query):
    page = AppTest.from_file(PAGE, default_timeout=20)
    page.query_params["run"] = run.id
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def gallery(page):
    """The (label, prediction) of each digit."""
    tiles = "".join(one["tiles"] for one in sent(page))
    return [
        (int(label), int(predicted))
        for label, predicted in re.findall(r"label (\d), predicted (\d)", tiles)
    ]


@pytest.fixture
def run(runs_dir, tiny_mnist):
    """A run with three mistakes among 40 digits."""
    return make_evaluated_run(runs_dir, wrong=[3, 13, 25])


def test_the_page_shows_accuracy_gallery_matrix_and_classes(run):
    page = open_page(run)
    assert "92.5" in words(page)
    assert "3 of 40 test digits wrong" in words(page)
    assert len(gallery(page)) == 40
    assert sorted(pair for pair in gallery(page) if pair[0] != pair[1]) == [(3, 4), (3, 4), (5, 6)]
    assert len(page.get("vega_lite_chart")) == 5
    files = [button.proto.label for button in page.get("download_button")]
    assert [files.count(f"Save as {kind}") for kind in ("PNG", "SVG", "CSV")] == [5, 5, 2]


def test_filters_combine_to_the_mistakes_of_one_digit(run):
    page = open_page(run)
    page.segmented_control(key="show").set_value("Mistakes")
    page.selectbox(key="label").select("3").run()
    assert gallery(page) == [(3, 4), (3, 4)]
    assert "2 of 40 digits, true label 3" in words(page)
    page.selectbox(key="predicted").select("5").run()
    assert "No 3 is wrongly predicted as a 5." in words(page)
    page.button(key="clear").click().run()
    assert len(gallery(page)) == 40


def test_an_address_shows_the_same_view_again(run):
    page = open_page(run, show="Correct", label="5", sort="Highest loss")
    assert gallery(page) == [(5, 5)] * 3
    assert page.selectbox(key="sort").value == "Highest loss"


@pytest.mark.parametrize("ends", [("80", "100"), ("100", "80")])
def test_a_range_of_confidence_leaves_the_others_out(run, ends):
    page = open_page(run, confidence=list(ends))
    assert page.slider(key="confidence").value == (80, 100)
    with np.load(run.path / "test_predictions.npz") as file:
        expected = (file["probabilities"].max(axis=1).astype(float) >= 0.8).sum()
    assert 0 < len(gallery(page)) == expected < 40


def test_the_digit_of_the_address_is_opened_with_the_way_to_the_next(run):
    page = open_page(run, show="Mistakes", sort="Test set order", digit="13")
    assert "Test digit 13: true label 3, predicted 4" in words(page)
    assert "2 of 3" in words(page)
    page.button(key="digit_Next").click().run()
    assert page.query_params["digit"] == "25"
    page.button(key="digit_Next").click().run()
    assert page.query_params["digit"] == "3"  # from the last on to the first


def test_an_opened_digit_that_the_filters_leave_out_stays_open_without_neighbors(run):
    page = open_page(run, show="Mistakes", digit="7")
    assert "Test digit 7: true label 7, predicted 7" in words(page)
    assert [button.key for button in page.button] == ["clear"]


@pytest.mark.parametrize("digit", ["-1", "40", "1e3", "²", "", "9" * 400])
def test_an_unknown_digit_opens_nothing(run, digit):
    page = open_page(run, digit=digit)
    assert "Test digit" not in words(page)
    assert ("They are counted from 0 to 39." in words(page)) == bool(digit)
    assert len(gallery(page)) == 40


def test_a_click_on_a_cell_filters_by_it_and_a_second_one_shows_all():
    page = open_script(CELL_SCRIPT.format(cell=(3, 4)))
    page.query_params["page"] = "7"
    page.button[0].click().run()
    names = ("label", "predicted", "page")
    assert [page.query_params.get(name) for name in names] == ["3", "4", None]
    page.button[0].click().run()
    assert [page.query_params.get(name) for name in names] == [None, None, None]


@pytest.mark.parametrize(
    ("show", "cell", "expected"),
    [
        ("Mistakes", (3, 3), None),
        ("Correct", (3, 4), None),
        ("Mistakes", (3, 4), "Mistakes"),
        ("Correct", (3, 3), "Correct"),
    ],
)
def test_a_click_on_a_cell_resets_filters_that_leave_its_digits_out(show, cell, expected):
    page = open_script(CELL_SCRIPT.format(cell=cell))
    page.query_params["show"] = show
    page.query_params["confidence"] = ["80", "90"]
    page.query_params["labels"] = "Errors"
    page.button[0].click().run()
    values = [page.query_params.get(name) for name in ("show", "confidence", "labels")]
    assert values == [expected, None, None]


def test_an_unknown_run_opens_no_digit_of_another(run):
    page = AppTest.from_file(PAGE, default_timeout=20)
    page.query_params["run"] = "nope"
    page.query_params["digit"] = "5"
    page.run()
    assert "Test digit 5" not in words(page)
    assert "digit" not in page.query_params


def test_of_two_runs_with_the_same_name_the_chosen_one_stays_chosen(run, runs_dir):
    second = make_evaluated_run(runs_dir, name="20260101-000001-article-bbbb")
    for one, mistakes in ((run, 3), (second, 0)):
        one.write_status(dataclasses.replace(one.status(), created=1_700_000_000.0))
        page = open_page(one)
        assert len(set(page.selectbox(key="run_picker").options)) == 3
        page.selectbox(key="sort").select("Test set order").run()
        assert f"{mistakes} of 40 test digits wrong" in words(page)


def test_a_stopped_run_says_after_how_many_epochs(run):
    run.write_status(dataclasses.replace(run.status(), state=State.STOPPED))
    append_point(run.metrics_path, EpochPoint(1, 1, 0.5, 1, 0.5, 1))
    epochs = run.hyperparameters.epochs
    assert f"stopped after 1 of {epochs} epochs" in words(open_page(run))


def test_without_mnists_own_digits_no_label_errors_are_known(run):
    page = open_page(run, labels="Errors")
    assert "label errors" not in words(page)
    assert len(gallery(page)) == 40


def test_mnists_label_errors_are_left_out_of_the_accuracy_filtered_and_marked(
    runs_dir, monkeypatch
):
    with np.load(store.open_run(store.BUILT_IN, runs_dir).path / "test_predictions.npz") as file:
        labels = file["labels"]  # MNIST's own
    predicted = np.where(np.arange(len(labels)) == 947, 9, labels)
    images = np.zeros((len(labels), 28, 28), np.uint8)
    predictions = Predictions(np.eye(10, dtype=np.float32)[predicted], labels, images)
    monkeypatch.setattr(run_predictions, "load_predictions", lambda run: predictions)
    page = open_page(make_run(runs_dir), labels="Errors", digit="947")
    assert "without the 15 known label errors" in words(page)
    assert len(gallery(page)) == 15
    assert [pair for pair in gallery(page) if pair[0] != pair[1]] == [(8, 9)]
    assert sent(page)[0]["tiles"].count(", label error") == 15
    assert "Test digit 947: label 8, predicted 9" in words(page)
    (opened,) = [one.proto.body for one in page.get("html") if "Label error" in one.proto.body]
    assert "arxiv.org/abs/2103.14749" in opened


def test_only_the_chosen_view_runs(run, monkeypatch):
    def compare_networks(run, predictions):
        st.write("Here I am.")

    monkeypatch.setattr("ui.predictions.two_networks.compare_networks", compare_networks)
    assert "Here I am." not in words(open_page(run))
    page = open_page(run, view="Two networks")
    assert "Here I am." in words(page)
    assert gallery(page) == []
    assert len(gallery(open_page(run, view="None of them"))) == 40


@pytest.mark.parametrize(
    "query",
    [
        {"show": "Everything"},
        {"label": "77", "predicted": "ten"},
        {"page": "9999"},
        {"confidence": ["-5", "300"]},
        {"confidence": "much", "sort": "<b>"},
    ],
)
def test_an_impossible_filter_in_the_address_is_left_out(run, query):
    assert len(gallery(open_page(run, **query))) == 40


def test_many_digits_come_in_pages_and_a_filter_begins_at_the_first(runs_dir):
    page = open_page(make_evaluated_run(runs_dir, wrong=[7], dataset="sample"), page="2")
    assert "1 of the sample's 1,000 test digits wrong" in words(page)
    assert len(gallery(page)) == 48
    assert page.session_state["page"] == 2
    page.selectbox(key="label").select("7").run()
    assert page.session_state["page"] == 1
    assert {label for label, _ in gallery(page)} == {7}


def test_new_predictions_of_a_run_are_seen_at_once(run):
    assert "3 of 40" in words(open_page(run))
    labels = mnist.load_test("mnist").labels
    store_answers(run, answers(labels, wrong=range(40)), labels)
    assert "40 of 40" in words(open_page(run))


def test_without_mnist_the_stored_accuracy_is_shown_and_digits_are_called_seen(
    runs_dir, monkeypatch
):
    monkeypatch.setattr(
        "cnn.evaluation.predictions.load_predictor", lambda path: ReadsEverythingAsThree()
    )
    page = open_page(make_run(runs_dir))
    assert "accuracy on MNIST's test set after training" in words(page)
    assert "Seen in training." in words(page)
    assert "5,000 MNIST digits that come with the app" in words(page)
    assert len(gallery(page)) == 48


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (State.QUEUED, "This run is queued"),
        (State.RUNNING, "interrupted"),  # nobody holds its lock
        (State.FAILED, "This run failed"),
        (State.STOPPED, "This run has no network"),
    ],
)
def test_a_run_without_a_network_gives_its_state_and_offers_a_way_on(
    runs_dir, tiny_mnist, state, sentence
):
    run = make_run(runs_dir, state)
    run.model_path.unlink()
    page = open_page(run)
    assert sentence in words(page)
    assert len(page.button) == 2
    assert gallery(page) == []


def test_a_run_in_training_says_so(runs_dir, tiny_mnist, hold_elsewhere):
    run = make_run(runs_dir, State.RUNNING)
    hold_elsewhere(run.path / "lock")
    assert "This run is still training" in words(open_page(run))


def test_damaged_predictions_get_a_sentence_and_lead_to_the_built_in_run(run):
    (run.path / "test_predictions.npz").write_bytes(b"no archive")
    page = open_page(run)
    assert "damaged" in page.warning[0].value
    page.button[1].click().run()
    assert page.query_params["run"] == "built-in"


def test_an_unreadable_state_is_told(run):
    (run.path / "status.json").write_text("{")
    assert f"The state of run {run.id} can't be read" in open_page(run).warning[0].value

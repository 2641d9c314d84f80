import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cnn.evaluation.predictions import Predictions, load_predictions
from cnn.runs import files, store
from cnn.runs.metrics import EpochPoint, append_point
from cnn.runs.status import State
from tests.evaluated_run import PredictsThree, make_evaluated_run, make_run
from tests.pages import press, sent, words
from ui.shared import navigation, run_predictions

PAGE = Path(navigation.__file__).parents[2] / navigation.PREDICTIONS


def open_page(run_id, **query):
    page = AppTest.from_file(PAGE, default_timeout=20)
    page.query_params.update({"run": run_id, **query})
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
    page = open_page(run.id, label="77", page="9999", digit="9" * 400)
    assert "92.5" in words(page)
    assert "3 of 40 test digits wrong" in words(page)
    assert "label errors" not in words(page)  # none are known of digits that are not MNIST's
    assert "Test digit" not in words(page)
    assert len(gallery(page)) == 40
    assert sorted(pair for pair in gallery(page) if pair[0] != pair[1]) == [(3, 4), (3, 4), (5, 6)]
    assert len(page.get("vega_lite_chart")) == 5
    files = [button.proto.label for button in page.get("download_button")]
    assert [files.count(f"Save as {kind}") for kind in ("PNG", "SVG", "CSV")] == [5, 5, 2]


def test_filters_combine_to_the_mistakes_of_one_digit(run):
    page = open_page(run.id, confidence=["10", "100"], sort="Highest loss")
    assert page.selectbox(key="sort").value == "Highest loss"
    assert page.slider(key="confidence").value == (10, 100)
    page.segmented_control(key="show").set_value("Mistakes")
    page.selectbox(key="label").select("3").run()
    assert gallery(page) == [(3, 4), (3, 4)]
    assert "2 of 40 digits, true label 3" in words(page)
    page.selectbox(key="predicted").select("5").run()
    assert "No digit matches these filters." in words(page)
    page.button(key="clear").click().run()
    assert len(gallery(page)) == 40
    assert page.query_params["sort"] == "Highest loss"


def test_the_digit_of_the_address_is_opened_with_buttons_to_the_next(run):
    page = open_page(run.id, show="Mistakes", sort="Test set order", digit="13")
    assert "Test digit 13: true label 3, predicted 4" in words(page)
    assert "2 of 3" in words(page)
    page.button(key="digit_Next").click().run()
    assert page.query_params["digit"] == "25"
    page.button(key="digit_Next").click().run()
    assert page.query_params["digit"] == "3"  # from the last on to the first


def test_an_opened_digit_that_the_filters_leave_out_stays_open_without_neighbors(run):
    page = open_page(run.id, show="Mistakes", digit="7")
    assert "Test digit 7: true label 7, predicted 7" in words(page)
    assert [button.key for button in page.button] == ["use_settings", "clear"]


def test_an_unknown_run_opens_no_digit_of_another(run):
    page = open_page("nope", digit="5")
    assert "Test digit 5" not in words(page)
    assert "digit" not in page.query_params


def test_mnists_label_errors_are_left_out_of_the_accuracy_filtered_and_marked(
    runs_dir, monkeypatch
):
    with np.load(store.BUILT_IN_PATH / "test_predictions.npz") as file:
        labels = file["labels"]  # MNIST's own
    predicted = np.where(np.arange(len(labels)) == 947, 9, labels)
    images = np.zeros((len(labels), 28, 28), np.uint8)
    predictions = Predictions(np.eye(10, dtype=np.float32)[predicted], labels, images)
    monkeypatch.setattr(run_predictions, "load_predictions", lambda run: predictions)
    page = open_page(make_run(runs_dir).id, labels="Errors", digit="947")
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
    page = open_page(run.id, view="Two networks")
    assert "Here I am." in words(page)
    assert gallery(page) == []
    page = open_page(run.id, view="None of them")
    assert "Here I am." not in words(page)
    assert len(gallery(page)) == 40


def test_many_digits_come_in_pages_and_a_filter_begins_at_the_first(runs_dir):
    page = open_page(make_evaluated_run(runs_dir, wrong=[7], dataset="sample").id, page="2")
    assert "1 of the sample's 1,000 test digits wrong" in words(page)
    assert len(gallery(page)) == 48
    assert page.session_state["page"] == 2
    page.selectbox(key="label").select("7").run()
    assert page.session_state["page"] == 1
    assert {label for label, _ in gallery(page)} == {7}


def test_without_mnist_the_stored_accuracy_is_shown_and_digits_are_called_seen(
    runs_dir, monkeypatch
):
    monkeypatch.setattr("cnn.evaluation.predictions.load_predictor", lambda path: PredictsThree())
    page = open_page(make_run(runs_dir).id)
    assert "accuracy on MNIST's test set after training" in words(page)
    assert "Seen in training." in words(page)
    assert "5,000 MNIST digits that come with the app" in words(page)
    assert len(gallery(page)) == 48


def test_a_stopped_run_says_after_how_many_epochs(run):
    run.write_status(dataclasses.replace(run.status(), state=State.STOPPED))
    append_point(run.metrics_path, EpochPoint(1, 1, 0.5, 1, 0.5, 1))
    summary = run_predictions.summary(run, load_predictions(run))
    assert f"stopped after 1 of {run.hyperparameters.epochs} epochs" in summary


@pytest.mark.parametrize(
    ("state", "is_held", "sentence"),
    [
        (State.QUEUED, False, "This run is queued"),
        (State.RUNNING, False, "interrupted"),
        (State.RUNNING, True, "This run is still training"),
    ],
)
def test_a_run_without_a_network_gives_its_state_and_offers_another(
    runs_dir, tiny_mnist, hold_elsewhere, state, is_held, sentence
):
    run = make_run(runs_dir, state)
    run.model_path.unlink()
    if is_held:
        hold_elsewhere(run.path / "lock")
    page = open_page(run.id)
    assert sentence in words(page)
    assert len(page.button) == 3
    assert gallery(page) == []


def test_damaged_files_get_a_sentence_and_lead_to_the_built_in_run(run):
    (run.path / "test_predictions.npz").write_bytes(b"no archive")
    page = open_page(run.id)
    assert "damaged" in page.warning[0].value
    press(page, "Use the built-in network")
    assert page.query_params["run"] == "built-in"
    files.write_bytes(run.path / "status.json", b"{")
    assert f"The state of run {run.id} can't be read" in open_page(run.id).warning[0].value

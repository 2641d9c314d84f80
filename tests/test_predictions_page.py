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
from ui.predictions import views
from ui.shared import navigation, run_predictions

PAGE = Path(navigation.__file__).parents[2] / navigation.PREDICTIONS


def open_page(run, **query):
    page = AppTest.from_file(PAGE, default_timeout=20)
    page.query_params["run"] = run.id
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def gallery(page):
    """The (answer, truth) of each picture; truth is None on right ones."""
    tiles = "".join(one["tiles"] for one in sent(page))
    pairs = re.findall(r"(?:really|labeled) (\d), read as (\d)", tiles)
    return [(int(answer), None if truth == answer else int(truth)) for truth, answer in pairs]


def test_the_page_shows_accuracy_gallery_matrix_and_classes(runs_dir, tiny_mnist):
    page = open_page(make_evaluated_run(runs_dir, wrong=[3, 13, 25]))
    assert "92.5% right · 3 of 40 test digits wrong" in words(page)
    assert len(gallery(page)) == 40
    assert sorted(pair for pair in gallery(page) if pair[1] is not None) == [(4, 3), (4, 3), (6, 5)]
    charts = [chart.proto.alt for chart in page.get("vega_lite_chart")]
    assert [re.split(r":| the ", name)[0] for name in charts] == [
        "Confusion matrix",
        "Accuracy per digit",
        "Calibration curve",
        "How sure",
        "How sure",
    ]
    files = [button.proto.label for button in page.get("download_button")]
    assert [files.count(f"Save as {kind}") for kind in ("PNG", "SVG", "CSV")] == [5, 5, 2]


def test_filters_combine_to_the_mistakes_of_one_digit(runs_dir, tiny_mnist):
    page = open_page(make_evaluated_run(runs_dir, wrong=[3, 13, 25]))
    page.segmented_control(key="show").set_value("Mistakes")
    page.selectbox(key="really").select("3").run()
    assert gallery(page) == [(4, 3), (4, 3)]
    assert "2 of 40 digits, really 3" in words(page)
    page.selectbox(key="read_as").select("5").run()
    assert "No picture of a 3 is wrongly read as a 5." in words(page)
    page.button(key="clear").click().run()
    assert len(gallery(page)) == 40


def test_an_address_shows_the_same_view_again(runs_dir, tiny_mnist):
    page = open_page(
        make_evaluated_run(runs_dir, wrong=[3, 13, 25]),
        show="Right",
        really="5",
        order="Highest loss first",
    )
    assert gallery(page) == [(5, None)] * 3
    assert page.selectbox(key="order").value == "Highest loss first"


def test_a_range_of_confidence_leaves_the_others_out(runs_dir, tiny_mnist):
    run = make_evaluated_run(runs_dir, wrong=[3])
    page = open_page(run, sure=["80", "100"])
    with np.load(run.path / "test_predictions.npz") as file:
        expected = (file["probabilities"].max(axis=1).astype(float) >= 0.8).sum()
    assert 0 < len(gallery(page)) == expected < 40


def test_the_digit_of_the_address_is_opened_with_the_way_to_the_next(runs_dir, tiny_mnist):
    run = make_evaluated_run(runs_dir, wrong=[3, 13, 25])
    page = open_page(run, show="Mistakes", order="Test order", digit="13")
    assert "Test digit 13: really 3, read as 4" in words(page)
    assert "2 of 3" in words(page)
    page.button(key="digit_Next").click().run()
    assert page.query_params["digit"] == "25"
    page.button(key="digit_Next").click().run()
    assert page.query_params["digit"] == "3"  # from the last on to the first


def test_an_opened_digit_that_the_filters_leave_out_stays_open_without_neighbors(
    runs_dir, tiny_mnist
):
    page = open_page(make_evaluated_run(runs_dir, wrong=[3]), show="Mistakes", digit="7")
    assert "Test digit 7: really 7, read as 7" in words(page)
    assert [button.key for button in page.button] == ["clear"]


@pytest.mark.parametrize("digit", ["-1", "40", "1e3", "²", "", "0x3", "9" * 400])
def test_a_digit_that_there_is_not_opens_nothing(runs_dir, tiny_mnist, digit):
    page = open_page(make_evaluated_run(runs_dir), digit=digit)
    assert "Test digit" not in words(page)
    assert ("They are counted from 0 to 39." in words(page)) == bool(digit)
    assert len(gallery(page)) == 40


def test_a_click_on_a_cell_asks_for_its_digits_and_a_second_one_for_all():
    script = """
import streamlit as st
from ui.predictions import filters
st.button("cell", on_click=filters.choose_cell, args=(3, 4))
"""
    page = open_script(script, really="Any", read_as="Any", page=7)
    page.button[0].click().run()
    assert [page.session_state[key] for key in ("really", "read_as", "page")] == ["3", "4", 1]
    page.button[0].click().run()
    assert [page.session_state[key] for key in ("really", "read_as")] == ["Any", "Any"]


@pytest.mark.parametrize(
    ("show", "cell", "expected"),
    [
        ("Mistakes", (3, 3), "All"),
        ("Right", (3, 4), "All"),
        ("Mistakes", (3, 4), "Mistakes"),
        ("Right", (3, 3), "Right"),
    ],
)
def test_a_click_on_a_cell_takes_filters_back_that_leave_its_digits_out(show, cell, expected):
    script = f"""
import streamlit as st
from ui.predictions import filters
st.button("cell", on_click=filters.choose_cell, args={cell})
"""
    page = open_script(script, show=show, sure=(80, 90), labels="Doubtful", page=7)
    page.button[0].click().run()
    values = [page.session_state[key] for key in ("show", "sure", "labels")]
    assert values == [expected, (0, 100), "All"]


def test_a_run_that_there_is_not_opens_no_digit_of_another(runs_dir, tiny_mnist):
    make_evaluated_run(runs_dir)
    page = AppTest.from_file(PAGE, default_timeout=20)
    page.query_params["run"] = "nope"
    page.query_params["digit"] = "5"
    page.run()
    assert "Test digit 5" not in words(page)
    assert "digit" not in page.query_params


def test_ends_of_confidence_the_wrong_way_round_are_put_in_order(runs_dir, tiny_mnist):
    page = open_page(make_evaluated_run(runs_dir), sure=["90", "10"])
    assert page.slider(key="sure").value == (10, 90)


def test_of_two_runs_with_the_same_name_the_chosen_one_stays_chosen(runs_dir, tiny_mnist):
    first = make_evaluated_run(runs_dir, wrong=[3])
    second = make_evaluated_run(runs_dir, name="20260101-000001-article-bbbb")
    for run, right in ((first, "97.5%"), (second, "100.0%")):
        run.write_status(dataclasses.replace(run.status(), created=1_700_000_000.0))
        page = open_page(run)
        assert len(set(page.selectbox(key="run_picker").options)) == 3
        page.selectbox(key="order").select("Test order").run()
        assert f"{right} right" in words(page)


def test_a_stopped_run_says_how_far_it_came(runs_dir, tiny_mnist):
    run = make_evaluated_run(runs_dir)
    run.write_status(dataclasses.replace(run.status(), state=State.STOPPED))
    append_point(run.metrics_path, EpochPoint(1, 1, 0.5, 1, 0.5, 1))
    epochs = run.hyperparameters.epochs
    assert f"test digits wrong · stopped after 1 of {epochs} epochs" in words(open_page(run))


def test_labels_found_wrong_are_only_spoken_of_with_mnists_own_digits(runs_dir, tiny_mnist):
    page = open_page(make_evaluated_run(runs_dir), labels="Doubtful")
    assert "found wrong" not in words(page)
    assert len(gallery(page)) == 40


def test_mnists_wrong_labels_are_counted_out_filtered_and_told_at_an_opened_digit(
    runs_dir, monkeypatch
):
    with np.load(store.open_run(store.BUILT_IN, runs_dir).path / "test_predictions.npz") as file:
        labels = file["labels"]  # MNIST's own
    read_as = np.where(np.arange(len(labels)) == 947, 9, labels)
    images = np.zeros((len(labels), 28, 28), np.uint8)
    predictions = Predictions(np.eye(10, dtype=np.float32)[read_as], labels, images)
    monkeypatch.setattr(run_predictions, "load_predictions", lambda run: predictions)
    page = open_page(make_run(runs_dir), labels="Doubtful", digit="947")
    assert "99.99% with and 100.00% without the 15 labels that people found wrong" in words(page)
    assert len(gallery(page)) == 15
    assert [pair for pair in gallery(page) if pair[1] is not None] == [(9, 8)]
    assert "Test digit 947: labeled 8, read as 9" in words(page)
    (opened,) = [one.proto.body for one in page.get("html") if "Label doubtful" in one.proto.body]
    assert "arxiv.org/abs/2103.14749" in opened


def test_only_the_chosen_view_runs(runs_dir, tiny_mnist, monkeypatch):
    run = make_evaluated_run(runs_dir)
    monkeypatch.setitem(views.VIEWS, "Another", lambda run, predictions: st.write("Here I am."))
    assert "Here I am." not in words(open_page(run))
    page = open_page(run, view="Another")
    assert "Here I am." in words(page)
    assert gallery(page) == []
    assert len(gallery(open_page(run, view="None of them"))) == 40


@pytest.mark.parametrize(
    "query",
    [
        {"show": "Everything"},
        {"really": "77"},
        {"read_as": "ten"},
        {"page": "9999"},
        {"sure": ["-5", "300"]},
        {"sure": "much"},
        {"order": "<b>"},
    ],
)
def test_an_impossible_filter_in_the_address_is_left_out(runs_dir, tiny_mnist, query):
    assert len(gallery(open_page(make_evaluated_run(runs_dir), **query))) == 40


def test_a_filter_without_digits_says_why(runs_dir, tiny_mnist):
    page = open_page(make_evaluated_run(runs_dir), show="Mistakes")
    assert "No mistakes here: the network reads all 40 digits right." in words(page)
    assert gallery(page) == []


def test_many_digits_come_in_pages_and_a_filter_begins_at_the_first(runs_dir):
    page = open_page(make_evaluated_run(runs_dir, wrong=[7], dataset="sample"), page="2")
    assert "99.9% right · 1 of the sample's 1,000 test digits wrong" in words(page)
    assert len(gallery(page)) == 48
    assert page.session_state["page"] == 2
    page.selectbox(key="really").select("7").run()
    assert page.session_state["page"] == 1
    assert {truth or answer for answer, truth in gallery(page)} == {7}


def test_new_answers_of_a_run_are_seen_at_once(runs_dir, tiny_mnist):
    run = make_evaluated_run(runs_dir)
    assert "100.0% right" in words(open_page(run))
    labels = mnist.load_test("mnist").labels
    store_answers(run, answers(labels, wrong=range(40)), labels)
    assert "0.0% right · 40 of 40" in words(open_page(run))


def test_without_mnist_the_stored_accuracy_is_shown_and_digits_are_called_seen(
    runs_dir, monkeypatch
):
    monkeypatch.setattr(
        "cnn.evaluation.predictions.load_predictor", lambda path: ReadsEverythingAsThree()
    )
    page = open_page(make_run(runs_dir))
    assert "87.5% right on MNIST's test digits when it was trained" in words(page)
    assert "Seen in training." in words(page)
    assert "5,000 MNIST digits that come with the app" in words(page)
    assert len(gallery(page)) == 48


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (State.QUEUED, "This run waits for its turn"),
        (State.RUNNING, "interrupted"),  # nobody holds its lock
        (State.FAILED, "This run failed"),
        (State.STOPPED, "This run has no network"),
    ],
)
def test_a_run_without_a_network_says_how_it_stands_and_offers_a_way_on(
    runs_dir, tiny_mnist, state, sentence
):
    run = make_run(runs_dir, state)
    run.model_path.unlink()
    page = open_page(run)
    assert sentence in words(page)
    assert [button.label for button in page.button] == [
        "To the training",
        "Use the built-in network",
    ]
    assert gallery(page) == []


def test_a_run_in_training_says_so(runs_dir, tiny_mnist, hold_elsewhere):
    run = make_run(runs_dir, State.RUNNING)
    hold_elsewhere(run.path / "lock")
    assert "This run is still training" in words(open_page(run))


def test_damaged_answers_say_so_and_lead_to_the_built_in_run(runs_dir, tiny_mnist):
    run = make_evaluated_run(runs_dir)
    (run.path / "test_predictions.npz").write_bytes(b"no archive")
    page = open_page(run)
    assert "The stored predictions of this run are damaged" in page.warning[0].value
    page.button[1].click().run()
    assert page.query_params["run"] == "built-in"


def test_an_unreadable_state_is_told(runs_dir, tiny_mnist):
    run = make_evaluated_run(runs_dir)
    (run.path / "status.json").write_text("{")
    assert f"The state of run {run.id} can't be read" in open_page(run).warning[0].value

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnn import data
from cnn.status import State
from tests.evaluated_run import (
    ReadsEverythingAsThree,
    answers,
    make_evaluated_run,
    make_run,
    store_answers,
)
from ui import navigation

PAGE = Path(navigation.__file__).parents[1] / navigation.PREDICTIONS


def open_page(run, **query):
    page = AppTest.from_file(PAGE, default_timeout=20)
    page.query_params["run"] = run.id
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def words(page):
    kinds = (page.markdown, page.info, page.warning, page.caption)
    return " ".join(element.value for kind in kinds for element in kind)


def gallery(page):
    """The (answer, truth) of each picture; truth is None on right ones."""
    html = "".join(element.value for element in page.get("html") if "listitem" in element.value)
    items = html.split('role="listitem"')[1:]
    return [
        (
            int(re.search(r"read as</span> (\d)", item)[1]),
            int(truth[1]) if (truth := re.search(r"really (\d)", item)) else None,
        )
        for item in items
    ]


def test_the_page_shows_accuracy_gallery_matrix_and_classes(runs_dir, tiny_mnist):
    page = open_page(make_evaluated_run(runs_dir, wrong=[3, 13, 25]))
    assert "92.5 % right · 3 of 40 test digits wrong" in words(page)
    assert len(gallery(page)) == 40
    assert sorted(pair for pair in gallery(page) if pair[1] is not None) == [(4, 3), (4, 3), (6, 5)]
    charts = [chart.proto.alt for chart in page.get("vega_lite_chart")]
    assert [name.partition(":")[0] for name in charts] == ["Confusion matrix", "Accuracy per digit"]
    assert len(page.get("download_button")) == 4


def test_filters_combine_to_the_mistakes_of_one_digit(runs_dir, tiny_mnist):
    page = open_page(make_evaluated_run(runs_dir, wrong=[3, 13, 25]))
    page.segmented_control(key="show").set_value("Mistakes")
    page.selectbox(key="digit").select("3").run()
    assert gallery(page) == [(4, 3), (4, 3)]


def test_an_address_shows_the_same_view_again(runs_dir, tiny_mnist):
    page = open_page(
        make_evaluated_run(runs_dir, wrong=[3, 13, 25]), show="Right", digit="5", order="Unsorted"
    )
    assert gallery(page) == [(5, None)] * 3
    assert page.selectbox(key="order").value == "Unsorted"


@pytest.mark.parametrize("query", [{"show": "Everything"}, {"digit": "77"}, {"page": "9999"}])
def test_an_impossible_filter_in_the_address_is_left_out(runs_dir, tiny_mnist, query):
    assert len(gallery(open_page(make_evaluated_run(runs_dir), **query))) == 40


def test_a_filter_without_digits_says_why(runs_dir, tiny_mnist):
    page = open_page(make_evaluated_run(runs_dir), show="Mistakes")
    assert "No mistakes here: the network reads all 40 digits right." in words(page)
    assert gallery(page) == []


def test_many_digits_come_in_pages_and_a_filter_begins_at_the_first(runs_dir):
    page = open_page(make_evaluated_run(runs_dir, wrong=[7], dataset="sample"), page="2")
    assert "99.9 % right · 1 of the sample's 1,000 test digits wrong" in words(page)
    assert len(gallery(page)) == 48
    assert page.session_state["page"] == 2
    page.selectbox(key="digit").select("7").run()
    assert page.session_state["page"] == 1
    assert {truth or answer for answer, truth in gallery(page)} == {7}


def test_new_answers_of_a_run_are_seen_at_once(runs_dir, tiny_mnist):
    run = make_evaluated_run(runs_dir)
    assert "100.0 % right" in words(open_page(run))
    labels = data.load_test("mnist").labels
    store_answers(run, answers(labels, wrong=range(40)), labels)
    assert "0.0 % right · 40 of 40" in words(open_page(run))


def test_without_mnist_the_stored_accuracy_is_shown_and_digits_are_called_seen(
    runs_dir, monkeypatch
):
    monkeypatch.setattr(
        "cnn.evaluation.predictions.load_predictor", lambda path: ReadsEverythingAsThree()
    )
    page = open_page(make_run(runs_dir))
    assert "87.5 % right on MNIST's test digits when it was trained" in words(page)
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
    assert "The stored answers of this run are damaged" in page.warning[0].value
    page.button[1].click().run()
    assert page.query_params["run"] == "built-in"


def test_an_unreadable_state_is_told(runs_dir, tiny_mnist):
    run = make_evaluated_run(runs_dir)
    (run.path / "status.json").write_text("{")
    assert f"The state of run {run.id} can't be read" in open_page(run).warning[0].value

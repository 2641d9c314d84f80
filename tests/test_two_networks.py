import re

import pytest
from streamlit.testing.v1 import AppTest

from cnn.runs import run, store
from cnn.runs.status import State
from tests.evaluated_run import make_run, probabilities_of, store_predictions
from tests.pages import sent, words
from ui.predictions import second_network

A, B = "20260101-000000-article-aaaa", "20260102-000000-fast-bbbb"

SCRIPT = """
import streamlit as st
from cnn.runs import store
from ui.shared.run_predictions import predictions_of
from ui.predictions.two_networks import compare_networks

run = store.open_run("20260101-000000-article-aaaa", store.runs_folder())
compare_networks(run, predictions_of(run))
"""


def add_run(folder, name, wrong=(), **options):
    run = make_run(folder, name=name, **options)
    store_predictions(run, probabilities_of(wrong=wrong))
    return run


@pytest.fixture
def two(runs_dir, tiny_mnist):
    """A errs on 1 to 10, B on 10 and 11."""
    return add_run(runs_dir, A, range(1, 11)), add_run(runs_dir, B, (10, 11))


def open_page(**query):
    page = AppTest.from_string(SCRIPT, default_timeout=60)
    page.query_params.update(query)
    page.run()
    assert not page.exception
    return page


def tiles(page):
    """The (label, A's prediction, B's prediction) of each digit."""
    shown = "".join(one["tiles"] for one in sent(page))
    rows = re.findall(r"label (\d), A predicted (\d), .*?, B predicted (\d), ", shown)
    return [tuple(map(int, row)) for row in rows]


def picker(page):
    return page.selectbox(key="with_menu")


def test_the_built_in_network_is_compared_until_another_one_is_chosen(two, runs_dir, monkeypatch):
    for module in (store, run):
        monkeypatch.setattr(module, "BUILT_IN_PATH", runs_dir / B)
    page = open_page()
    assert picker(page).value == store.BUILT_IN
    assert len(page.metric) == 3
    assert "with" not in page.query_params


def test_the_built_in_network_is_compared_with_the_best_other_one(two, runs_dir, monkeypatch):
    monkeypatch.setattr(store, "BUILT_IN", A)
    monkeypatch.setattr(store, "BUILT_IN_PATH", runs_dir / A)
    add_run(runs_dir, "20260103-000000-fast-cccc").update_status(test_accuracy=0.8)
    two[1].update_status(test_accuracy=0.9)
    assert picker(open_page()).value == B


def test_a_choice_is_compared_in_the_address_and_can_be_cleared(two):
    page = picker(open_page()).set_value(B).run()
    assert not page.exception
    assert page.query_params["with"] == B
    numbers = [re.match(r"[+\d.]+", metric.value)[0] for metric in page.metric]
    assert numbers == ["75.00", "95.00", "+20.00"]
    assert page.table[0].value.to_numpy().tolist() == [["29", "1"], ["9", "1"]]
    assert "The difference is statistically significant." in words(page)
    assert len(page.get("vega_lite_chart")) == 3
    assert len(page.get("download_button")) == 7  # three matrices, each PNG and SVG, and a table
    page = picker(page).set_value(None).run()
    assert page.query_params["with"] == "none"
    assert picker(page).value is None
    assert not page.metric
    assert not page.warning
    assert "Choose a second network" in words(page)


def test_the_address_shows_the_same_comparison_and_digits(two):
    page = open_page(**{"with": B, "only": "Only B correct", "digit": "3"})
    assert picker(page).value == B
    assert tiles(page) == [(n, n + 1 if n < 9 else 0, n) for n in range(1, 10)]
    assert "Test digit 3: true label 3, predicted 4" in words(page)  # as A predicts it
    assert "3 of 9" in words(page)
    page = page.segmented_control(key="only").set_value("Both wrong").run()
    assert tiles(page) == [(0, 1, 1)]


def test_many_digits_are_shown_in_pages_and_no_digits_are_said(runs_dir, tiny_mnist):
    add_run(runs_dir, A, range(35))
    add_run(runs_dir, B)
    page = open_page(**{"with": B, "only": "Only B correct", "only_page": "2"})
    assert len(tiles(page)) == 5
    page.segmented_control(key="only").set_value("Only A correct").run()
    assert "no digit that only A gets right" in words(page)
    assert "only_page" not in page.query_params


def test_only_networks_tested_on_the_same_digits_are_offered(two, runs_dir):
    add_run(runs_dir, "20260103-000000-fast-cccc", dataset="sample")
    add_run(runs_dir, "20260104-000000-fast-dddd", state=State.FAILED).model_path.unlink()
    (add_run(runs_dir, "20260105-000000-fast-eeee").path / "status.json").write_text("damaged")
    page = open_page(**{"with": "20260103-000000-fast-cccc"})
    assert "was tested on other digits" in page.warning[0].value
    assert picker(page).value is None
    assert len(picker(page).options) == 2  # B and the built-in one
    for name, sentence in {
        "20260104-000000-fast-dddd": "failed and has no network to compare with yet",
        "20260105-000000-fast-eeee": "can't be read",
        A: "can't be compared with itself",
        "<b>../..": "There is no run '?b?../..'",
    }.items():
        assert sentence in second_network._problem(name, two[0])


def test_damaged_predictions_get_a_sentence(two):
    (two[1].path / "test_predictions.npz").write_bytes(b"half")
    page = open_page(**{"with": B})
    assert "damaged" in page.warning[0].value
    assert not page.metric


def test_without_a_second_network_the_page_says_how_to_get_one(runs_dir, tiny_mnist, monkeypatch):
    add_run(runs_dir, A)
    monkeypatch.setattr(store, "BUILT_IN", A)  # as where the built-in one is of other digits
    monkeypatch.setattr(store, "BUILT_IN_PATH", runs_dir / A)
    page = open_page()
    assert "no second network yet" in page.info[0].value
    assert [button.key for button in page.button] == ["train_second"]

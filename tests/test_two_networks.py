import io
import re

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from cnn.evaluation.comparison import compare
from cnn.evaluation.predictions import load_predictions
from cnn.plots.evaluation import difference_matrix_figure
from cnn.runs import store
from cnn.runs.status import State
from tests.evaluated_run import answers, make_run, store_answers
from tests.pages import html, sent, words
from ui.predictions import gallery
from ui.predictions.mcnemar_text import p_value_text
from ui.predictions.two_networks import disagreements

A, B = "20260101-000000-article-aaaa", "20260102-000000-fast-bbbb"
LABELS = np.arange(40) % 10  # of tiny_mnist's test digits

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
    store_answers(run, answers(LABELS, wrong), LABELS)
    return run


@pytest.fixture
def two(runs_dir, tiny_mnist):
    """A errs on 1 to 10, B on 10 and 11."""
    return add_run(runs_dir, A, range(1, 11)), add_run(runs_dir, B, (10, 11))


@pytest.fixture
def incomparable(runs_dir):
    """Runs tested on other digits, without a network, and damaged."""
    add_run(runs_dir, "20260103-000000-fast-cccc", dataset="sample")
    add_run(runs_dir, "20260104-000000-fast-dddd", state=State.FAILED).model_path.unlink()
    (add_run(runs_dir, "20260105-000000-fast-eeee").path / "status.json").write_text("damaged")


def open_page(**query):
    page = AppTest.from_string(SCRIPT, default_timeout=60)
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def tiles(page):
    """The (label, A's prediction, B's prediction) of each digit."""
    shown = "".join(one["tiles"] for one in sent(page))
    rows = re.findall(r"label (\d), A predicted (\d), .*?, B predicted (\d), ", shown)
    return [tuple(map(int, row)) for row in rows]


def picker(page):
    return page.selectbox(key="second_network")


def test_the_built_in_network_is_compared_until_another_one_is_chosen(two, runs_dir, monkeypatch):
    monkeypatch.setattr(store, "BUILT_IN_PATH", runs_dir / B)
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


def test_a_cleared_choice_stays_cleared_and_says_what_to_do(two):
    page = picker(open_page(**{"with": B})).set_value(None).run()
    for shown in (page, open_page(**{"with": page.query_params["with"]})):
        assert picker(shown).value is None
        assert not shown.metric
        assert not shown.warning
        assert "Choose a second network" in words(shown)


def test_a_choice_is_compared_and_put_in_the_address(two):
    page = picker(open_page()).set_value(B).run()
    assert not page.exception
    assert page.query_params["with"] == B
    numbers = [re.match(r"[+\d.]+", metric.value)[0] for metric in page.metric]
    assert numbers == ["75.00", "95.00", "+20.00"]
    assert re.findall(r"<td>(?:<b>)?(\d+)", html(page)) == ["29", "1", "9", "1"]
    assert len(page.get("vega_lite_chart")) == 3
    assert len(page.get("download_button")) == 7  # three matrices, each PNG and SVG, and a table


def test_the_address_shows_the_same_comparison_and_digits(two):
    page = open_page(**{"with": B, "only": "Only B correct"})
    assert picker(page).value == B
    assert tiles(page) == [(n, n + 1 if n < 9 else 0, n) for n in range(1, 10)]
    page = page.segmented_control(key="only").set_value("Both wrong").run()
    assert tiles(page) == [(0, 1, 1)]
    page = page.segmented_control(key="only").set_value("Only A correct").run()
    assert tiles(page) == [(1, 1, 2)]


def test_label_errors_are_marked(two, monkeypatch):
    monkeypatch.setattr(gallery, "has_label_error", lambda labels: np.arange(40) == 3)
    (shown,) = sent(open_page(**{"with": B, "only": "Only B correct"}))
    assert shown["tiles"].count(", label error") == 1


def test_a_digit_is_opened_as_the_first_network_predicts_it(two):
    page = open_page(**{"with": B, "only": "Only B correct", "digit": "3"})
    assert "Test digit 3: true label 3, predicted 4" in words(page)
    assert "3 of 9" in words(page)


def test_many_digits_are_shown_in_pages(runs_dir, tiny_mnist):
    add_run(runs_dir, A, range(35))
    add_run(runs_dir, B)
    page = open_page(**{"with": B, "only": "Only B correct"})
    assert len(tiles(page)) == 30
    page = open_page(**{"with": B, "only": "Only B correct", "only_page": "2"})
    assert len(tiles(page)) == 5
    page.segmented_control(key="only").set_value("Both wrong").run()
    assert "only_page" not in page.query_params


@pytest.mark.parametrize(
    ("wrong_a", "wrong_b", "sentence"),
    [
        (range(1, 11), (10, 11), "B is very likely better"),
        ((1,), (2, 3, 4, 5, 6, 7, 8, 9), "A is very likely better"),
        ((1, 2, 3), (4, 5, 6, 7, 8), "the other one may be better"),
        ((1, 2), (), "So few digits could not show a difference"),
        ((4,), (4,), "nothing tells them apart"),
    ],
)
def test_the_result_of_the_test_is_in_words(runs_dir, tiny_mnist, wrong_a, wrong_b, sentence):
    add_run(runs_dir, A, wrong_a)
    add_run(runs_dir, B, wrong_b)
    text = words(open_page(**{"with": B}))
    assert sentence in text
    assert ("is statistically significant" in text) is ("very likely" in sentence)
    assert ("no digit that only A gets right" in text) is (set(wrong_b) <= set(wrong_a))


def test_only_networks_tested_on_the_same_digits_are_offered(two, incomparable):
    assert len(picker(open_page()).options) == 2  # B and the built-in one


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("20260103-000000-fast-cccc", "was tested on other digits"),
        ("20260104-000000-fast-dddd", "failed and has no network to compare with yet"),
        ("20260105-000000-fast-eeee", "can't be read"),
        (A, "can't be compared with itself"),
        ("<b>../..", "There is no run '?b?../..'"),
    ],
)
def test_an_address_that_cannot_be_compared_gets_a_sentence(two, incomparable, name, sentence):
    page = open_page(**{"with": name})
    assert sentence in page.warning[0].value
    assert picker(page).value is None


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


def test_table_and_picture_have_the_digits_that_only_one_gets_right(two):
    comparison = compare(*map(load_predictions, two))
    table = pd.read_csv(io.StringIO(disagreements(comparison).to_csv(index=False)))
    assert table["index"].tolist() == [*range(1, 10), 11]
    assert table["correct"].tolist() == ["B"] * 9 + ["A"]
    correct = table["a_predicted"].where(table["correct"] == "A", table["b_predicted"])
    assert (correct == table["label"]).all()
    figure = difference_matrix_figure(comparison.matrix_difference, "one", "other")
    assert {text.get_text() for text in figure.axes[0].texts} == {"+1", "−1"}


@pytest.mark.parametrize(
    ("p_value", "share", "label"),
    [
        (0.0004, "less than 0.1%", "p < 0.001"),
        (0.0321, "3.2%", "p = 0.032"),
        (0.0498, "4.98%", "p = 0.0498"),  # so that its side of the limit shows
        (0.0502, "5.02%", "p = 0.0502"),
        (0.421, "42%", "p = 0.42"),
    ],
)
def test_a_p_value_is_rounded_so_that_its_side_of_the_limit_shows(p_value, share, label):
    assert p_value_text(p_value) == (share, label)

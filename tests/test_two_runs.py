import io
import re

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnn.evaluation.comparison import compare
from cnn.evaluation.predictions import load_predictions
from cnn.plots.confusion import difference_matrix_figure
from cnn.plots.figure import figure_bytes
from cnn.runs import store
from cnn.runs.status import State
from tests.evaluated_run import answers, make_run, store_answers
from tests.pages import html, sent, words
from ui.predictions import two_runs_charts, two_runs_gallery
from ui.predictions.two_runs import disagreements
from ui.predictions.two_runs_words import p_label, p_words

A, B = "20260101-000000-article-aaaa", "20260102-000000-fast-bbbb"
LABELS = np.arange(40) % 10  # of tiny_mnist's test digits

SCRIPT = """
import streamlit as st
from cnn.runs import store
from ui.shared.run_predictions import predictions_of
from ui.predictions.two_runs import compare_runs

run = store.open_run("20260101-000000-article-aaaa", store.runs_folder())
compare_runs(run, predictions_of(run))
"""


def add_run(folder, name, wrong=(), **options):
    run = make_run(folder, name=name, **options)
    store_answers(run, answers(LABELS, wrong), LABELS)
    return run


@pytest.fixture
def two(runs_dir, tiny_mnist):
    """A errs on 1 to 10, B on 10 and 11."""
    return add_run(runs_dir, A, range(1, 11)), add_run(runs_dir, B, (10, 11))


def open_page(**query):
    page = AppTest.from_string(SCRIPT, default_timeout=60)
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def gallery(page):
    """The pictures as the browser gets them."""
    return "".join(one["tiles"] for one in sent(page))


def tiles(page):
    """The (truth, A's answer, B's answer) of each picture."""
    numbers = re.findall(
        r"really <b>(\d)</b>.*?read as</span> (\d)<.*?read as</span> (\d)<", gallery(page)
    )
    return [tuple(map(int, row)) for row in numbers]


def picker(page):
    return page.selectbox(key="second_picker")


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
    shown = [metric.value for metric in page.metric]
    assert shown == ["75.00%", "95.00%", "+20.00 percentage points"]
    cells = re.findall(r"<td[^>]*>([\d,]+)</td>", html(page))
    assert cells == ["29", "1", "9", "1"]
    charts = [chart.proto.alt for chart in page.get("vega_lite_chart")]
    assert len(charts) == 3
    assert charts[2].startswith("Difference of the two confusion matrices")
    assert len(page.get("download_button")) == 7  # three matrices, each PNG and SVG, and a table
    assert "**A**, the network chosen above: Tutorial" in words(page)


def test_the_address_shows_the_same_comparison_and_digits(two):
    page = open_page(**{"with": B, "who": "Only B right"})
    assert picker(page).value == B
    assert tiles(page) == [(n, n + 1 if n < 9 else 0, n) for n in range(1, 10)]
    page = page.segmented_control(key="who").set_value("Both wrong").run()
    assert tiles(page) == [(0, 1, 1)]
    page = page.segmented_control(key="who").set_value("Only A right").run()
    assert tiles(page) == [(1, 1, 2)]


def test_doubtful_labels_are_marked(two, monkeypatch):
    monkeypatch.setattr(two_runs_gallery, "has_label_error", lambda labels: np.arange(40) == 3)
    page = open_page(**{"with": B, "who": "Only B right"})
    assert gallery(page).count("label doubtful") == 1


def test_a_digit_is_opened_as_the_first_network_reads_it(two):
    page = open_page(**{"with": B, "who": "Only B right"})
    assert 'data-index="3"' in gallery(page)
    page = open_page(**{"with": B, "who": "Only B right", "digit": "3"})
    assert "Test digit 3: really 3, read as 4" in words(page)
    assert "3 of 9" in words(page)


def test_many_digits_are_shown_in_pages(runs_dir, tiny_mnist):
    add_run(runs_dir, A, range(35))
    add_run(runs_dir, B)
    page = open_page(**{"with": B, "who": "Only B right"})
    assert len(tiles(page)) == 30
    page = open_page(**{"with": B, "who": "Only B right", "who_page": "2"})
    assert len(tiles(page)) == 5


def test_where_nobody_errs_alone_sentences_say_so(runs_dir, tiny_mnist):
    add_run(runs_dir, A, [4])
    add_run(runs_dir, B, [4])
    page = open_page(**{"with": B})
    assert "no digit that only A reads right" in words(page)
    assert "nothing that could speak for either" in words(page)
    assert page.get("vega_lite_chart")[2].proto.alt.endswith("none.")


@pytest.mark.parametrize(
    ("wrong_a", "wrong_b", "sentence"),
    [
        (range(1, 11), (10, 11), "So B very likely reads new digits"),
        ((1,), (2, 3, 4, 5, 6, 7, 8, 9), "So A very likely reads new digits"),
        ((1, 2, 3), (4, 5, 6, 7, 8), "on other digits the other one may well be ahead"),
        ((1, 2), (), "So few digits could not show a difference"),
    ],
)
def test_the_test_is_said_in_words(runs_dir, tiny_mnist, wrong_a, wrong_b, sentence):
    add_run(runs_dir, A, wrong_a)
    add_run(runs_dir, B, wrong_b)
    text = words(open_page(**{"with": B}))
    assert sentence in text
    is_more = "very likely" in sentence
    assert ("The difference is more than chance." in text) is is_more
    assert ("The difference is not more than chance." in text) is not is_more


def test_only_networks_tested_on_the_same_digits_are_offered(two, runs_dir):
    add_run(runs_dir, "20260103-000000-fast-cccc", dataset="sample")
    add_run(runs_dir, "20260104-000000-fast-dddd", state=State.FAILED).model_path.unlink()
    (add_run(runs_dir, "20260105-000000-fast-eeee").path / "status.json").write_text("damaged")
    assert len(picker(open_page()).options) == 2  # B and the built-in one


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("20260103-000000-fast-cccc", "was tested on other digits"),
        ("20260104-000000-fast-dddd", "failed and has no network to compare with yet"),
        ("20260105-000000-fast-eeee", "can't be read"),
        (A, "can't be compared with itself"),
        ("nobody", "There is no run 'nobody'"),
        ("<b>../..", "There is no run '?b?../..'"),
    ],
)
def test_an_address_that_cannot_be_compared_gets_a_sentence(two, runs_dir, name, sentence):
    add_run(runs_dir, "20260103-000000-fast-cccc", dataset="sample")
    add_run(runs_dir, "20260104-000000-fast-dddd", state=State.FAILED).model_path.unlink()
    (add_run(runs_dir, "20260105-000000-fast-eeee").path / "status.json").write_text("damaged")
    page = open_page(**{"with": name})
    assert sentence in page.warning[0].value
    assert picker(page).value is None


def test_damaged_answers_get_a_sentence(two):
    (two[1].path / "test_predictions.npz").write_bytes(b"half")
    page = open_page(**{"with": B})
    assert "stored predictions of this run are damaged" in page.warning[0].value
    assert not page.metric


def test_without_a_second_network_the_page_says_how_to_get_one(runs_dir, tiny_mnist, monkeypatch):
    add_run(runs_dir, A)
    monkeypatch.setattr(store, "BUILT_IN", A)  # as where the built-in one is of other digits
    monkeypatch.setattr(store, "BUILT_IN_PATH", runs_dir / A)
    page = open_page()
    assert "no second network yet" in page.info[0].value
    assert page.button(key="train_second").label == "Train another network"


@pytest.fixture
def comparison(two):
    return compare(*map(load_predictions, two))


def test_the_table_has_a_row_for_each_digit_that_only_one_reads_right(comparison):
    table = pd.read_csv(io.StringIO(disagreements(comparison).to_csv(index=False)))
    assert table["index"].tolist() == [*range(1, 10), 11]
    assert table["right"].tolist() == ["B"] * 9 + ["A"]
    right = table["a_read_as"].where(table["right"] == "A", table["b_read_as"])
    assert (right == table["label"]).all()


def test_the_difference_is_signed_and_colored(comparison):
    chart = two_runs_charts.difference_chart(comparison.matrix_difference)
    (rows,) = chart.to_dict()["datasets"].values()
    cells = {(row["actual"], row["predicted"]): row for row in rows}
    assert (cells[2, 2]["text"], cells[2, 2]["color"]) == ("+1", two_runs_charts.MORE_B)
    assert (cells[2, 3]["text"], cells[2, 3]["color"]) == ("−1", two_runs_charts.MORE_A)
    assert (cells[0, 5]["text"], cells[0, 5]["tint"]) == ("", 0)
    assert cells[2, 3]["meaning"] == "2 read as 3: 1 more by A"


def test_the_difference_is_a_picture_too(comparison):
    figure = difference_matrix_figure(comparison.matrix_difference, "one", "other")
    shown = {text.get_text() for text in figure.axes[0].texts}
    assert shown == {"+1", "−1"}
    with Image.open(io.BytesIO(figure_bytes(figure, "png"))) as picture:
        assert picture.format == "PNG"


@pytest.mark.parametrize(
    ("p_value", "share", "label"),
    [
        (0.0001, "less than 0.1%", "p < 0.001"),
        (0.0321, "3.2%", "p = 0.032"),
        (0.421, "42%", "p = 0.42"),
        (1.0, "100%", "p = 1.00"),
    ],
)
def test_a_p_value_is_rounded_as_people_say_it(p_value, share, label):
    assert (p_words(p_value), p_label(p_value)) == (share, label)


@pytest.mark.parametrize(
    ("p_value", "words", "label"),
    [
        (0.0004, "less than 0.1%", "p < 0.001"),
        (0.0301, "3.0%", "p = 0.030"),
        (0.0498, "4.98%", "p = 0.0498"),
        (0.0502, "5.02%", "p = 0.0502"),
        (0.3, "30%", "p = 0.30"),
    ],
)
def test_a_p_value_is_rounded_so_that_its_side_of_the_limit_shows(p_value, words, label):
    assert (p_words(p_value), p_label(p_value)) == (words, label)

from types import SimpleNamespace

import numpy as np
import pytest

from cnn.data import mnist
from cnn.runs import store
from cnn.runs.metrics import EpochPoint, append_point
from cnn.runs.snapshots import save_snapshot
from tests.evaluated_run import make_evaluated_run
from tests.pages import html, open_script, words
from ui.predictions import digit_details
from ui.shared.explanation import nearest

SCRIPT = """
import streamlit as st
from cnn.runs import store
from ui.predictions.digit_details import show_details
from ui.shared.run_predictions import predictions_of

run = store.open_run(st.session_state["run"], store.runs_folder())
show_details(run, predictions_of(run), st.session_state["digit"])
"""


@pytest.fixture(autouse=True)
def few_digits(monkeypatch):
    monkeypatch.setattr("cnn.explanation.explain.MAX_DIGITS", 200)
    nearest.index.clear()
    yield
    nearest.index.clear()


@pytest.fixture
def run(runs_dir, tiny_mnist):
    """A run with the built-in network's file, whose stored prediction for digit 3 is a 4."""
    run = make_evaluated_run(runs_dir, wrong=[3])
    run.model_path.write_bytes((store.BUILT_IN_PATH / "model.onnx").read_bytes())
    return run


def train_epochs(run, *predictions, digits=40):
    """Save epochs, in each of which every digit is predicted as one of these."""
    for number, predicted in enumerate(predictions, 1):
        append_point(run.metrics_path, EpochPoint(number, 1, 0.5, 1, 0.5, number))
        rows = np.eye(10, dtype=np.float32)[np.full(digits, predicted)]
        save_snapshot(run, number, np.zeros((3, 3, 2), np.float32), rows)


def open_digit(run, digit):
    page = open_script(SCRIPT, run=run.id, digit=digit)
    assert not page.exception
    return page


def test_a_mistake_shows_label_prediction_and_an_occlusion_map_for_either(run):
    page = open_digit(run, 3)
    stored = np.load(run.path / "test_predictions.npz")["probabilities"][3].astype(float)
    assert "✗ Mistake: the label is 3" in html(page)
    assert 'data-testid="prediction">4<' in html(page)
    assert f"{stored[4] * 100:.1f}" in html(page)
    assert "positive for 4" in html(page)
    assert "positive for 3" in html(page)
    assert html(page).count("Training digit") == 5
    assert "This run has no snapshots" in words(page)


def test_a_correct_prediction_has_one_occlusion_map(run):
    page = open_digit(run, 7)
    assert "✓ Correct: a 7" in html(page)
    assert html(page).count("positive for") - html(page).count("most positive for") == 1


def test_a_label_error_is_marked_with_the_source(run, monkeypatch):
    assert "Label error" not in html(open_digit(run, 3))
    monkeypatch.setattr(digit_details, "has_label_error", lambda labels: np.arange(40) == 3)
    assert "Label error" in html(open_digit(run, 3))
    assert "arxiv.org/abs/2103.14749" in html(open_digit(run, 3))
    assert "Differs from the label 3" in html(open_digit(run, 3))
    assert "Label error" not in html(open_digit(run, 4))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_dialog_has_the_pages_scheme(run, monkeypatch, scheme):
    context = SimpleNamespace(theme=SimpleNamespace(type=scheme))
    monkeypatch.setattr(digit_details.st, "context", context)
    assert f"stDialog] {{color-scheme: {scheme}}}" in html(open_digit(run, 3))


def test_filters_are_shown_and_each_map_can_be_chosen(run):
    page = open_digit(run, 3)
    assert "the 3×3 weights of its filter" in html(page)
    layer, chosen = page.selectbox(key="map_layer"), page.selectbox(key="map_of_convolution_1")
    assert layer.options[:2] == ["Convolution 1", "Convolution 2"]
    assert sorted(map(int, chosen.options)) == list(range(1, len(chosen.options) + 1))
    page = layer.set_value("convolution_2").run()
    page = page.selectbox(key="map_of_convolution_2").set_value(4).run()
    assert not page.exception
    assert "Map 5 of convolution 2" in html(page)


def test_maps_can_be_chosen_with_damaged_hyperparameters(run):
    (run.path / "hyperparameters.json").write_text("{")
    page = open_digit(run, 3).selectbox(key="map_layer").set_value("convolution_2").run()
    assert not page.exception
    assert "of convolution 2" in html(page)


def test_how_the_prediction_changed_is_in_words_and_in_a_chart(run):
    train_epochs(run, 9, 9, 4)
    page = open_digit(run, 3)
    assert "Predicted 9 until epoch 2, then 4." in words(page)
    (chart,) = page.get("vega_lite_chart")
    assert chart.proto.alt.startswith("Predicted 9")


def test_the_saved_networks_prediction_is_told_where_the_last_epochs_differs(run):
    train_epochs(run, 4, 9)
    assert "The saved network predicts 4." in words(open_digit(run, 3))


def test_epochs_of_other_digits_are_not_shown(run):
    train_epochs(run, 9, 4, digits=30)
    assert "30 other digits than the 40 here" in words(open_digit(run, 3))


def test_without_mnist_the_built_in_networks_history_is_a_sentence(runs_dir):
    page = open_digit(store.open_run(store.BUILT_IN, runs_dir), 3)
    assert "10,000 other digits than the 1,000 here" in words(page)
    assert html(page).count("Training digit") == 5


def test_a_damaged_network_leaves_the_stored_prediction_and_its_history(run):
    train_epochs(run, 9, 4)
    run.model_path.write_bytes(b"no network")
    page = open_digit(run, 3)
    assert 'data-testid="prediction">4<' in html(page)
    assert "is damaged" in page.warning[0].value
    assert "Predicted 9 after epoch 1, then 4." in words(page)


def test_the_training_digits_are_indexed_once_for_all_digits_and_visitors(run, monkeypatch):
    loaded = []
    load = mnist.load_first_training
    monkeypatch.setattr(mnist, "load_first_training", lambda n: loaded.append(n) or load(n))
    for digit in (3, 4, 3):
        open_digit(run, digit)
    assert loaded == [200]

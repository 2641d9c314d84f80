from types import SimpleNamespace

import numpy as np
import pytest

from cnn.data import mnist
from cnn.runs import store
from cnn.runs.metrics import EpochPoint, append_point
from cnn.runs.snapshots import save_snapshot
from tests.evaluated_run import make_evaluated_run, predictions_of
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


@pytest.fixture
def run(runs_dir, tiny_mnist):
    """A run with the built-in network's file, whose stored prediction for digit 3 is a 4."""
    run = make_evaluated_run(runs_dir, wrong=[3])
    run.model_path.write_bytes((store.BUILT_IN_PATH / "model.onnx").read_bytes())
    return run


def save_epochs(run, *predictions):
    """Save epochs, in each of which every digit is predicted as one of these."""
    for number, predicted in enumerate(predictions, 1):
        append_point(run.metrics_path, EpochPoint(number, 1, 0.5, 1, 0.5, number))
        rows = np.eye(10, dtype=np.float32)[np.full(40, predicted)]
        save_snapshot(run, number, np.zeros((3, 3, 2), np.float32), rows)


def test_a_mistake_is_explained_and_each_map_can_be_chosen(run, monkeypatch):
    loaded, load = [], mnist.load_first_training
    monkeypatch.setattr(mnist, "load_first_training", lambda n: loaded.append(n) or load(n))
    monkeypatch.setattr("cnn.explanation.explain.MAX_DIGITS", 200)
    nearest.index.clear()
    save_epochs(run, 9, 9, 4)
    page = open_script(SCRIPT, run=run.id, digit=3)
    assert not page.exception
    assert "positive for 4" in html(page)  # the prediction
    assert "positive for 3" in html(page)  # the true label
    assert html(page).count("Training digit") == 5
    assert "Predicted 9 until epoch 2, then 4." in words(page)
    (chart,) = page.get("vega_lite_chart")
    assert chart.proto.alt.startswith("Predicted 9")
    assert "the 3×3 weights of its filter" in html(page)

    (run.path / "hyperparameters.json").write_text("{")
    layer, chosen = page.selectbox(key="map_layer"), page.selectbox(key="map_of_convolution_1")
    assert layer.options[:2] == ["Convolution 1", "Convolution 2"]
    assert sorted(map(int, chosen.options)) == list(range(1, len(chosen.options) + 1))
    layer.set_value("convolution_2").run()
    page.selectbox(key="map_of_convolution_2").set_value(4).run()
    assert not page.exception
    assert "Map 5 of convolution 2" in html(page)
    assert loaded == [200]  # indexed once
    nearest.index.clear()


def test_a_damaged_network_leaves_the_stored_prediction_and_its_history(run):
    save_epochs(run, 4, 9)
    run.model_path.write_bytes(b"no network")
    page = open_script(SCRIPT, run=run.id, digit=3)
    assert not page.exception
    assert 'data-testid="prediction">4<' in html(page)
    assert "is damaged" in page.warning[0].value
    assert "Predicted 4 until epoch 1, then 9. The saved network predicts 4." in words(page)


def test_a_digit_is_shown_with_its_probabilities_and_whether_it_is_right():
    predictions = predictions_of(wrong=[3, 8])
    assert "✓ Correct: a 7" in digit_details.digit_html(predictions, 7)
    assert "✗ Mistake: the label is 3" in digit_details.digit_html(predictions, 3)
    shown = digit_details.prediction_html(predictions, 3)
    assert 'data-testid="prediction">4<' in shown
    assert f"{predictions.probabilities[3, 4] * 100:.1f}" in shown


def test_a_label_error_is_marked_with_the_source():
    predictions = predictions_of(wrong=[3])
    vars(predictions)["label_errors"] = np.arange(40) < 5
    shown = digit_details.digit_html(predictions, 3)
    assert "arxiv.org/abs/2103.14749" in shown
    assert "Differs from the label 3" in shown
    assert "Equals the label 4" in digit_details.digit_html(predictions, 4)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_dialog_has_the_pages_scheme(monkeypatch, scheme):
    context = SimpleNamespace(theme=SimpleNamespace(type=scheme))
    monkeypatch.setattr(digit_details.st, "context", context)
    assert f"stDialog] {{color-scheme: {scheme}}}" in digit_details._dialog_style()

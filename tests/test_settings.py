"""Settings in the address, beside a run and from a run into the form; a run trained further."""

from dataclasses import replace

import pytest

from cnn import launching
from cnn.presets import PRESETS
from cnn.runs import store
from cnn.runs.metrics import EpochPoint, append_point
from cnn.runs.status import State
from tests.evaluated_run import make_evaluated_run
from tests.pages import button, open_page, press, words
from ui.shared.hyperparameter_form import NAME

SETTINGS = {"preset": "fast", "learning_rate": "0.05", "dense_units": "7"}
VALUES = replace(PRESETS["fast"], learning_rate=0.05, dense_units=7)


@pytest.fixture
def run(tiny_mnist, runs_dir):
    """A finished run of one epoch with a network, and with settings that no slider offers."""
    run = store.create(VALUES, runs_dir)
    append_point(run.metrics_path, EpochPoint(1, 0.3, 0.92, 0.2, 0.95, 4.0))
    for file in ("model.keras", "model.onnx"):
        (run.path / file).write_bytes(b"a network")
    run.update_status(state=State.FINISHED, dataset="mnist", test_accuracy=0.9)
    return run


def settings(page):
    """The settings in the address, without the run."""
    return {name: value for name, value in page.query_params.items() if name != "run"}


def trained(page):
    """What Train starts with the page as it is."""
    press(page, "Train")
    return store.list_runs(store.runs_folder())[0]


def test_the_forms_settings_are_read_from_the_address_and_trained(tiny_mnist, runs_dir):
    page = open_page("train", **SETTINGS)
    assert not page.warning
    assert settings(page) == SETTINGS
    assert trained(page).hyperparameters == VALUES


def test_only_what_differs_from_the_nearest_preset_is_in_the_address(tiny_mnist):
    page = open_page("train")
    assert settings(page) == {}
    page.segmented_control(key="preset").set_value("fast").run()
    assert settings(page) == {"preset": "fast"}
    page.select_slider(key="form_2_epochs").set_value(3).run()
    assert settings(page) == {"preset": "fast", "epochs": "3"}
    page.segmented_control(key="preset").set_value("article").run()
    assert settings(page) == {}


def test_what_is_impossible_in_an_address_is_told_once_and_the_presets_is_used(tiny_mnist):
    bad = {"epochs": "1000", "optimizer": "<b>", "filters": "8-900", "seed": "-1", "padding": ""}
    page = open_page("train", **SETTINGS, **bad)
    (warning,) = page.warning
    for sentence in ("epochs must be between 1 and 100, not 1000", "optimizer must be one of"):
        assert sentence in warning.value
    assert settings(page) == SETTINGS
    page.select_slider(key="form_1_epochs").set_value(3).run()
    assert not page.warning
    assert "There is no preset 'x'" in open_page("train", preset="x").warning[0].value


def test_a_stale_address_does_not_take_back_what_was_chosen(tiny_mnist):
    page = open_page("train")
    page.segmented_control(key="preset").set_value("fast").run()
    del page.query_params["preset"]  # as a browser sends it that has not yet got the new one
    assert settings(page.run()) == {"preset": "fast"}


def test_a_run_shows_its_settings_and_its_network_and_fills_the_form(run):
    page = open_page("train", run=run.id)
    assert "| **Learning rate** | **0.05** :gray[(Fast: 0.02)] |" in words(page)
    assert "| Optimizer | Adam |" in words(page)
    assert "The run above has other settings." in words(page)
    press(page, "Use these settings")
    assert settings(page) == SETTINGS
    assert "The run above has the same settings." in words(page)
    assert not button(page, "Use these settings")


def test_predictions_lead_to_the_form_with_a_runs_settings(tiny_mnist, runs_dir, monkeypatch):
    run = make_evaluated_run(runs_dir)
    (run.path / "hyperparameters.json").write_text(VALUES.to_json())
    ways = []
    monkeypatch.setattr("streamlit.switch_page", lambda page, **how: ways.append((page, how)))
    press(open_page("predictions", run=run.id), "Use these settings")
    assert ways == [("pages/train.py", {"query_params": {"run": run.id, **SETTINGS}})]


def test_a_run_is_named_before_it_is_trained(tiny_mnist, runs_dir):
    page = open_page("train", **SETTINGS)
    field = page.text_input(key=NAME)
    assert field.placeholder == "Fast · dense units 7 · lr 0.05"
    field.set_value(" First_try ")
    assert trained(page).notes.name == "First_try"
    assert page.text_input(key=NAME).value == ""
    assert r"First\_try · starting" in words(page)


def more(run, **query):
    """Train with the menu for more training open."""
    page = open_page("train", run=run.id, **query)
    page.session_state[f"train_more_{run.id}"] = True
    return page.run()


def test_a_run_is_trained_for_more_epochs_and_said_what_the_schedule_does_then(run):
    page = more(run)
    page.number_input(key="more_epochs").set_value(3).run()
    assert "One cycle begins anew and ends after epoch 4." in words(page)
    press(page, "Train 3 more epochs")
    assert (run.status().state, run.hyperparameters.epochs) == (State.QUEUED, 4)


def test_a_run_is_repeated_with_seeds_that_it_was_not_trained_with(run, runs_dir):
    store.create(replace(VALUES, seed=4), runs_dir)
    page = press(more(run), "Again with 5 seeds")
    new = store.list_runs(runs_dir)[:5]
    assert {one.hyperparameters for one in new} == {replace(VALUES, seed=n) for n in range(5, 10)}
    assert store.open_run(page.query_params["run"], runs_dir).hyperparameters.seed == 5


def test_the_forms_network_starts_from_a_runs_weights_where_they_fit(run, monkeypatch):
    page = more(run)
    assert "convolution 1 has another shape" in words(page)
    assert button(page, "Start from these weights").disabled
    page = press(more(run, **{**SETTINGS, "epochs": "9"}), "Start from these weights")
    started = store.list_runs(store.runs_folder())[0]
    assert started.hyperparameters == replace(VALUES, epochs=9)
    assert f"Started from the weights of {run.name}." in words(page)


def test_why_a_training_cannot_be_started_again_is_said(run, monkeypatch):
    monkeypatch.setattr(launching, "start", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    page = more(run)
    assert "could not start: disk full" in words(press(page, "Run again with seed 0"))
    run.update_status(state=State.INTERRUPTED)
    assert "is interrupted: only finished and stopped ones" in words(more(run))


def test_an_impossible_network_starts_nothing_from_a_runs_weights(run):
    page = more(run, filters="-".join("8" * 6), kernel_size="7")
    assert "The network of the form is impossible." in words(page)

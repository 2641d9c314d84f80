import json
from dataclasses import asdict

import pytest

from cnn import launching
from cnn.data import download
from cnn.hyperparameters import SPECS, Hyperparameters
from cnn.presets import PRESETS
from cnn.runs import store
from cnn.runs.fine_tune_info import FineTuneInfo
from cnn.runs.metrics import EpochPoint, TrainingPoint, append_point
from cnn.runs.status import FINE_TUNE_FILE, State
from tests.pages import metrics, open_page, press, words
from ui.shared.number_text import percent


@pytest.fixture
def open_train(tiny_mnist, runs_dir):
    return lambda **query: open_page("train", **query)


@pytest.fixture
def run_in_state(runs_dir):
    def create(state, **changes):
        run = store.create(PRESETS["fast"], runs_dir)
        append_point(run.metrics_path, TrainingPoint(0.5, 0.4, 0.9, 9000.0, 2.0))
        append_point(run.metrics_path, EpochPoint(1, 0.3, 0.92, 0.2, 0.95, 4.0))
        run.update_status(state=state, dataset="mnist", test_images=10_000, seconds=4.0, **changes)
        return run

    return create


def only_run():
    (run,) = store.list_runs(store.runs_folder())
    return run


def test_the_first_visit_shows_the_tutorial_network_its_size_and_its_time(open_train):
    page = open_train()
    assert not page.exception
    assert "47,410 parameters" in words(page)
    assert "to train" in words(page)
    assert "MNIST, 280 digits, from MNIST_NPZ" in words(page)
    assert page.session_state["preset"] == "article"


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_sets_every_control_also_for_a_click_that_comes_with_the_old_values(
    open_train, name
):
    page = open_train()
    page.segmented_control(key="preset").set_value(name)
    press(page, "Train")
    assert only_run().hyperparameters == PRESETS[name]


def test_a_changed_control_leaves_no_preset_chosen_and_is_what_is_trained(open_train):
    page = open_train()
    page.select_slider(key="form_1_epochs").set_value(7)
    page.number_input(key="form_1_strides_2").set_value(3).run()
    assert page.session_state["preset"] is None
    press(page, "Train")
    assert only_run().hyperparameters == Hyperparameters(epochs=7, strides=(1, 3))


def test_train_queues_a_run_and_puts_it_into_the_address(open_train):
    page = press(open_train(), "Train")
    run = only_run()
    assert run.status().state is State.QUEUED
    assert page.query_params["run"] == run.id


def test_a_damaged_run_is_explained(open_train, run_in_state):
    run = run_in_state(State.FINISHED)
    (run.path / "hyperparameters.json").write_text("{")
    page = open_train(run=run.id)
    assert not page.exception
    assert "can't be read" in words(page)


def test_an_impossible_network_is_named_with_its_layer_and_cannot_be_trained(open_train):
    page = open_train()
    page.slider(key="form_1_layers").set_value(6).run()
    page.select_slider(key="form_1_kernel_size").set_value(7).run()
    assert "before convolution 5" in words(page)
    assert all(button.disabled for button in page.button if button.label == "Train")


def test_a_value_that_no_control_offers_never_reaches_a_run(open_train):
    page = open_train()
    page.number_input(key="form_1_filters_1").set_value(5000).run()
    press(page, "Train")
    assert all(1 <= filters <= 128 for filters in only_run().hyperparameters.filters)


def test_every_value_of_a_preset_can_be_chosen():
    for values in PRESETS.values():
        for name, spec in SPECS.items():
            assert not spec.steps or getattr(values, name) in spec.steps


def test_a_run_that_trains_is_found_without_an_address_and_shown_with_metrics_and_a_stop(
    open_train, run_in_state
):
    run = run_in_state(State.RUNNING, phase="training", message="Resumed after epoch 1.")
    with run.lock.acquire():
        page = open_train()
        assert page.query_params["run"] == run.id
        assert "Resumed after epoch 1." in words(page)
        assert metrics(page) == {
            "Accuracy": "90.0%",
            "Loss": "0.400",
            "Images/s": "9,000",
            "Time left": "2.0 s",
        }
        press(page, "Stop")
    assert run.stop_file.exists()


def test_a_waiting_run_says_how_many_are_before_it(open_train, runs_dir):
    for _ in range(2):
        launching.start(Hyperparameters(), runs_dir)
    last = store.list_runs(runs_dir)[0]
    first = store.list_runs(runs_dir)[1]
    last.update_status(created=first.status().created + 1)
    assert "queued, 1 ahead" in words(open_train(run=last.id))


def test_a_finished_run_is_compared_with_the_tutorial_and_the_best(open_train, run_in_state):
    run = run_in_state(State.FINISHED, test_accuracy=0.9806)
    page = open_train(run=run.id)
    built_in = store.open_run(store.BUILT_IN, run.path.parent).status().test_accuracy
    assert metrics(page) == {
        "Test accuracy": "98.06%",
        "Best of all runs": percent(built_in, 2),
        "Training time": "4.0 s",
    }
    assert page.metric[0].delta == "+1.00"
    run_in_state(State.FINISHED, test_accuracy=0.9999)
    assert metrics(page.run())["Best of all runs"] == "99.99%"
    run.update_status(dataset="sample", test_images=1000)  # other digits: not comparable
    page.run()
    assert not page.metric[0].delta
    assert metrics(page)["Best of all runs"] == "98.06%"


def test_digits_seen_in_training_are_not_called_a_test(open_train, run_in_state):
    tested = run_in_state(State.FINISHED, test_accuracy=0.95)
    fine_tuned = run_in_state(State.FINISHED, test_accuracy=0.999)
    for run in (tested, fine_tuned):
        run.update_status(dataset="sample", test_images=1000)
    info = FineTuneInfo("built-in", 2, 0.5, 0.99, True, ())
    (fine_tuned.path / FINE_TUNE_FILE).write_text(json.dumps(asdict(info)))
    shown = metrics(open_train(run=fine_tuned.id))
    assert shown["Seen in training"] == "99.90%"
    assert not {"Test accuracy", "Best of all runs"} & set(shown)
    best = metrics(open_train(run=tested.id))
    assert best["Best of all runs"] == "95.00%"


def test_a_failed_run_says_why_with_its_log(open_train, run_in_state):
    run = run_in_state(State.FAILED, message="The likely cause is the learning rate of 10.")
    (run.path / "train.log").write_text("Traceback of the day")
    page = open_train(run=run.id)
    assert "The likely cause is the learning rate" in words(page)
    assert any("Traceback of the day" in code.value for code in page.code)


def test_a_label_of_the_menu_that_has_changed_meanwhile_keeps_the_run(open_train, run_in_state):
    run = run_in_state(State.FINISHED, test_accuracy=0.9)
    page = open_train(run=run.id)
    menu = page.selectbox(key="run_menu")
    menu.options.append("Fast · queued · 24 Nov 21:05")
    menu.set_value("Fast · queued · 24 Nov 21:05").run()
    assert page.query_params["run"] == run.id
    assert not page.warning


def test_an_address_with_an_unknown_run_leads_to_a_sentence(open_train):
    page = open_train(run="../../etc")
    assert not page.exception
    assert "There is no run '../../etc'" in words(page)


def test_without_mnist_the_sample_serves_and_the_download_shows_how_far_it_is(
    runs_dir, monkeypatch, tmp_path
):
    (tmp_path / "wrong.npz").write_text("nothing")
    monkeypatch.setenv("MNIST_NPZ", str(tmp_path / "wrong.npz"))
    started = []
    half = download.Progress("running", "Downloading MNIST.", 5_750_000, 11_500_000)
    monkeypatch.setattr(download, "start_download", lambda **_: started.append(1))
    monkeypatch.setattr(download, "progress", lambda: half)
    page = open_page("train")
    assert started
    assert "wrong.npz" in words(page)
    assert "5,000 MNIST digits that come with the app" in words(page)
    assert not page.exception
    assert "5.8 MB of 11.5 MB" in str(page.get("progress")[0].proto.text)


def test_a_failed_download_says_why_and_can_be_tried_again(runs_dir, monkeypatch):
    retries = []
    failed = download.Progress("failed", "MNIST could not be downloaded: no network.")
    monkeypatch.setattr(download, "start_download", lambda retry=False: retries.append(retry))
    monkeypatch.setattr(download, "progress", lambda: failed)
    page = open_page("train")
    assert "no network" in words(page)
    press(page, "Download MNIST")
    assert True in retries

import base64
import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn.data.mnist import Digits
from cnn.evaluation import replay
from cnn.evaluation.replay import MAX_EPOCHS, Replay
from cnn.runs import store
from cnn.runs.metrics import EpochPoint
from cnn.runs.status import State
from cnn.runs.store import Run
from tests.evaluated_run import make_run
from tests.pages import sent, words
from tests.replayed_run import make_replayed_run
from ui.shared.replay_player import MAX_FILTERS, replay_payload

pytestmark = pytest.mark.usefixtures("tiny_mnist")


def replay_page(run_id):
    from cnn.runs.store import open_run, runs_folder
    from ui.shared.replay import show_replay

    show_replay(open_run(run_id, runs_folder()))


def open_replay(run):
    page = AppTest.from_function(replay_page, args=(run.id,), default_timeout=60).run()
    assert not page.exception
    return page


def player(page):
    """What the browser gets, or None where there is no player."""
    return next(iter(sent(page)), None)


def decoded(payload, name, kind=np.uint8):
    return np.frombuffer(base64.b64decode(payload[name]), kind)


def largest_replay():
    """As many epochs, filters and digits as there can be, of numbers that do not compress."""
    generator = np.random.default_rng(0)
    return Replay(
        tuple(range(MAX_EPOCHS)),
        generator.normal(size=(MAX_EPOCHS, 7, 7, 128)).astype(np.float32),
        generator.dirichlet(np.ones(10), (MAX_EPOCHS, 100)).astype(np.float32),
        np.arange(100),
        Digits(
            generator.integers(0, 256, (100, 28, 28), dtype=np.uint8),
            np.repeat(np.arange(10, dtype=np.uint8), 10),
        ),
        tuple(EpochPoint(number, 1.0, 0.9, 1.0, 0.9, 1.0) for number in range(1, 101)),
        (),
    )


def test_the_browser_gets_the_predictions_and_the_filters_of_every_frame(runs_dir):
    run = make_replayed_run(runs_dir)
    payload = replay_payload(replay.load_replay(run), "1", "Before the training")
    assert payload["frames"] == [
        "Before the training",
        *(f"After epoch {number} of 3" for number in (1, 2, 3)),
    ]
    predicted = decoded(payload, "predicted").reshape(4, 40)
    assert (predicted == payload["labels"]).sum(axis=1).tolist() == payload["correct"]
    weights = decoded(payload, "weights", np.int8).reshape(4, 4, 3, 3)
    filters = replay.load_replay(run).filters
    scale = np.abs(filters).max()
    np.testing.assert_allclose(weights[2, 3] / 127 * scale, filters[2, ..., 3], atol=scale / 127)
    assert decoded(payload, "confidence").max() <= 100


def test_the_largest_replay_is_under_300_kilobytes():
    payload = replay_payload(largest_replay(), "1", "Before the training")
    assert payload["filters"] == MAX_FILTERS
    assert payload["allFilters"] == 128
    assert len(json.dumps(payload)) < 300_000


def test_a_run_that_learned_nothing_has_filters_of_nothing():
    nothing = largest_replay()._replace(filters=np.zeros((MAX_EPOCHS, 1, 1, 2), np.float32))
    payload = replay_payload(nothing, "1", "Before the training")
    assert not decoded(payload, "weights", np.int8).any()


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        ({}, "40 test digits"),
        ({"dataset": "sample"}, "100 test digits"),
        ({"state": State.STOPPED}, "the replay ends with its last complete epoch, 3"),
        ({"epochs": 1, "start": False}, "nothing to play"),
    ],
)
def test_a_run_that_has_ended_is_played(runs_dir, made, sentence):
    page = open_replay(make_replayed_run(runs_dir, **made))
    assert sentence in words(page)
    assert player(page)["epochs"][-1] == made.get("epochs", 3)
    labels = [button.proto.label for button in page.get("download_button")]
    assert labels == ["Filters as PNG", "Filters as SVG", "Predictions as CSV"]


@pytest.mark.parametrize("is_built_in", [False, True])
def test_a_run_without_its_test_digits_shows_filters_and_offers_no_table(
    runs_dir, monkeypatch, is_built_in
):
    run = make_replayed_run(runs_dir)
    monkeypatch.delenv("MNIST_NPZ")
    page = open_replay(store.open_run(store.BUILT_IN, runs_dir) if is_built_in else run)
    assert "not on this computer" in words(page)
    assert player(page)["labels"] == []
    labels = [button.proto.label for button in page.get("download_button")]
    assert labels == ["Filters as PNG", "Filters as SVG"]


def test_a_fine_tuned_run_begins_before_the_fine_tuning(runs_dir):
    run = make_replayed_run(runs_dir)
    (run.path / "taught.json").write_text(
        json.dumps(
            {
                "base": store.BUILT_IN,
                "digits": 1,
                "accuracy_before": 0.0,
                "test_accuracy_before": None,
                "test_is_seen": True,
                "learned": [],
            }
        )
    )
    page = open_replay(run)
    assert player(page)["frames"][0] == "Before the fine-tuning"
    assert "was trained on these digits before" in words(page)


def test_a_run_without_saved_epochs_says_so(runs_dir):
    page = open_replay(make_run(runs_dir))
    assert "This run has no snapshots" in page.info[0].value
    assert player(page) is None
    assert len(page.button) == 1  # the way to Train


def test_a_run_that_has_not_ended_gets_a_sentence(runs_dir, hold_elsewhere):
    run = make_replayed_run(runs_dir, state=State.RUNNING)
    hold_elsewhere(run.path / "lock")
    page = open_replay(run)
    assert len(page.info) == 1
    assert player(page) is None


@pytest.mark.parametrize("file", ["epochs/2.npz", "status.json"])
def test_a_damaged_run_gets_a_sentence(runs_dir, file):
    run = make_replayed_run(runs_dir)
    (run.path / file).write_bytes(b"half a file")
    page = open_replay(Run(run.path))
    assert len(page.info) == 1
    assert player(page) is None


def test_a_replay_is_loaded_once_for_all_visitors_until_the_run_changes(runs_dir, monkeypatch):
    run, read = make_replayed_run(runs_dir), []

    def load_replay(run):
        read.append(run)
        return replay.load_replay(run)

    monkeypatch.setattr("ui.shared.replay.load_replay", load_replay)
    first, again = player(open_replay(run)), player(open_replay(run))
    assert again == first
    assert len(read) == 1
    (run.path / "epochs" / "3.npz").unlink()
    assert player(open_replay(run))["version"] != first["version"]


def test_train_shows_the_replay_of_a_run_that_has_ended_once_its_box_is_open(runs_dir, monkeypatch):
    monkeypatch.setattr("cnn.launching.warm", lambda *_: None)
    run = make_replayed_run(runs_dir)
    page = AppTest.from_file("../pages/train.py", default_timeout=60)
    page.query_params["run"] = run.id
    page.run()
    assert "Replay" in [box.label for box in page.expander]
    assert player(page) is None
    page.session_state["replay_box"] = True
    page.run()
    assert not page.exception
    assert player(page)["epochs"] == [0, 1, 2, 3]

import base64
import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn.data.mnist import Digits
from cnn.evaluation.replay import MAX_EPOCHS, Replay, load_replay
from cnn.runs import store
from cnn.runs.metrics import EpochPoint
from cnn.runs.store import Run
from tests.evaluated_run import make_replayed_run, make_run
from tests.pages import sent, words
from ui.shared import replay
from ui.shared.replay import MAX_FILTERS, replay_payload

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


def downloads(page):
    return [button.proto.label for button in page.get("download_button")]


def decoded(payload):
    return np.frombuffer(base64.b64decode(payload["weights"]), np.int8)


def largest_replay():
    """As many epochs, filters and digits as there can be, of numbers that do not compress."""
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (100, 28, 28), dtype=np.uint8)
    return Replay(
        tuple(range(MAX_EPOCHS)),
        generator.normal(size=(MAX_EPOCHS, 7, 7, 128)).astype(np.float32),
        generator.dirichlet(np.ones(10), (MAX_EPOCHS, 100)).astype(np.float32),
        np.arange(100),
        Digits(images, np.repeat(np.arange(10, dtype=np.uint8), 10)),
        {number: EpochPoint(number, 1.0, 0.9, 1.0, 0.9, 1.0) for number in range(1, 101)},
        (),
    )


def test_the_browser_gets_the_predictions_and_the_filters_of_every_frame(runs_dir):
    shown = load_replay(make_replayed_run(runs_dir))
    payload = replay_payload(shown, "1", "Before the training")
    assert payload["frames"] == [
        "Before the training",
        *(f"After epoch {number} of 3" for number in (1, 2, 3)),
    ]
    assert payload["validation"][0] == ""
    assert payload["validation"][1].startswith("Validation accuracy 80.0%, loss 1")
    correct = (np.array(payload["predicted"]) == payload["labels"]).sum(axis=1)
    assert correct.tolist() == payload["correct"]
    assert 0 < np.min(payload["confidence"]) <= np.max(payload["confidence"]) <= 100
    weights, scale = decoded(payload).reshape(4, 4, 3, 3), np.abs(shown.filters).max()
    np.testing.assert_allclose(
        weights[2, 3] * scale / 127, shown.filters[2, ..., 3], atol=scale / 127
    )


def test_the_largest_replay_is_under_300_kilobytes():
    payload = replay_payload(largest_replay(), "1", "Before the training")
    assert payload["filters"] == MAX_FILTERS
    assert payload["allFilters"] == 128
    assert len(json.dumps(payload)) < 300_000


def test_a_run_that_learned_nothing_has_filters_of_nothing():
    nothing = largest_replay()._replace(filters=np.zeros((MAX_EPOCHS, 1, 1, 2), np.float32))
    assert not decoded(replay_payload(nothing, "1", "Before the training")).any()


def test_a_replay_is_loaded_once_for_all_visitors_until_the_run_changes(runs_dir, monkeypatch):
    run, loaded = make_replayed_run(runs_dir), []
    monkeypatch.setattr(replay, "load_replay", lambda run: loaded.append(run) or load_replay(run))
    page = open_replay(run)
    assert "40 test digits" in words(page)
    assert downloads(page) == ["Filters as PNG", "Filters as SVG", "Predictions as CSV"]
    assert player(open_replay(run)) == player(page)
    assert len(loaded) == 1
    (run.path / "epochs" / "3.npz").unlink()
    assert player(open_replay(run))["version"] != player(page)["version"]


def test_without_its_test_digits_the_built_in_run_shows_filters_and_offers_no_table(
    runs_dir, monkeypatch
):
    monkeypatch.delenv("MNIST_NPZ")
    page = open_replay(store.open_run(store.BUILT_IN, runs_dir))
    assert "not on this computer" in words(page)
    assert player(page)["labels"] == []
    assert downloads(page) == ["Filters as PNG", "Filters as SVG"]


def test_a_fine_tuned_run_of_one_epoch_is_shown_and_says_that_its_digits_were_seen(runs_dir):
    run = make_replayed_run(runs_dir, epochs=1)
    info = {"base": store.BUILT_IN, "digits": 1, "accuracy_before": 0.0, "learned": []}
    info |= {"test_accuracy_before": None, "test_is_seen": True}
    (run.path / "taught.json").write_text(json.dumps(info))
    page = open_replay(run)
    assert player(page)["frames"][0] == "Before the fine-tuning"
    assert "was trained on these digits before" in words(page)
    (run.path / "epochs" / "0.npz").unlink()
    assert "nothing to play" in words(open_replay(run))


@pytest.mark.parametrize("file", [None, "epochs/2.npz", "status.json"])
def test_a_run_without_snapshots_or_a_damaged_one_gets_a_sentence(runs_dir, file):
    run = make_replayed_run(runs_dir) if file else make_run(runs_dir)
    if file:
        (run.path / file).write_bytes(b"half a file")
    page = open_replay(Run(run.path))
    assert len(page.info) == len(page.button) == 1  # the button leads to Train
    assert file or "This run has no snapshots" in page.info[0].value
    assert player(page) is None


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
    assert len(player(page)["frames"]) == 4

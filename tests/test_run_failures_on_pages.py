"""Pages with runs that are gone, damaged or in use, and with an impossible folder of runs."""

import shutil

import pytest

from cnn.presets import PRESETS
from cnn.runs import queue, store
from cnn.runs.metrics import EpochPoint, append_point
from cnn.runs.status import State
from tests.pages import open_page, press, words
from ui.shared import navigation

PAGES = ("train", "draw", "my_digits", "predictions", "how_it_works", "runs")
DEEP = "[" * 100_000 + "]" * 100_000


@pytest.fixture(autouse=True)
def no_preloading(monkeypatch):
    """No module is imported in the background."""
    monkeypatch.setattr(navigation, "preload_modules", lambda: None)


@pytest.fixture
def ended_run(runs_dir):
    """Creates a run in this state, after one epoch."""

    def create(state):
        run = store.create(PRESETS["fast"], runs_dir)
        append_point(run.metrics_path, EpochPoint(1, 0.3, 0.92, 0.2, 0.95, 4.0))
        run.update_status(state=state, message="It ended.", phase="training" * (state == "running"))
        return run

    return create


@pytest.mark.parametrize(("state", "key"), [(State.RUNNING, "stop"), (State.FAILED, "resume")])
def test_a_queue_in_use_elsewhere_is_a_sentence(
    ended_run, runs_dir, hold_elsewhere, monkeypatch, state, key
):
    run = ended_run(state)
    monkeypatch.setattr(queue, "LOCK_SECONDS", 0.05)
    with run.lock.acquire():
        page = open_page("train", run=run.id)
        (runs_dir / ".queue").mkdir(exist_ok=True)
        hold_elsewhere(runs_dir / ".queue" / "queue.lock")
        page = press(page, key)
        assert run.status().state is state
    assert not page.exception
    assert "in use by another process" in words(page)


@pytest.mark.parametrize("state", [State.FAILED, State.RUNNING])
def test_an_interrupted_or_failed_run_is_resumed_where_it_is_shown(ended_run, state):
    run = ended_run(state)  # running, and no process holds its lock
    page = press(open_page("train", run=run.id), "Resume after epoch 1")
    assert not page.exception
    assert run.status().state is State.QUEUED


def test_a_run_that_is_deleted_while_it_is_polled_is_a_sentence(ended_run, monkeypatch):
    run = ended_run(State.QUEUED)
    metrics = store.Run.metrics

    def delete_and_read(run):
        shutil.rmtree(run.path, ignore_errors=True)
        return metrics(run)

    monkeypatch.setattr(store.Run, "metrics", delete_and_read)
    page = open_page("train", run=run.id)
    assert not page.exception
    assert f"There is no run '{run.id}'" in words(page)


@pytest.mark.workers
def test_a_queued_run_says_why_no_worker_can_be_started(ended_run, runs_dir):
    run = ended_run(State.QUEUED)
    (runs_dir / ".queue" / "queue.lock").mkdir(parents=True)
    page = open_page("train", run=run.id)
    assert not page.exception
    assert "can't be written" in words(page)


@pytest.mark.workers
@pytest.mark.parametrize("name", PAGES)
def test_an_impossible_folder_of_runs_leaves_the_pages_and_the_built_in_run(name, tmp_path):
    (tmp_path / "runs").write_text("in the way")
    page = open_page(name)
    assert not page.exception
    assert page.query_params["run"] in ("built-in", ["built-in"])
    if name == "train":
        assert "RUNS_DIR" in words(page)
        page = press(page, "Train")
        assert not page.exception
        assert "could not start: The folder of runs" in words(page)


@pytest.mark.parametrize("name", PAGES)
def test_deeply_nested_json_in_a_run_is_a_damaged_file_and_takes_no_page_down(ended_run, name):
    runs = []
    for files in (["status.json"], ["hyperparameters.json"], ["metrics.jsonl", "calibration.json"]):
        runs.append(run := ended_run(State.FINISHED))
        shutil.copy(store.BUILT_IN_PATH / "model.onnx", run.model_path)
        for file in files:
            (run.path / file).write_text(DEEP)
    for chosen in runs[1:]:
        assert not open_page(name, run=chosen.id).exception

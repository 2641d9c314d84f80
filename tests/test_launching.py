from types import SimpleNamespace

import pytest

from cnn import launching
from cnn.hyperparameters import Hyperparameters
from cnn.launching import local
from cnn.runs import queue
from cnn.runs.status import State
from cnn.runs.store import RunError


@pytest.fixture
def started(monkeypatch):
    """How many workers would have been started, in place of starting them."""
    folders = []

    def start(folder, idle_seconds):
        folders.append(folder)
        return SimpleNamespace(poll=lambda: None)  # it lives

    monkeypatch.setattr(local, "_start_worker", start)
    return folders


def test_starting_queues_the_run_and_sees_to_a_worker(runs_dir, started):
    run = launching.start(Hyperparameters(), runs_dir)
    assert run.status().state is State.QUEUED
    assert started == [runs_dir]


def test_warming_starts_one_worker_when_none_lives(runs_dir, started):
    launching.warm(runs_dir)
    assert started == [runs_dir]


def test_no_more_workers_are_started_than_may_train_at_once(runs_dir, started, monkeypatch):
    monkeypatch.setattr(queue, "slots", lambda: 2)
    local.ensure_workers(runs_dir, 9)
    assert len(started) == 2


def test_living_workers_are_not_started_again(runs_dir, started):
    with queue.slot_lock(runs_dir, 0).acquire():
        local.ensure_workers(runs_dir, 1)
    assert started == []


def test_a_worker_that_has_no_slot_yet_is_not_started_again(runs_dir, started):
    for _ in range(3):
        local.ensure_workers(runs_dir, 1)
    assert started == [runs_dir]


def test_whoever_waits_for_a_run_sees_to_a_worker(runs_dir, started, monkeypatch):
    run = launching.start(Hyperparameters(), runs_dir)
    monkeypatch.setattr(local, "_started", [])  # the worker died
    launching.look_after(run)
    assert len(started) == 2


def test_a_run_that_waits_is_stopped_at_once(runs_dir, started):
    run = launching.start(Hyperparameters(), runs_dir)
    launching.stop(run)
    assert run.status().state is State.STOPPED
    assert "before it began" in run.status().message


def test_only_an_interrupted_run_can_go_on(runs_dir, started):
    run = launching.start(Hyperparameters(), runs_dir)
    with pytest.raises(RunError, match="Only an interrupted run"):
        launching.resume(run)


def test_an_interrupted_run_goes_back_into_the_queue(runs_dir, started):
    run = launching.start(Hyperparameters(), runs_dir)
    run.update_status(state=State.RUNNING)
    launching.resume(run)
    assert run.status().state is State.QUEUED

"""The real worker process, started as the app starts it."""

import os
import signal
import subprocess

import pytest

from cnn import launching
from cnn.hyperparameters import Hyperparameters
from cnn.launching import local
from cnn.runs import queue, slots
from cnn.runs.status import State
from cnn.training import worker
from tests.awaiting import until

TINY = Hyperparameters(filters=(2,), pool_after=(1,), epochs=1, scale_pixels=True)
ENDLESS = Hyperparameters(filters=(2,), pool_after=(1,), epochs=100, batch_size=1)


@pytest.fixture
def processes(monkeypatch):
    """The worker processes that a test starts; those still alive are ended after it."""
    started = []
    popen = subprocess.Popen

    def remember(*arguments, **options):
        started.append(popen(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(local.subprocess, "Popen", remember)
    yield started
    for process in started:
        process.kill()
        process.wait()


def over(run):
    status = run.status()
    return status if status.over else None


def training(run):
    return bool(run.metrics().training)


def test_one_worker_trains_the_queue_in_order_and_leaves(
    tiny_mnist, runs_dir, processes, monkeypatch
):
    monkeypatch.setattr(slots, "slot_count", lambda: 1)
    first = launching.start(TINY, runs_dir, idle_seconds=0)
    second = launching.start(TINY, runs_dir, idle_seconds=0)
    ended = [until(lambda run=run: over(run), f"the end of {run.id}") for run in (first, second)]
    assert [status.state for status in ended] == [State.FINISHED, State.FINISHED]
    assert ended[0].ended <= ended[1].started
    assert [process.wait(30) for process in processes] == [0] * len(processes)
    assert slots.active_workers(runs_dir) == slots.deaths(runs_dir) == 0


def test_a_killed_worker_leaves_an_interrupted_run_and_the_next_one_trains(
    tiny_mnist, runs_dir, processes
):
    killed = launching.start(ENDLESS, runs_dir)
    until(lambda: training(killed), "the first point")
    os.kill(processes[0].pid, signal.SIGKILL)
    processes[0].wait()
    assert killed.status().state is State.INTERRUPTED
    following = launching.start(TINY, runs_dir, idle_seconds=0)
    assert until(lambda: over(following), "the next run").state is State.FINISHED
    launching.resume(killed)
    until(lambda: killed.status().state is State.RUNNING, "the interrupted run going on")
    queue.stop(killed)
    assert until(lambda: over(killed), "the stop").state is State.STOPPED
    assert killed.is_usable


def test_a_run_that_fails_says_why_keeps_its_log_and_spares_the_worker(
    tiny_mnist, runs_dir, processes
):
    broken = queue.submit(TINY, runs_dir)
    (broken.path / "hyperparameters.json").write_text("{}x")
    following = launching.start(TINY, runs_dir, idle_seconds=0)
    assert until(lambda: over(following), "the next run").state is State.FINISHED
    status = broken.status()
    assert status.state is State.FAILED
    assert "settings" in status.message
    assert "RunError" in broken.log()


def test_the_worker_trains_on_the_digits_that_the_app_used_when_the_run_was_queued(
    tiny_mnist, runs_dir, processes, monkeypatch
):
    run = queue.submit(TINY, runs_dir)
    monkeypatch.delenv("MNIST_NPZ")  # the worker is older than the app that has the file
    local.ensure_workers(runs_dir, 1, idle_seconds=0)
    assert until(lambda: over(run), "the end").dataset == "mnist"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (MemoryError(), "memory"),
        (OSError(28, "No space left on device"), "the disk is full. Free some space"),
        (RuntimeError("[Errno 28] No space left on device; errno = 28"), "the disk is full"),
        (OSError(13, "Permission denied"), "could not be read or written: Permission denied"),
        (RuntimeError("x" * 1000), "RuntimeError"),
    ],
)
def test_an_unforeseen_failure_is_explained_in_a_sentence(error, sentence):
    explained = worker.explain(error)
    assert sentence in explained
    assert len(explained) < 400

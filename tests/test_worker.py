"""The real worker process, started as the app starts it."""

import contextlib
import os
import signal
import subprocess
import sys

import pytest

from cnn import launching
from cnn.hyperparameters import Hyperparameters
from cnn.launching import local
from cnn.runs import queue, store
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
    monkeypatch.setattr(queue, "slots", lambda: 1)
    first = launching.start(TINY, runs_dir, idle_seconds=0)
    second = launching.start(TINY, runs_dir, idle_seconds=0)
    ended = [until(lambda run=run: over(run), f"the end of {run.id}") for run in (first, second)]
    assert [status.state for status in ended] == [State.FINISHED, State.FINISHED]
    assert ended[0].ended <= ended[1].started
    assert [process.wait(30) for process in processes] == [0] * len(processes)
    assert queue.workers(runs_dir) == 0


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
    launching.stop(killed)
    assert until(lambda: over(killed), "the stop").state is State.STOPPED
    assert killed.is_usable


def test_a_run_that_fails_says_why_keeps_its_log_and_spares_the_worker(
    tiny_mnist, runs_dir, processes
):
    broken = store.create(TINY, runs_dir)
    (broken.path / "hyperparameters.json").write_text("{}x")
    queue.enqueue(broken)
    following = launching.start(TINY, runs_dir, idle_seconds=0)
    assert until(lambda: over(following), "the next run").state is State.FINISHED
    status = broken.status()
    assert status.state is State.FAILED
    assert "settings" in status.message
    assert "RunError" in broken.log()


def test_a_worker_without_a_free_slot_leaves_before_it_loads_anything(runs_dir):
    with contextlib.ExitStack() as held:
        for slot in range(queue.slots()):
            held.enter_context(queue.slot_lock(runs_dir, slot).acquire())
        command = [sys.executable, "-X", "importtime", "-m", "cnn.training.worker", str(runs_dir)]
        ended = subprocess.run(command, capture_output=True, text=True, cwd=local.PROJECT)
    assert ended.returncode == 0
    assert "tensorflow" not in ended.stderr


def test_the_worker_trains_on_the_digits_that_the_app_used_when_the_run_was_queued(
    tiny_mnist, runs_dir, processes, monkeypatch
):
    run = store.create(TINY, runs_dir)
    queue.enqueue(run)
    monkeypatch.delenv("MNIST_NPZ")  # the worker is older than the app that has the file
    local.ensure_workers(runs_dir, 1, idle_seconds=0)
    assert until(lambda: over(run), "the end").dataset == "mnist"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (MemoryError(), "memory"),
        (OSError(28, "No space left on device"), "Is the disk full"),
        (RuntimeError("x" * 1000), "RuntimeError"),
    ],
)
def test_an_unforeseen_failure_is_explained_in_a_sentence(error, sentence):
    explained = worker.explain(error)
    assert sentence in explained
    assert len(explained) < 400

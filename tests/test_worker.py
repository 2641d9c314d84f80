"""The real worker process, started as the app starts it."""

import os
import signal
from dataclasses import replace

import pytest

from cnn import launching
from cnn.hyperparameters import Hyperparameters
from cnn.launching import local
from cnn.runs import queue, slots
from cnn.runs.status import State
from cnn.training import worker
from tests.awaiting import until

pytestmark = pytest.mark.workers

TINY = Hyperparameters(filters=(2,), pool_after=(1,), epochs=1, scale_pixels=True)
ENDLESS = Hyperparameters(filters=(2,), pool_after=(1,), epochs=100, batch_size=1)


def over(run):
    status = run.status()
    return status if status.over else None


def curve(run):
    """All metrics but for speed and time."""
    return [point[:-2] for point in run.metrics().training], [
        point[:-1] for point in run.metrics().epochs
    ]


def test_one_worker_trains_the_queue_in_order_survives_a_failure_and_leaves(
    tiny_mnist, runs_dir, processes, monkeypatch
):
    monkeypatch.setattr(slots, "slot_count", lambda: 1)
    runs = [queue.submit(replace(TINY, seed=seed), runs_dir) for seed in (0, 0, 0, 1)]
    broken = runs[1]
    (broken.path / "hyperparameters.json").write_text("{}x")
    for threads in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        monkeypatch.setenv(threads, "1")
    monkeypatch.delenv("MNIST_NPZ")  # the worker is older than the app that has the file
    local.ensure_workers(runs_dir, 1, idle_seconds=0)
    ended, failed, last, other = [
        until(lambda run=run: over(run), f"the end of {run.id}") for run in runs
    ]
    assert ended.state is last.state is other.state is State.FINISHED
    assert ended.ended <= last.started
    assert curve(runs[0]) == curve(runs[2]) != curve(runs[3])  # the seed decides, in one thread
    assert ended.dataset == "mnist"
    assert failed.state is State.FAILED
    assert "settings" in failed.message
    assert "RunError" in broken.log()
    assert [process.wait(30) for process in processes] == [0]
    assert slots.active_workers(runs_dir) == slots.deaths(runs_dir) == 0


def test_a_worker_killed_in_a_continuation_leaves_an_interrupted_run_that_resumes_and_stops(
    tiny_mnist, runs_dir, processes
):
    run = launching.start(ENDLESS, runs_dir)
    until(lambda: run.metrics().epochs, "the first epoch")
    queue.stop(run)
    assert until(lambda: over(run), "the first stop").state is State.STOPPED
    done, network = len(run.metrics().epochs), run.model_path.read_bytes()
    launching.continue_run(run, 100 - done)
    checkpoint = run.path / "checkpoint" / f"{done + 1}.npz"
    until(checkpoint.is_file, "an epoch of the continuation")
    os.kill(processes[0].pid, signal.SIGKILL)
    processes[0].wait()
    assert run.status().state is State.INTERRUPTED
    assert run.model_path.read_bytes() == network  # usable all the time
    launching.resume(run)
    until(lambda: run.status().phase == "training", "the interrupted run going on")
    queue.stop(run)
    assert until(lambda: over(run), "the stop").state is State.STOPPED
    assert len(run.metrics().epochs) > done
    assert run.model_path.read_bytes() != network


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

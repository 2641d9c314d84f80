"""The process that trains: takes the oldest queued run, then the next, and leaves when idle.

Started by cnn.launching as `python -m cnn.training.worker RUNS_DIR SLOT`, with the descriptor of
the slot that it holds; never imported by the app. An error outside a run's own training ends the
process with a traceback in the slot's log. Nobody supervises it: whoever waits for a queued run
calls `cnn.launching.ensure_worker`, which starts another, three in a row at most.
"""

import os
import subprocess
import sys
import time
import traceback
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path

from cnn.data import mnist
from cnn.data.mnist import DataError
from cnn.runs import nodes, queue, slots, wake_up
from cnn.runs.files import HIDDEN, explain_error, is_disk_full
from cnn.runs.store import Run, RunError
from cnn.sweeps.study import advance

PROJECT = Path(__file__).parents[2]
POLL_INTERVAL = 0.05
RESCAN_SECONDS = 5.0
LEASE_SECONDS = 120.0
NICENESS = 5  # a page answers first; nobody at the page, and it costs nothing


def main() -> None:
    """Serve the queue until no run has come for a while."""
    options = slots.process_options(__doc__)
    os.nice(NICENESS)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with suppress(Exception):  # what is wrong shows in the first run, with its log
        from cnn.training.fit import warm_up

        warm_up()
    _serve(options.runs_dir, options.slot, options.idle_seconds)


def _serve(folder: Path, slot: int, idle_seconds: float) -> None:
    idle_until = time.monotonic() + idle_seconds
    while True:
        queue_mtime = wake_up.queue_mtime(folder)
        advance(folder, idle_seconds)  # a sweep's next runs come from here
        if run := queue.claim(folder):
            slots.record_success(slot)
            _train(run)
            idle_until = time.monotonic() + idle_seconds
            continue
        if time.monotonic() >= idle_until and queue.release_slot(folder, slot):
            return
        now = time.monotonic()
        wait_until = max(min(now + RESCAN_SECONDS, idle_until), now + POLL_INTERVAL)
        while wake_up.queue_mtime(folder) == queue_mtime and time.monotonic() < wait_until:
            time.sleep(POLL_INTERVAL)


def train_on_node(path: Path, node: str, mnist_file: str) -> None:
    """Train a run in a process of a Ray cluster, from its last checkpoint; one that is over is not.

    The lock of a node that is lost is free when its process has ended, or its lease on NFS has.
    """
    threads = os.environ.get("OMP_NUM_THREADS", "0")  # Ray's: the CPUs that were asked for
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", threads)
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # a GPU may be shared
    run = Run(path)
    with run.lock.acquire(timeout=LEASE_SECONDS):
        if nodes.claim(run, node, mnist_file):
            _train(run)


def _train(run: Run) -> None:
    """Train one claimed run; whatever goes wrong is its end, not the worker's."""
    try:
        log = (run.path / "train.log").open("a", buffering=1)  # a line is there at once
        with log, redirect_stdout(log), redirect_stderr(log):
            try:
                _train_on_its_digits(run)
            except Exception:
                traceback.print_exc()
                raise
    except Exception as error:
        queue.fail(run, explain(error))
    finally:
        run.lock.release()
        _send_to_mlflow(run)


def _send_to_mlflow(run: Run) -> None:
    """Let a process of its own write the run to MLflow where one is named: nothing waits for it."""
    if not os.environ.get("MLFLOW_TRACKING_URI"):
        return
    command = [sys.executable, "-m", "cnn.export.mlflow", str(run.path.resolve())]
    with suppress(OSError), (run.path.parent / HIDDEN / "mlflow.log").open("ab") as log:
        subprocess.Popen(
            command, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip


def _train_on_its_digits(run: Run) -> None:
    """Train on the digits that were in use when the run was queued."""
    import keras

    from cnn.training.fit import train

    mnist_file = run.status().mnist_file
    if mnist_file:
        os.environ["MNIST_NPZ"] = mnist_file
    try:
        train(run, mnist.load("mnist" if mnist_file else "sample"))
    finally:
        keras.backend.clear_session(free_memory=True)


def explain(error: Exception) -> str:
    """Return a sentence for the page on what ended a training."""
    if isinstance(error, (RunError, DataError)):
        return str(error)
    if is_disk_full(error) or isinstance(error, OSError):
        return f"The run's files could not be read or written: {explain_error(error)}."
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return "The memory of this machine was not enough. Try a smaller batch or fewer filters."
    return f"The training failed with {type(error).__name__}: {str(error)[:300]}"


if __name__ == "__main__":
    main()

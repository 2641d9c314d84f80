"""The process that trains: takes the oldest queued run, then the next, and leaves when idle.

Started as `python -m cnn.training.worker RUNS_DIR` by cnn.launching, never imported by the app.
"""

import argparse
import contextlib
import os
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from cnn.data import mnist
from cnn.data.mnist import DataError, Dataset
from cnn.runs import queue
from cnn.runs.status import State
from cnn.runs.store import Run, RunError

IDLE_SECONDS = 600.0
LOOK_SECONDS = 0.05
RESCAN_SECONDS = 5.0
SLOT_SECONDS = 0.5  # somebody may be looking whether the slot is taken, for a moment
NICENESS = 5  # a page answers first; nobody at the page, and it costs nothing


def main() -> None:
    """Hold one of the machine's training slots and serve the queue until nothing comes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs_dir", type=Path)
    parser.add_argument("--idle-seconds", type=float, default=IDLE_SECONDS)
    options = parser.parse_args()
    slot = _take_slot(options.runs_dir)
    if slot is not None:
        os.nice(NICENESS)
        _serve(options.runs_dir, slot, options.idle_seconds)


def _take_slot(folder: Path) -> FileLock | None:
    """Return a held slot lock, or None where enough workers live."""
    for slot in range(queue.slots()):
        lock = queue.slot_lock(folder, slot)
        with contextlib.suppress(Timeout):
            lock.acquire(timeout=SLOT_SECONDS)
            return lock
    return None


def _serve(folder: Path, slot: FileLock, idle_seconds: float) -> None:
    _warm_up()
    idle_since = time.monotonic()
    while True:
        call = queue.last_call(folder)
        run = queue.claim(folder)
        if run is not None:
            _train(run)
            idle_since = time.monotonic()
            continue
        is_time = not _wait_for_call(folder, call, idle_since + idle_seconds)
        if is_time and queue.leave(folder, slot):
            return


def _wait_for_call(folder: Path, last_call: int, until: float) -> bool:
    """Wait until the queue may have changed; False when it is time to leave."""
    rescan = time.monotonic() + RESCAN_SECONDS
    while queue.last_call(folder) == last_call and time.monotonic() < min(rescan, until):
        time.sleep(LOOK_SECONDS)
    return queue.last_call(folder) != last_call or time.monotonic() < until


def _warm_up() -> None:
    """Pay for imports, data and the first graph before anybody waits for them."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with contextlib.suppress(Exception):  # what is wrong shows in the first run, with its log
        from cnn.training.warm_up import warm_up

        warm_up()


def _train(run: Run) -> None:
    """Train one claimed run; whatever goes wrong is its end, not the worker's."""
    try:
        with _logged(run.path / "train.log"):
            _train_logged(run)
    except Exception as error:
        _fail(run, explain(error))
    finally:
        run.lock.release()


def _train_logged(run: Run) -> None:
    try:
        import keras

        from cnn.training.fit import train

        try:
            train(run, _dataset(run.status().mnist_file))
        finally:
            keras.backend.clear_session(free_memory=True)
    except Exception:
        traceback.print_exc()
        raise


def _dataset(mnist_file: str) -> Dataset:
    """Return the digits that were in use when the run was queued."""
    before = os.environ.get("MNIST_NPZ", "")
    if not mnist_file:
        return mnist.load("sample")
    try:
        os.environ["MNIST_NPZ"] = mnist_file
        return mnist.load("mnist")
    finally:
        os.environ["MNIST_NPZ"] = before


def _fail(run: Run, message: str) -> None:
    run.update_status(state=State.FAILED, phase="", message=message, ended=time.time())


def explain(error: Exception) -> str:
    """Return a sentence for the page on what ended a training."""
    if isinstance(error, (RunError, DataError)) or type(error).__name__ == "TrainingFailedError":
        return str(error)
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return "The memory of this machine was not enough. Try a smaller batch or fewer filters."
    if isinstance(error, OSError):
        return f"The run's files could not be written: {error}. Is the disk full?"
    return f"The training failed with {type(error).__name__}: {str(error)[:300]}"


@contextlib.contextmanager
def _logged(path: Path) -> Iterator[None]:
    """Send everything printed, TensorFlow's own messages too, to a file."""
    sys.stdout.flush()
    sys.stderr.flush()
    before = os.dup(1), os.dup(2)
    with path.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for copy, target in zip(before, (1, 2), strict=True):
                os.dup2(copy, target)
                os.close(copy)


if __name__ == "__main__":
    main()

"""Who trains next: runs waiting on disk, claimed one at a time by worker processes."""

import os
import shutil
import time
from pathlib import Path

from filelock import FileLock

from cnn.data import mnist
from cnn.runs import store
from cnn.runs.files import is_held
from cnn.runs.status import State, Status
from cnn.runs.store import Run, RunError

LOCK_SECONDS = 10.0  # longest wait for another process's short look at the queue


def slots() -> int:
    """Return how many runs may train at once on this machine."""
    return max(1, (os.cpu_count() or 1) // 2)


def slot_lock(folder: Path, slot: int) -> FileLock:
    """Return the lock that one worker process holds as long as it lives."""
    return FileLock(_slot_file(folder, slot), thread_local=False)


def _slot_file(folder: Path, slot: int) -> Path:
    return _hidden(folder) / f"worker-{slot}.lock"


def workers(folder: Path) -> int:
    """Return how many worker processes live."""
    return sum(is_held(_slot_file(folder, slot)) for slot in range(slots()))


def waiting(folder: Path) -> list[Run]:
    """Return the queued runs, the one that is next first."""
    return [run for run in reversed(store.list_runs(folder)) if _state(run) is State.QUEUED]


def alive(folder: Path) -> int:
    """Return how many runs train or wait."""
    states = [_state(run) for run in store.list_runs(folder)]
    return sum(state in (State.QUEUED, State.RUNNING) for state in states)


def _state(run: Run) -> State | None:
    try:
        return run.status().state
    except RunError:
        return None  # a damaged folder never trains


def place(run: Run) -> int:
    """Return how many trainings must end before this one begins; 0 when it is next."""
    folder = run.path.parent
    ids = [queued.id for queued in waiting(folder)]
    before = ids.index(run.id) if run.id in ids else 0
    running = alive(folder) - len(ids)
    return max(0, before + running + 1 - slots())


def enqueue(run: Run) -> None:
    """Put a run in the queue, with the data in use here: a worker may be older than this app."""
    with _lock(run.path.parent):
        status = run.status()
        if status.state is State.RUNNING:
            return  # a worker was quicker, or somebody else let it go on
        (run.path / "stop").unlink(missing_ok=True)
        run.update_status(
            state=State.QUEUED, phase="", message="", ended=None, mnist_file=mnist_file(status)
        )
    _bell(run.path.parent).touch()


def mnist_file(status: Status | None = None) -> str:
    """Return the MNIST to train on; empty: the sample, which a run begun on it stays with."""
    if status is not None and status.dataset == "sample":
        return ""
    source, _ = mnist.find_source()
    return str(source.path or "")


def claim(folder: Path) -> Run | None:
    """Take the run that is next, if any, and mark it running. Its lock is the caller's."""
    with _lock(folder):
        for run in waiting(folder):
            run.lock.acquire(timeout=LOCK_SECONDS)
            run.update_status(state=State.RUNNING, phase="starting", started=time.time())
            return run
    return None


def stop(run: Run) -> None:
    """Stop a run: at once where it still waits, else as soon as its worker looks."""
    with _lock(run.path.parent):
        if run.status().state is State.QUEUED:
            run.update_status(
                state=State.STOPPED, ended=time.time(), message="Stopped before it began."
            )
        else:
            run.request_stop()


def delete(run: Run) -> None:
    """Remove a run that is over, for good.

    Raises:
        RunError: it is the built-in run, still going on, or its files can't be removed.
    """
    if run.is_built_in:
        raise RunError("The built-in run can't be deleted.")
    with _lock(run.path.parent):
        if _goes_on(run):
            raise RunError("This run is still going on. Stop it first, then delete it.")
        try:
            shutil.rmtree(run.path)
        except OSError as error:
            raise RunError(f"The run's files can't be removed: {error}") from error


def _goes_on(run: Run) -> bool:
    try:
        return not run.status().over
    except RunError:
        return is_held(run.path / "lock")  # damaged, and nobody's any more


def leave(folder: Path, slot: FileLock) -> bool:
    """Give a worker's slot back if nothing waits; who queues next sees that it is gone."""
    with _lock(folder):
        if waiting(folder):
            return False
        slot.release()
        return True


def last_call(folder: Path) -> int:
    """Return a number that changes whenever a run is queued: cheap to look at often."""
    try:
        return _bell(folder).stat().st_mtime_ns
    except OSError:
        return 0


def _lock(folder: Path) -> FileLock:
    return FileLock(_hidden(folder) / "queue.lock", timeout=LOCK_SECONDS)


def _bell(folder: Path) -> Path:
    return _hidden(folder) / "bell"


def _hidden(folder: Path) -> Path:
    """Return the folder beside the runs for what belongs to no run."""
    hidden = folder / ".queue"
    hidden.mkdir(parents=True, exist_ok=True)
    return hidden

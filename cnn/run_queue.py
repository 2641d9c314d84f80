"""Who trains next: runs waiting on disk, claimed one at a time by worker processes."""

import os
import time
from pathlib import Path

from filelock import FileLock, Timeout

from cnn import data, runs
from cnn.runs import Run, RunError
from cnn.status import State

LOCK_SECONDS = 10.0  # longest wait for another process's short look at the queue


def slots() -> int:
    """Return how many runs may train at once on this machine."""
    return max(1, (os.cpu_count() or 1) // 2)


def slot_lock(folder: Path, slot: int) -> FileLock:
    """Return the lock that one worker process holds as long as it lives."""
    return FileLock(_hidden(folder) / f"worker-{slot}.lock", thread_local=False)


def workers(folder: Path) -> int:
    """Return how many worker processes live."""
    return sum(_is_held(slot_lock(folder, slot)) for slot in range(slots()))


def _is_held(lock: FileLock) -> bool:
    try:
        with lock.acquire(timeout=0):
            return False
    except Timeout:
        return True


def waiting(folder: Path) -> list[Run]:
    """Return the queued runs, the one that is next first."""
    return [run for run in reversed(runs.list_runs(folder)) if _state(run) is State.QUEUED]


def alive(folder: Path) -> int:
    """Return how many runs train or wait."""
    states = [_state(run) for run in runs.list_runs(folder)]
    return sum(state in (State.QUEUED, State.RUNNING) for state in states)


def _state(run: Run) -> State | None:
    try:
        return run.status().state
    except RunError:
        return None  # a damaged folder never trains


def place(run: Run) -> int:
    """Return how many runs are trained before this one; 0 when it is next."""
    ids = [queued.id for queued in waiting(run.path.parent)]
    return ids.index(run.id) if run.id in ids else 0


def enqueue(run: Run) -> None:
    """Put a run in the queue, with the data in use here: a worker may be older than this app."""
    source, _ = data.find_source()
    with _lock(run.path.parent):
        if run.status().state is State.RUNNING:
            return  # a worker was quicker, or somebody else let it go on
        (run.path / "stop").unlink(missing_ok=True)
        run.update_status(
            state=State.QUEUED, phase="", message="", ended=None, mnist_file=str(source.path or "")
        )
    _bell(run.path.parent).touch()


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

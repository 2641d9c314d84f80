"""The queue of runs on disk, claimed one at a time by worker processes."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from cnn.data import mnist
from cnn.hyperparameters import Hyperparameters
from cnn.runs import continuation, files, slots, store
from cnn.runs.notes import check_notes, write_notes
from cnn.runs.status import State, Status
from cnn.runs.store import Run, RunError
from cnn.runs.wake_up import announce

LOCK_SECONDS = 10.0  # longest wait for another process that uses the queue


@contextlib.contextmanager
def locked(folder: Path, name: str = "queue.lock") -> Iterator[None]:
    """Hold a lock, the queue's, or raise `RunError`: it is held, or the folder can't be written."""
    if folder == store.BUILT_IN_PATH.parent:
        raise RunError("The built-in run can't be changed.")
    hidden = folder / files.HIDDEN
    try:
        hidden.mkdir(parents=True, exist_ok=True)
        with FileLock(hidden / name, timeout=LOCK_SECONDS):
            files.distrust_cache()
            yield
    except Timeout as error:
        raise RunError("The runs are in use by another process. Try again in a moment.") from error
    except OSError as error:
        reason = f"The folder of runs, {folder}, can't be written: {files.explain_error(error)}."
        if not files.is_disk_full(error):
            reason += " Choose another one with the variable RUNS_DIR."
        raise RunError(reason) from error


def queued_runs(folder: Path) -> list[Run]:
    """Return the queued runs, the one that is next first."""
    return [run for run in reversed(store.list_runs(folder)) if _state(run) is State.QUEUED]


def runs_for_workers(folder: Path) -> list[Run]:
    """Return the runs that a worker of this machine may claim, the next first."""
    return [] if slots.is_driven(folder) else queued_runs(folder)


def active_count(folder: Path) -> int:
    """Return how many runs are queued or train."""
    return sum(_state(run) in (State.QUEUED, State.RUNNING) for run in store.list_runs(folder))


def _state(run: Run) -> State | None:
    try:
        return run.status().state
    except RunError:
        return None  # a damaged folder never trains


def submit(
    values: Hyperparameters,
    folder: Path,
    name: str = "",
    populate: Callable[[Path], object] = lambda path: None,
    mnist_file: str | None = None,
) -> Run:
    """Create a queued run as `store.create` does, whole or not at all, or raise `RunError`.

    It trains on `mnist_file`, else on what this process finds.
    """
    with locked(folder):
        announce(folder)  # a worker that sees it waits for the lock
        file = current_mnist_file() if mnist_file is None else mnist_file
        return store.create(values, folder, file, name, populate)


def resume(run: Run, mnist_file: str | None = None) -> None:
    """Queue a run again that did not end well, or never began; else raise `RunError`."""
    with locked(run.path.parent):
        status = run.status()
        if status.active:
            return  # another tab was quicker
        never_began = status.state is State.STOPPED and not run.is_usable
        if status.state not in (State.INTERRUPTED, State.FAILED) and not never_began:
            raise RunError(f"Run {run.id} is {status.state}: nothing is left to resume.")
        file = _mnist_file_of(status, mnist_file)
        announce(run.path.parent)
        run.stop_file.unlink(missing_ok=True)
        run.update_status(**continuation.QUEUED, mnist_file=file)


def continue_run(run: Run, epochs: int) -> None:
    """Queue a finished or stopped run again for more epochs, or raise `RunError`."""
    with locked(run.path.parent):
        if problem := continuation.continuation_problem(run, epochs):
            raise RunError(problem)
        continuation.begin(run, epochs, _mnist_file_of(run.status()))
        run.stop_file.unlink(missing_ok=True)
        announce(run.path.parent)  # a worker that sees it waits for the lock


def current_mnist_file() -> str:
    """Return the MNIST to train on; empty: the sample."""
    source, _ = mnist.find_source()
    return str(source.file.path if source.file else "")


def _mnist_file_of(status: Status, mnist_file: str | None = None) -> str:
    """Return the MNIST that a run goes on with: where it began with it, there must be one."""
    file = current_mnist_file() if mnist_file is None else mnist_file
    if status.dataset == "mnist" and not file:
        raise RunError("This run learns from MNIST, which is not on this computer. Download it.")
    return "" if status.dataset == "sample" else file


def claim(folder: Path) -> Run | None:
    """Take the next run that nobody holds, and mark it running. Its lock is the caller's."""
    with locked(folder):
        for run in runs_for_workers(folder):
            try:
                run.lock.acquire(timeout=0)
                mark_running(run)
                return run
            except Timeout:
                continue  # a node may be about to train it
            except (OSError, RunError) as error:
                run.lock.release()
                fail(run, f"The training could not start: {files.explain_error(error)}.")
    return None


def mark_running(run: Run, **changes: str) -> None:
    """Mark a run as training, here or on a node. The caller holds its lock and the queue's."""
    files.finish_replacement(run.path)
    run.update_status(state=State.RUNNING, phase="starting", started=time.time(), **changes)


def fail(run: Run, message: str) -> None:
    """Let a run fail, or be what it was before it was continued; one that is gone is skipped."""
    with contextlib.suppress(RunError, OSError):
        if continuation.undo(run, message=message):
            return
    with contextlib.suppress(RunError):
        run.update_status(state=State.FAILED, phase="", message=message, ended=time.time())


def stop(run: Run) -> None:
    """Stop a run: at once while it is queued, else as soon as its worker sees the request."""
    with locked(run.path.parent):
        if run.status().state is not State.QUEUED:
            run.stop_file.touch()
        elif continuation.undo(run):
            return  # it is what it was before
        elif run.metrics().training:
            run.update_status(state=State.RUNNING)  # without a lock: interrupted, as it was
        else:
            message = "Stopped before it began."
            run.update_status(state=State.STOPPED, ended=time.time(), message=message)


def annotate(run: Run, **changes: Any) -> None:
    """Change a run's name, note or star, or raise `ValueError`; see `Notes`."""
    with locked(run.path.parent):
        store.open_run(run.id, run.path.parent)
        write_notes(run.path, check_notes(**{**asdict(run.notes), **changes}))


def delete(run: Run) -> None:
    """Remove a run that is over, for good: first out of sight, then from the disk."""
    folder = run.path.parent
    with locked(folder), files.temporary_folder(folder / files.SCRATCH) as scratch:
        store.open_run(run.id, folder)
        if _is_active(run):
            raise RunError("This run is still going on. Stop it first, then delete it.")
        run.path.rename(scratch / run.id)


def _is_active(run: Run) -> bool:
    try:
        return not run.status().over
    except RunError:
        return files.is_held(run.path / "lock")  # damaged


def release_slot(folder: Path, slot: int) -> bool:
    """Give a worker's slot, an open descriptor, back if no run is queued for it."""
    with locked(folder):
        if runs_for_workers(folder):
            return False
        slots.record_success(slot)
        os.close(slot)
        return True

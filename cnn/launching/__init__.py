"""Start and stop runs. The training itself is another process, called by its name."""

from pathlib import Path

from cnn.hyperparameters import Hyperparameters
from cnn.launching import local
from cnn.runs import queue, store
from cnn.runs.status import State
from cnn.runs.store import Run


def start(hyperparameters: Hyperparameters, folder: Path, idle_seconds: float | None = None) -> Run:
    """Queue a new run and see that somebody trains it.

    Args:
        hyperparameters: what to train.
        folder: the folder of all runs.
        idle_seconds: how long a worker started for this waits for more; None: its own default.
    """
    run = store.create(hyperparameters, folder, queue.mnist_file())
    begin(run, idle_seconds)
    return run


def begin(run: Run, idle_seconds: float | None = None) -> None:
    """Queue a run that has been created, and see that somebody trains it."""
    folder = run.path.parent
    queue.enqueue(run)
    local.ensure_workers(folder, queue.alive(folder), idle_seconds)


def resume(run: Run) -> None:
    """Let an interrupted run go on from its last whole epoch.

    Raises:
        RunError: it is not interrupted.
    """
    if run.status().state is not State.INTERRUPTED:
        raise store.RunError("Only an interrupted run can go on.")
    queue.enqueue(run)
    warm(run.path.parent, spare=0)


def stop(run: Run) -> None:
    """Stop a run and keep the network it has reached."""
    queue.stop(run)


def look_after(run: Run) -> None:
    """See that somebody trains what waits: a worker may have died with runs behind it."""
    local.ensure_workers(run.path.parent, queue.alive(run.path.parent))


def warm(folder: Path, spare: int = 1) -> None:
    """See that a worker waits with everything loaded, so that a click is answered at once."""
    local.ensure_workers(folder, queue.alive(folder) + spare)

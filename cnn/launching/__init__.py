"""Start and resume runs. The training itself is another process, called by its name."""

import contextlib
from collections.abc import Callable
from pathlib import Path

from cnn.hyperparameters import Hyperparameters
from cnn.launching import local
from cnn.runs import queue
from cnn.runs.store import Run, RunError


def start(
    hyperparameters: Hyperparameters,
    folder: Path,
    idle_seconds: float | None = None,
    name: str = "",
    populate: Callable[[Path], object] = lambda path: None,
) -> Run:
    """Queue a new run and start a worker for it.

    Args:
        hyperparameters: what to train.
        folder: the folder of all runs.
        idle_seconds: how long a worker started for this waits for more; None: its own default.
        name: the word in the run's id; empty: the preset's.
        populate: puts more files into the run's folder, before a worker can see it.

    Raises:
        RunError: the folder can't be written; nothing is left of the run.
    """
    run = queue.submit(hyperparameters, folder, name, populate)
    with contextlib.suppress(RunError):  # it is queued: who waits for it tries again, and says why
        ensure_worker(run, idle_seconds)
    return run


def resume(run: Run, idle_seconds: float | None = None) -> None:
    """Let an interrupted or failed run go on after its last whole epoch.

    Raises:
        RunError: it ended in another way, or the folder can't be written.
    """
    queue.resume(run)
    with contextlib.suppress(RunError):
        ensure_worker(run, idle_seconds)


def ensure_worker(run: Run, idle_seconds: float | None = None) -> None:
    """See that there is a worker for a queued run: one may have died with runs behind it.

    Raises:
        RunError: the folder can't be written.
    """
    folder = run.path.parent
    local.ensure_workers(folder, queue.active_count(folder), idle_seconds)


def warm(folder: Path) -> None:
    """See that one worker more than needed waits with everything loaded, for the next click.

    Raises:
        RunError: the folder can't be written.
    """
    local.ensure_workers(folder, queue.active_count(folder) + 1)

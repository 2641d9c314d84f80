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
    """Queue a new run and start a worker for it, or raise `RunError` and leave nothing.

    A worker started for this waits `idle_seconds` for more, else as long as it always does. `name`
    is the word in the run's id, else the preset's. `populate` puts more files into its folder.
    """
    run = queue.submit(hyperparameters, folder, name, populate)
    with contextlib.suppress(RunError):  # it is queued: who waits for it tries again, and says why
        ensure_worker(run, idle_seconds)
    return run


def resume(run: Run, idle_seconds: float | None = None) -> None:
    """Let an interrupted or failed run go on after its last whole epoch, or raise `RunError`."""
    queue.resume(run)
    with contextlib.suppress(RunError):
        ensure_worker(run, idle_seconds)


def ensure_worker(run: Run, idle_seconds: float | None = None) -> None:
    """See that there is a worker for a queued run: one may have died with runs behind it."""
    folder = run.path.parent
    local.ensure_workers(folder, queue.active_count(folder), idle_seconds)


def warm(folder: Path) -> None:
    """See that one worker more than needed waits with everything loaded, for the next click."""
    local.ensure_workers(folder, queue.active_count(folder) + 1)

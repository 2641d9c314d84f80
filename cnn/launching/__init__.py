"""Start, resume and continue runs. The training itself is another process, called by its name."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cnn.hyperparameters import SPECS, Hyperparameters
from cnn.launching import local, ray_cluster
from cnn.runs import queue, slots
from cnn.runs.fine_tune_info import parent_files
from cnn.runs.status import State, Status
from cnn.runs.store import Run, RunError

MAX_REPEATS = 100


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


def continue_run(run: Run, epochs: int, idle_seconds: float | None = None) -> None:
    """Let a finished or stopped run train for more epochs, or raise `RunError`."""
    queue.continue_run(run, epochs)
    with contextlib.suppress(RunError):
        ensure_worker(run, idle_seconds)


def start_from(
    parent: Run, values: Hyperparameters, folder: Path, idle_seconds: float | None = None
) -> Run:
    """Start a run with the weights of another one, or raise `RunError` where they don't fit."""
    return start(values, folder, idle_seconds, populate=parent_files(parent, values))


def start_repeats(
    values: Hyperparameters, folder: Path, count: int, idle_seconds: float | None = None
) -> list[Run]:
    """Start runs that differ in the seed alone: this one's and those after it.

    Raises:
        RunError: there are too many of them, or there is no seed that high.
    """
    seeds, limit = range(values.seed, values.seed + count), int(SPECS["seed"].maximum)
    if not 1 <= count <= MAX_REPEATS or seeds[-1] > limit:
        raise RunError(f"Choose 1 to {MAX_REPEATS} seeds, none above {limit}.")
    return [start(replace(values, seed=seed), folder, idle_seconds) for seed in seeds]


def ensure_worker(run: Run, idle_seconds: float | None = None) -> None:
    """See that there is a worker for a queued run: one may have died with runs behind it."""
    _ensure(run.path.parent, idle_seconds)


def warm(folder: Path) -> None:
    """See that one worker more than needed waits with everything loaded, for the next click."""
    _ensure(folder, more=1)


def _ensure(folder: Path, idle_seconds: float | None = None, more: int = 0) -> None:
    if ray_cluster.is_used(folder):
        ray_cluster.ensure_driver(folder, idle_seconds)
    elif not slots.is_driven(folder):  # whose runs no worker may claim
        local.ensure_workers(folder, queue.active_count(folder) + more, idle_seconds)


cluster_problem = ray_cluster.problem


def current_status(run: Run, idle_seconds: float | None = None) -> Status:
    """Return a run's status. One that a cluster's driver has left behind gets another driver."""
    status = run.status()
    if status.state is State.INTERRUPTED and status.node and ray_cluster.is_used(run.path.parent):
        with contextlib.suppress(RunError):
            ensure_worker(run, idle_seconds)
        return run.status()
    return status

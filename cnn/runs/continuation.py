"""More epochs for a finished or stopped run, whose folder `before` holds what it was till then."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np

from cnn.hyperparameters import SPECS
from cnn.network.choices import SCHEDULES
from cnn.runs.files import replace_together, write_bytes
from cnn.runs.metrics import truncate_after
from cnn.runs.status import State
from cnn.runs.store import Run, RunError

BEFORE, CHECKPOINT, NETWORK = "before", "checkpoint", "model.keras"
_FILES = ("hyperparameters.json", "status.json", "metrics.jsonl")


def epochs_done(run: Run) -> int:
    """Return how many whole epochs a run has been trained for."""
    return max((point.epoch for point in run.metrics().epochs), default=0)


def continuation_problem(run: Run, epochs: int = 1) -> str:
    """Return the sentence why a run can't be trained for so many more epochs, "" if it can."""
    if run.is_built_in:
        return "The built-in run can't be continued. Start a new run from its weights instead."
    try:
        status, _ = run.status(), run.hyperparameters
    except RunError as error:
        return str(error)
    if not status.over:
        return f"Run {run.id} is still going on. It can be continued when it is over."
    if status.state not in (State.FINISHED, State.STOPPED):
        return f"Run {run.id} is {status.state}. Resume it first."
    if not (run.is_usable and (_has_checkpoint(run) or (run.path / NETWORK).is_file())):
        return f"Run {run.id} has no network to go on from. Start a new run instead."
    done, limit = epochs_done(run), int(SPECS["epochs"].maximum)
    if not 1 <= epochs <= limit - done:
        most = f"from 1 to {limit - done} more" if done < limit else "no more"
        return f"A run has at most {limit} epochs, and {run.id} has had {done}: choose {most}."
    return ""


def schedule_sentence(run: Run, epochs: int) -> str:
    """Return what the learning rate does in so many more epochs; "" where it is constant."""
    values, done = run.hyperparameters, epochs_done(run)
    schedule, total = SCHEDULES[values.schedule], done + epochs
    if not schedule.keras_class:
        return ""
    if not _has_checkpoint(run):
        return f"{schedule.label} begins anew and ends after epoch {total}."
    if total == values.epochs:
        return f"{schedule.label} still ends after epoch {total}."
    before, after = (
        np.format_float_positional(rate, 2, fractional=False, trim="-")
        for rate in (schedule.rate(values.learning_rate, done / n) for n in (values.epochs, total))
    )
    return (
        f"{schedule.label} then ends after epoch {total}, not {values.epochs}: the learning rate "
        f"jumps from {before} to {after}."
    )


def begin(run: Run, epochs: int, mnist_file: str) -> None:
    """Queue a run for more epochs, whole or not at all; the queue's lock is the caller's."""
    values, done = run.hyperparameters, epochs_done(run)
    shutil.rmtree(run.path / BEFORE, ignore_errors=True)
    with replace_together(run.path) as folder:
        (folder / BEFORE).mkdir()
        for file in filter(Path.is_file, (run.path / name for name in _FILES)):
            shutil.copyfile(file, folder / file.name)
            shutil.copyfile(file, folder / BEFORE / file.name)
        changed = replace(values, epochs=done + epochs)
        write_bytes(folder / "hyperparameters.json", changed.to_json().encode())
        truncate_after(folder / "metrics.jsonl", done)
        Run(folder).update_status(
            state=State.QUEUED, phase="", message="", ended=None, mnist_file=mnist_file
        )


def before(run: Run) -> Run | None:
    """Return what a run was before it was continued: its status, hyperparameters and metrics."""
    path = run.path / BEFORE
    return Run(path) if path.is_dir() else None


def undo(run: Run) -> bool:
    """Make a run what it was before it was continued, unless it has had whole epochs since."""
    earlier = before(run)
    if not earlier or epochs_done(run) > epochs_done(earlier):
        return False
    with replace_together(run.path) as folder:
        shutil.copytree(earlier.path, folder, dirs_exist_ok=True)
    end(run)
    return True


def end(run: Run) -> None:
    """Forget what a run was before it was continued."""
    shutil.rmtree(run.path / BEFORE, ignore_errors=True)


def _has_checkpoint(run: Run) -> bool:
    return any((run.path / CHECKPOINT).glob("*.npz"))

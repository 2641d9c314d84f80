"""More epochs for a finished or stopped run, whose folder `before` holds what it was till then."""

import shutil
from dataclasses import replace

from cnn.hyperparameters import SPECS
from cnn.network.choices import SCHEDULES
from cnn.runs.files import replace_together, write_bytes
from cnn.runs.metrics import truncate_after
from cnn.runs.status import State
from cnn.runs.store import Run, RunError

BEFORE, CHECKPOINT = "before", "checkpoint"
# The status of a run that is queued again.
QUEUED = {"state": State.QUEUED, "phase": "", "message": "", "ended": None, "node": ""}


def epochs_done(run: Run) -> int:
    """Return how many whole epochs a run has been trained for."""
    return len(run.metrics().epochs)


def continuation_problem(run: Run, epochs: int = 1) -> str:
    """Return the sentence why a run can't be trained for so many more epochs, "" if it can."""
    if run.is_built_in:
        return "The built-in run can't be continued. Start a new run from its weights instead."
    try:
        status, done, _ = run.status(), epochs_done(run), run.hyperparameters
    except RunError as error:
        return str(error)
    if status.state not in (State.FINISHED, State.STOPPED) or not status.over:
        return f"Run {run.id} is {status.state}: only finished and stopped ones can be continued."
    if not run.is_usable:
        return f"Run {run.id} has no network to go on from. Start it again."
    limit = int(SPECS["epochs"].maximum)
    if not 1 <= epochs <= limit - done:
        return f"A run has from 1 to {limit} epochs, and this one has had {done}."
    return ""


def schedule_sentence(run: Run, epochs: int) -> str:
    """Return where the schedule ends with so many more epochs; "" where nothing changes."""
    if continuation_problem(run, epochs):
        return ""
    values, total = run.hyperparameters, epochs_done(run) + epochs
    schedule = SCHEDULES[values.schedule]
    if not schedule.keras_class or total == values.epochs:
        return ""
    is_new = not any((run.path / CHECKPOINT).glob("*.npz"))
    return f"{schedule.label} {'begins anew and' if is_new else 'then'} ends after epoch {total}."


def begin(run: Run, epochs: int, mnist_file: str) -> None:
    """Queue a run for more epochs, whole or not at all; the queue's lock is the caller's."""
    done = epochs_done(run)
    values = replace(run.hyperparameters, epochs=done + epochs)
    end(run)
    with replace_together(run.path) as folder:
        for target in (folder, folder / BEFORE):
            target.mkdir(exist_ok=True)
            for name in ("hyperparameters.json", "status.json", "metrics.jsonl"):
                if (run.path / name).is_file():
                    shutil.copyfile(run.path / name, target / name)
        write_bytes(folder / "hyperparameters.json", values.to_json().encode())
        truncate_after(folder / "metrics.jsonl", done)
        Run(folder).update_status(**QUEUED, mnist_file=mnist_file)


def before(run: Run) -> Run | None:
    """Return what a run was before it was continued: its status, hyperparameters and metrics."""
    return Run(run.path / BEFORE) if (run.path / BEFORE).is_dir() else None


def undo(run: Run, **changes: str) -> bool:
    """Make a run what it was before it was continued, unless it has had whole epochs since.

    It may be continued again as soon as its status says that it is over.
    """
    earlier = before(run)
    if not earlier or epochs_done(run) > epochs_done(earlier):
        return False
    with replace_together(run.path) as folder:
        shutil.copytree(earlier.path, folder, dirs_exist_ok=True)
        Run(folder).update_status(**changes)
        end(run)
    return True


def end(run: Run) -> None:
    """Forget what a run was before it was continued."""
    shutil.rmtree(run.path / BEFORE, ignore_errors=True)

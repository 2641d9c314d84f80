"""A sweep is a folder in runs/.sweeps: its plan and state; its runs stand among the others."""

import re
import secrets
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean
from typing import Any, Literal, NamedTuple

from filelock import FileLock
from pydantic import TypeAdapter

from cnn.data import mnist
from cnn.runs import files, queue, slots, store
from cnn.runs.continuation import epochs_done
from cnn.runs.status import State, Status, Time
from cnn.runs.store import Run, RunError
from cnn.runs.training_time import machine_factor, training_seconds
from cnn.sweeps.space import SweepPlan, plan_size, possible_choices

FOLDER = ".sweeps"  # beside the runs
PLAN_FILE = "sweep.json"
PRUNED = "Pruned after epoch"  # how the message of a run begins that fell behind the others
SweepState = Literal["running", "stopped", "finished"]


@dataclass(frozen=True)
class Contents:
    """What sweep.json holds."""

    plan: SweepPlan
    created: Time
    mnist_file: str  # what its runs train on; empty: the sample
    state: SweepState = "running"
    message: str = ""  # what keeps it from going on, or why it was stopped


_CONTENTS = TypeAdapter(Contents)


@files.cached_by_stat(limit=100)
def _read(file: Path) -> Contents:
    return _CONTENTS.validate_json(file.read_bytes())


@dataclass(frozen=True)
class Sweep:
    """One sweep's folder."""

    path: Path

    @property
    def id(self) -> str:
        """The name in addresses."""
        return self.path.name

    @property
    def folder(self) -> Path:
        """The folder of all runs."""
        return self.path.parents[1]

    @property
    def contents(self) -> Contents:
        """What its sweep.json holds."""
        return _read(self.path / PLAN_FILE)

    @property
    def plan(self) -> SweepPlan:
        """What it tries."""
        return self.contents.plan

    @property
    def state(self) -> SweepState:
        """Whether more runs will follow, or it was stopped, or all are over."""
        return self.contents.state

    @property
    def lock(self) -> FileLock:
        """What a process holds that uses the study; always taken before the queue's."""
        return FileLock(self.path / "lock", is_singleton=True)

    def runs(self) -> list[Run]:
        """Return its runs, the oldest first."""
        return [run for run in reversed(store.list_runs(self.folder)) if run.sweep == self.id]

    def update(self, **changes: Any) -> None:
        """Change some of the contents. The caller holds the lock."""
        if (contents := replace(self.contents, **changes)) != self.contents:
            self.write(contents)

    def write(self, contents: Contents) -> None:
        """Replace its sweep.json."""
        files.write_bytes(self.path / PLAN_FILE, _CONTENTS.dump_json(contents, indent=1))


def estimate_seconds(plan: SweepPlan, earlier: Iterable[Run]) -> float:
    """Return how long all runs will take at most, by earlier ones; see `plan_size` for errors."""
    size, factor = plan_size(plan), machine_factor(earlier)
    images = mnist.find_source()[0].training_images
    possible = possible_choices(plan.base, plan.space)
    each = mean(training_seconds(values, images, factor) for _, values in possible)
    return each * size / min(size, slots.slot_count())


def create(plan: SweepPlan, folder: Path) -> Sweep:
    """Create a sweep, or raise `ValueError`; `study.advance` begins it."""
    plan_size(plan)
    sweep = Sweep(folder / FOLDER / f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(4)}")
    with queue.locked(folder):
        sweep.path.mkdir(parents=True)
        sweep.write(Contents(plan, time.time(), queue.current_mnist_file()))
    return sweep


def open_sweep(sweep_id: str, folder: Path) -> Sweep:
    """Return the sweep of this id, that may come from an address, or raise `RunError`."""
    found = [sweep for sweep in list_sweeps(folder) if sweep.id == sweep_id]
    if not found:
        shown = re.sub(r"[^\w-]", "?", sweep_id[:64])
        raise RunError(f"There is no sweep '{shown}', or it can't be read.")
    return found[0]


def list_sweeps(folder: Path) -> list[Sweep]:
    """Return the sweeps of a folder of runs that can be read, the newest first."""
    created = {}
    for file in (folder / FOLDER).glob(f"*/{PLAN_FILE}"):
        with suppress(OSError, ValueError):
            created[Sweep(file.parent)] = _read(file).created
    return sorted(created, key=lambda sweep: created[sweep], reverse=True)


class Trial(NamedTuple):
    """One run of a sweep that can be read, and what was chosen for it."""

    number: int
    run: Run
    status: Status
    choice: dict[str, Any]  # the value of each hyperparameter that the sweep chooses

    @property
    def validation_accuracy(self) -> float | None:
        """The accuracy of its network, by which the sweep chooses; None before it is saved."""
        return self.status.validation_accuracy

    @property
    def never_began(self) -> bool:
        """Whether it was stopped while it was queued, or failed before it had its digits."""
        if self.status.state is State.STOPPED:
            return self.status.over and not self.run.is_usable
        return self.status.state is State.FAILED and self.status.training_images is None


def trials(sweep: Sweep) -> list[Trial]:
    """Return the runs of a sweep in order, without damaged ones."""
    found, names = [], sweep.plan.space
    for run in sweep.runs():
        with suppress(RunError):
            choice = {name: getattr(run.hyperparameters, name) for name in names}
            found.append(Trial(run.trial, run, run.status(), choice))
    return sorted(found, key=lambda trial: trial.number)


def best_run(sweep: Sweep) -> Run | None:
    """Return the run whose network has the best validation accuracy, the first of equals."""
    done = [trial for trial in trials(sweep) if trial.validation_accuracy and trial.run.is_usable]
    return max(done, key=lambda trial: trial.validation_accuracy or 0).run if done else None


def stop(sweep: Sweep, message: str = "") -> None:
    """Stop all runs of a sweep as Stop does, and let no more follow."""
    with sweep.lock:
        if sweep.state == "running":
            sweep.update(state="stopped", message=message)
        for trial in trials(sweep):
            if trial.status.active:
                with suppress(RunError):  # deleted meanwhile
                    queue.stop(trial.run)


def resume(sweep: Sweep) -> None:
    """Let a stopped sweep go on, as `study.advance` does: first with runs that were stopped."""
    with sweep.lock:
        if sweep.state != "stopped":
            raise RunError(f"This sweep is {sweep.state}: nothing is left to resume.")
        for trial in trials(sweep):
            left = trial.run.hyperparameters.epochs - epochs_done(trial.run)
            is_stopped = trial.status.state is State.STOPPED
            if trial.never_began:
                queue.resume(trial.run, sweep.contents.mnist_file)
            elif is_stopped and left and not trial.status.message.startswith(PRUNED):
                queue.continue_run(trial.run, left)
        sweep.update(state="running", message="")

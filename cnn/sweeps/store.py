"""A sweep is a folder in runs/.sweeps: its plan and state; its runs stand among the others."""

import re
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean
from typing import Annotated, Any, Literal, NamedTuple

from filelock import FileLock
from pydantic import ConfigDict, Field, TypeAdapter

from cnn.data import mnist
from cnn.hyperparameters import Hyperparameters
from cnn.runs import files, queue, slots, store
from cnn.runs.status import State, Status
from cnn.runs.store import Run, RunError
from cnn.runs.training_time import machine_factor, training_seconds
from cnn.sweeps.space import MAX_RUNS, Space, grid_size, possible_choices

FOLDER = ".sweeps"  # beside the runs
PLAN_FILE = "sweep.json"
SweepState = Literal["running", "stopped", "finished"]


@dataclass(frozen=True)
class SweepPlan:
    """What a sweep tries: every combination, or so many `trials`, drawn or proposed by Optuna."""

    base: Hyperparameters
    space: Space
    method: Literal["grid", "random", "tpe"] = "grid"
    trials: int = 20  # a grid has as many as it has combinations
    seed: int = 0
    prune: bool = False  # whether a run that falls behind the others is stopped early


@dataclass(frozen=True)
class Contents:
    """What sweep.json holds."""

    __pydantic_config__ = ConfigDict(extra="ignore")

    plan: SweepPlan
    created: Annotated[float, Field(ge=0, lt=1e11)]
    state: SweepState = "running"
    message: str = ""  # what keeps it from going on
    mnist_file: str = ""  # what its runs train on; empty: the sample


_CONTENTS = TypeAdapter(Contents)


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
        """What its sweep.json holds, or raise `RunError`."""
        try:
            return _read(self.path / PLAN_FILE)
        except (OSError, ValueError) as error:
            reason = files.explain_error(error)
            raise RunError(f"The sweep {self.id} can't be read: {reason}.") from error

    @property
    def plan(self) -> SweepPlan:
        """What it tries."""
        return self.contents.plan

    @property
    def state(self) -> SweepState:
        """Whether more runs will follow, or it was stopped, or all are over."""
        return self.contents.state

    @property
    def message(self) -> str:
        """What keeps it from going on, or stopped it; else ""."""
        return self.contents.message

    @property
    def lock(self) -> FileLock:
        """What a process holds that reads or writes the study; always taken before the queue's."""
        return FileLock(self.path / "lock", is_singleton=True)

    def runs(self) -> list[Run]:
        """Return its runs, the oldest first."""
        return [run for run in reversed(store.list_runs(self.folder)) if run.sweep == self.id]

    def update(self, **changes: Any) -> None:
        """Change some of the contents. The caller holds the lock."""
        self._write(replace(self.contents, **changes))

    def _write(self, contents: Contents) -> None:
        files.write_bytes(self.path / PLAN_FILE, _CONTENTS.dump_json(contents, indent=1))


@files.cached_by_stat(limit=100)
def _read(file: Path) -> Contents:
    return _CONTENTS.validate_json(file.read_bytes())


def plan_size(plan: SweepPlan) -> int:
    """Return how many runs a plan has; impossible networks don't count.

    Raises:
        ValueError: with what is wrong with the plan, in a sentence.
    """
    size = grid_size(plan.space)
    if size <= 1:
        raise ValueError("Give at least one hyperparameter several values, or a range.")
    if plan.method == "grid" and size > MAX_RUNS:
        ranges = [name for name, values in plan.space.items() if not values.choices]
        if ranges:
            raise ValueError(
                f"A grid needs single values of {ranges[0]}. List them, or set trials."
            )
        raise ValueError(f"{size:,} combinations are too many: {MAX_RUNS:,} at most.")
    if plan.method != "grid" and not 1 <= plan.trials <= MAX_RUNS:
        raise ValueError(f"A sweep has 1 to {MAX_RUNS:,} trials, not {plan.trials:,}.")
    if not (possible := possible_choices(plan.base, plan.space)):
        raise ValueError("None of these combinations makes a network.")
    if size > MAX_RUNS:
        return plan.trials
    return len(possible) if plan.method == "grid" else min(plan.trials, len(possible))


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
    stamp = time.strftime("%Y%m%d-%H%M%S")
    sweep = Sweep(folder / FOLDER / f"{stamp}-{secrets.token_hex(2)}")
    with queue.locked(folder):
        sweep.path.mkdir(parents=True)
        sweep._write(Contents(plan, time.time(), mnist_file=queue.current_mnist_file()))
    return sweep


def open_sweep(sweep_id: str, folder: Path) -> Sweep:
    """Return the sweep of this id, that may come from an address, or raise `RunError`."""
    sweep = Sweep(folder / FOLDER / sweep_id)
    if not store.RUN_ID.fullmatch(sweep_id) or not (sweep.path / PLAN_FILE).is_file():
        shown = re.sub(r"[^\w-]", "?", sweep_id[:64])  # it may be an address's, made to mislead
        raise RunError(f"There is no sweep '{shown}'.")
    return sweep


def list_sweeps(folder: Path) -> list[Sweep]:
    """Return the sweeps of a folder of runs that can be read, the newest first."""
    dated = []
    for path in (folder / FOLDER).glob(f"*/{PLAN_FILE}"):
        try:
            dated.append((_read(path).created, Sweep(path.parent)))
        except (OSError, ValueError):
            continue  # it says so where it is opened
    return [sweep for _, sweep in sorted(dated, key=lambda pair: pair[0], reverse=True)]


def stop(sweep: Sweep) -> None:
    """Stop all runs of a sweep as Stop does, and let no more follow."""
    with sweep.lock:
        if sweep.state == "running":
            sweep.update(state="stopped")
        for trial in trials(sweep):
            if trial.status.active:
                queue.stop(trial.run)


def resume(sweep: Sweep) -> None:
    """Let a stopped sweep go on, as `study.advance` does: first with runs that never began.

    A run that was stopped in training counts with what it has reached.
    """
    with sweep.lock:
        if sweep.state != "stopped":
            raise RunError(f"This sweep is {sweep.state}: nothing is left to resume.")
        for trial in trials(sweep):
            if never_began(trial.run, trial.status):
                queue.resume(trial.run, sweep.contents.mnist_file)
        sweep.update(state="running", message="")


def never_began(run: Run, status: Status) -> bool:
    """Return whether a run was stopped, or failed, while it was queued."""
    if status.state is State.STOPPED:
        return status.over and not run.is_usable
    return status.state is State.FAILED and status.started is None


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


def trials(sweep: Sweep) -> list[Trial]:
    """Return the runs of a sweep in order, without damaged ones."""
    found = []
    for run in sweep.runs():
        try:
            values, status = run.hyperparameters, run.status()
        except RunError:
            continue
        choice = {name: getattr(values, name) for name in sweep.plan.space}
        found.append(Trial(run.trial, run, status, choice))
    return sorted(found, key=lambda trial: trial.number)


def best_run(sweep: Sweep) -> Run | None:
    """Return the run whose network has the best validation accuracy, the first of equals."""
    done = [trial for trial in trials(sweep) if trial.validation_accuracy and trial.run.is_usable]
    return max(done, key=lambda trial: trial.validation_accuracy or 0).run if done else None

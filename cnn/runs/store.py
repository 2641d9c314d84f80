"""A run is a folder: its hyperparameters, its status and metrics, and its trained network."""

import os
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from filelock import FileLock

from cnn import hyperparameters as hp
from cnn.presets import preset_name
from cnn.runs import files
from cnn.runs.metrics import Metrics, read_metrics
from cnn.runs.status import (
    FINE_TUNED,
    MODEL_FILE,
    STATUS,
    Contents,
    State,
    Status,
    read_folder,
)

BUILT_IN = "built-in"
BUILT_IN_PATH = Path(__file__).parents[1] / "pretrained"
RUN_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
INTERRUPTED = "The process that trained this run ended."


class RunError(ValueError):
    """A run that is not there or cannot be read; the message is for the page."""


@dataclass(frozen=True)
class Run:
    """One run folder."""

    path: Path

    @property
    def id(self) -> str:
        """The name in addresses: the folder's, or "built-in"."""
        return BUILT_IN if self.is_built_in else self.path.name

    @property
    def is_built_in(self) -> bool:
        """Whether this is the read-only run that comes with the app."""
        return self.path == BUILT_IN_PATH

    @property
    def hyperparameters(self) -> hp.Hyperparameters:
        """What the run was started with."""
        return self._valid(self._contents.hyperparameters, "settings")

    @property
    def name(self) -> str:
        """A short name for people: "fine-tuned" for such a run, else the preset's, or "custom"."""
        return self._contents.name or preset_name(self.hyperparameters)

    @property
    def is_fine_tuned(self) -> bool:
        """Whether it starts from another run's network, to learn saved digits."""
        return self._contents.name == FINE_TUNED

    @property
    def model_path(self) -> Path:
        """The exported network that the app predicts with."""
        return self.path / MODEL_FILE

    @property
    def is_usable(self) -> bool:
        """Whether there is a network to predict with."""
        return self._contents.is_usable

    @cached_property
    def lock(self) -> FileLock:
        """What the training process holds."""
        return FileLock(self.path / "lock", thread_local=False)

    def status(self) -> Status:
        """Return the status on disk, or `interrupted` where no process trains it any more."""
        status = self._read_status()
        if not status.in_work or self.is_built_in or files.is_held(self.path / "lock"):
            return status
        files.distrust_cache()
        status = self._read_status()  # it may have ended between the two reads
        if status.state is not State.RUNNING:
            return replace(status, phase="")
        return replace(status, state=State.INTERRUPTED, phase="", message=INTERRUPTED)

    def write_status(self, status: Status) -> None:
        """Replace the status on disk; where the disk is full, write over the old one."""
        file, content = self.path / "status.json", STATUS.dump_json(status, indent=1)
        try:
            files.write_bytes(file, content)
        except OSError:
            if not file.is_file():
                raise
            files.overwrite(file, content)

    def update_status(self, **changes: Any) -> Status:
        """Change some fields of the status on disk."""
        status = replace(self._read_status(), **changes)
        self.write_status(status)
        return status

    def metrics(self) -> Metrics:
        """Return the points of the curves so far."""
        return read_metrics(self.metrics_path)

    @property
    def metrics_path(self) -> Path:
        """The file that the curves are appended to."""
        return self.path / "metrics.jsonl"

    @property
    def stop_file(self) -> Path:
        """While it exists, the training process is asked to stop and save its network."""
        return self.path / "stop"

    def log(self) -> str:
        """Return what Python printed in the training, with the traceback of a failure."""
        path = self.path / "train.log"
        return path.read_text(errors="replace") if path.is_file() else ""

    def _read_status(self) -> Status:
        return self._valid(self._contents.status, "state")

    def _valid(self, value: files.T | Exception, what: str) -> files.T:
        if isinstance(value, Exception):
            reason = files.explain_error(value)
            raise RunError(f"The {what} of run {self.id} can't be read: {reason}") from value
        return value

    @property
    def _contents(self) -> Contents:
        try:
            return read_folder(self.path)
        except OSError as error:
            return Contents(error, error)


# The same run each time: its path keeps the hash, which costs more than looking it up.
_run = lru_cache(files.MAX_CACHED)(lambda folder, name: Run(folder / name))


def runs_folder() -> Path:
    """Return the folder of all runs: the variable RUNS_DIR, else `runs`."""
    return Path(os.environ.get("RUNS_DIR") or "runs")


def create(
    values: hp.Hyperparameters,
    folder: Path,
    mnist_file: str = "",
    name: str = "",
    populate: Callable[[Path], object] = lambda path: None,
) -> Run:
    """Create a queued run, whole or not at all, or raise `OSError`; `queue.submit` calls it."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    run_id = f"{stamp}-{name or preset_name(values)}-{secrets.token_hex(2)}"
    with files.temporary_folder(folder / files.SCRATCH) as scratch:
        draft = Run(scratch / run_id)
        draft.path.mkdir()
        files.write_bytes(draft.path / "hyperparameters.json", values.to_json().encode())
        populate(draft.path)
        draft.write_status(Status(State.QUEUED, created=time.time(), mnist_file=mnist_file))
        return Run(draft.path.rename(folder / run_id))


def open_run(run_id: str, folder: Path) -> Run:
    """Return the run of this id, that may come from an address, or raise `RunError`."""
    run = Run(BUILT_IN_PATH) if run_id == BUILT_IN else Run(folder / run_id)
    if not RUN_ID.fullmatch(run_id) or not (run.path / "status.json").is_file():
        shown = re.sub(r"[^\w ./-]", "?", run_id[:64])  # it may be an address's, made to mislead
        raise RunError(f"There is no run '{shown}'. It may have been deleted.")
    files.finish_replacement(run.path)  # that a process left undone when it died
    return run


@files.briefly_cached
def list_runs(folder: Path) -> list[Run]:
    """Return the runs in a folder that can be opened, newest first, without the built-in one."""
    try:
        names = [name for name in os.listdir(folder) if RUN_ID.fullmatch(name)]
    except OSError:
        return []  # it is created with the first run
    runs = [_run(folder, name) for name in names if name != BUILT_IN]
    dated = {run: time for run in runs if (time := run._contents.created) is not None}
    return sorted(dated, key=lambda run: (dated[run], run.path.name), reverse=True)


def all_runs(folder: Path) -> list[Run]:
    """Return the runs in a folder that can be opened, newest first, and the built-in one last."""
    return [*list_runs(folder), Run(BUILT_IN_PATH)]

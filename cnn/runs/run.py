"""One run folder: its hyperparameters, its status and metrics, and its trained network."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from filelock import FileLock

from cnn import hyperparameters as hp
from cnn.presets import short_name
from cnn.runs import files, slots
from cnn.runs.metrics import Metrics, read_metrics
from cnn.runs.notes import Notes
from cnn.runs.status import (
    MODEL_FILE,
    QUEUED_ON_CLUSTER,
    STATUS,
    Contents,
    State,
    Status,
    read_folder,
)

BUILT_IN = "built-in"
BUILT_IN_PATH = Path(__file__).parents[1] / "pretrained"
INTERRUPTED = "The process that trained this run ended."
NODE_LOST = "The training on {node} ended. It goes on from its last checkpoint on a free node."


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
        return self._valid(self.contents.hyperparameters, "settings")

    @property
    def name(self) -> str:
        """What people call it: the name they gave it, else its preset and what differs from it."""
        return self.contents.name or short_name(self.hyperparameters)

    @property
    def notes(self) -> Notes:
        """The name, note and star that people gave it."""
        return self.contents.notes

    @property
    def sweep(self) -> str:
        """The id of the sweep that it belongs to, else ""."""
        return self.contents.trial.sweep

    @property
    def trial(self) -> int:
        """The number of its trial in that sweep, from 0."""
        return self.contents.trial.trial

    @property
    def is_fine_tuned(self) -> bool:
        """Whether it starts from another run's network, to learn saved digits."""
        return self.contents.is_fine_tuned

    @property
    def model_path(self) -> Path:
        """The exported network that the app predicts with."""
        return self.path / MODEL_FILE

    @property
    def is_usable(self) -> bool:
        """Whether there is a network to predict with."""
        return self.contents.is_usable

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
        if status.node and slots.is_driven(self.path.parent):
            message = NODE_LOST.format(node=status.node)
            return replace(status, phase=QUEUED_ON_CLUSTER, node="", message=message)
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
        return self._valid(self.contents.status, "state")

    def _valid(self, value: files.T | Exception, what: str) -> files.T:
        if isinstance(value, Exception):
            reason = files.explain_error(value)
            raise RunError(f"The {what} of run {self.id} can't be read: {reason}") from value
        return value

    @property
    def contents(self) -> Contents:
        """What its folder holds; in the place of what can't be read, the error."""
        try:
            return read_folder(self.path)
        except OSError as error:
            return Contents(error, error)

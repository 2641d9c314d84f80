"""A run is a folder: what was chosen, how far it came, and the network it reached."""

import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from filelock import FileLock

from cnn import hyperparameters as hp
from cnn.presets import preset_name
from cnn.runs.files import is_held, write_text
from cnn.runs.metrics import Metrics, read_metrics
from cnn.runs.status import State, Status, from_json_values

BUILT_IN = "built-in"
BUILT_IN_PATH = Path(__file__).parents[1] / "pretrained"
FINE_TUNED = "taught"
FINE_TUNE_FILE = "taught.json"  # in the folders of fine-tuned runs
RUN_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


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
        try:
            return hp.from_json((self.path / "hyperparameters.json").read_text())
        except (OSError, ValueError) as error:
            raise RunError(f"The settings of run {self.id} can't be read: {error}") from error

    @property
    def name(self) -> str:
        """A short name for people: "taught" if fine-tuned, else the preset's, or "custom"."""
        return FINE_TUNED if self.is_fine_tuned else preset_name(self.hyperparameters)

    @property
    def is_fine_tuned(self) -> bool:
        """Whether it starts from another run, to learn digits that somebody kept."""
        return (self.path / FINE_TUNE_FILE).is_file()

    @property
    def model_path(self) -> Path:
        """The exported network that the app answers with."""
        return self.path / "model.onnx"

    @property
    def is_usable(self) -> bool:
        """Whether there is a network to answer with."""
        return self.model_path.is_file()

    @cached_property
    def lock(self) -> FileLock:
        """The lock that the process training this run holds."""
        return FileLock(self.path / "lock", thread_local=False)

    def status(self) -> Status:
        """Return the state on disk, or `interrupted` where nobody is training any more."""
        status = self._read_status()
        if not status.in_work or self._is_locked():
            return status
        status = self._read_status()  # it may have ended between the two looks
        if status.state is not State.RUNNING:
            return replace(status, phase="")
        message = "The process that trained this run ended."
        return replace(status, state=State.INTERRUPTED, phase="", message=message)

    def write_status(self, status: Status) -> None:
        """Replace status.json as a whole, so that a reader never sees half of it."""
        write_text(self.path / "status.json", json.dumps(asdict(status), indent=1))

    def update_status(self, **changes: Any) -> Status:
        """Change some fields of the state on disk."""
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

    def request_stop(self) -> None:
        """Ask the training process to stop and keep the network it has."""
        (self.path / "stop").touch()

    def stop_requested(self) -> bool:
        """Whether somebody asked this run to stop."""
        return (self.path / "stop").exists()

    def log(self) -> str:
        """Return what the training process printed."""
        try:
            return (self.path / "train.log").read_text(errors="replace")
        except OSError:
            return ""

    def _read_status(self) -> Status:
        try:
            return from_json_values(json.loads((self.path / "status.json").read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise RunError(f"The state of run {self.id} can't be read: {error}") from error

    def _is_locked(self) -> bool:
        return not self.is_built_in and is_held(self.path / "lock")


def runs_folder() -> Path:
    """Return the folder of all runs: the variable RUNS_DIR, else `runs`."""
    return Path(os.environ.get("RUNS_DIR") or "runs")


def create(
    values: hp.Hyperparameters,
    folder: Path,
    mnist_file: str = "",
    name: str = "",
    furnish: Callable[[Path], object] = lambda path: None,
) -> Run:
    """Make a queued run. Its id sorts by time and is not to be guessed twice.

    Args:
        values: what to train.
        folder: the folder of all runs.
        mnist_file: the MNIST to train on; empty: the sample.
        name: the word in its id; empty: the preset's.
        furnish: puts more into its folder, before a worker can see the run.

    Raises:
        OSError: the folder can't be written; nothing is left of the run.
    """
    stamp = time.strftime("%Y%m%d-%H%M%S")
    run = Run(folder / f"{stamp}-{name or preset_name(values)}-{secrets.token_hex(2)}")
    run.path.mkdir(parents=True)
    try:
        write_text(run.path / "hyperparameters.json", values.to_json())
        furnish(run.path)
        run.write_status(Status(State.QUEUED, created=time.time(), mnist_file=mnist_file))
    except BaseException:
        shutil.rmtree(run.path, ignore_errors=True)
        raise
    return run


def open_run(run_id: str, folder: Path) -> Run:
    """Return the run of this id, "built-in" included.

    Raises:
        RunError: there is no such run. The id may come from an address, so it is checked.
    """
    run = Run(BUILT_IN_PATH) if run_id == BUILT_IN else Run(folder / run_id)
    if not RUN_ID.fullmatch(run_id) or not (run.path / "status.json").is_file():
        shown = re.sub(r"[^\w ./-]", "?", run_id[:64])  # it may be an address's, made to mislead
        raise RunError(f"There is no run '{shown}'. It may have been deleted.")
    return run


def list_runs(folder: Path) -> list[Run]:
    """Return the runs in a folder that can be opened, newest first, without the built-in one."""
    paths = [path.parent for path in folder.glob("*/status.json")]
    listed = [Run(path) for path in paths if RUN_ID.fullmatch(path.name) and path.name != BUILT_IN]
    return sorted(listed, key=_creation, reverse=True)


def _creation(run: Run) -> tuple[float, str]:
    try:
        return run.status().created, run.id
    except RunError:
        return 0.0, run.id

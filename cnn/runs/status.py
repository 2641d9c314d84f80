"""What a run's folder holds: the status in its status.json, hyperparameters, a network."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import ConfigDict, Field, TypeAdapter

from cnn import hyperparameters as hp
from cnn.presets import label_of, short_name
from cnn.runs.files import MAX_CACHED, T, briefly_cached, cached_by_stat, write_bytes
from cnn.runs.notes import Notes, read_notes

FINE_TUNED = "fine-tuned"
FINE_TUNE_FILE = "taught.json"  # in the folders of fine-tuned runs
MODEL_FILE = "model.onnx"
PREDICTIONS_FILE = "test_predictions.npz"  # of the test digits, by the trained network
SWEEP_FILE = "sweep.json"  # in the folders of a sweep's runs
QUEUED_ON_CLUSTER = "queued on the cluster"  # the phase of a run that has lost its node

Time = Annotated[float, Field(ge=0, lt=1e11, allow_inf_nan=False)]  # calendars end soon after it
Accuracy = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, lt=1_000_000_000)]


class State(StrEnum):
    """The state of a run. `interrupted` is never written: it is running without a lock."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Status:
    """What status.json holds. Times are seconds since 1970, durations seconds."""

    __pydantic_config__ = ConfigDict(strict=True, extra="ignore")  # a newer app may write more

    state: State
    created: Time
    started: Time | None = None
    ended: Time | None = None
    seconds: Time | None = None  # spent in training, validation included
    resumes: Count = 0  # how many times a process continued it after another had died
    message: str = ""  # why it failed or was stopped, how it resumed, what is wrong with it
    phase: str = ""  # what its process is doing: starting, preparing, training, saving, testing
    node: str = ""  # the machine of a cluster that trains it, "": this one
    mnist_file: str = ""  # the file that was in use when it was queued, for the worker
    dataset: str = ""  # "mnist" or "sample"
    imported: bool = False  # whether it came as a file: its times are another machine's
    training_images: Count | None = None
    test_images: Count | None = None
    validation_accuracy: Accuracy | None = None
    test_accuracy: Accuracy | None = None

    @property
    def created_at(self) -> datetime:
        """The local time that pages show for the run: when it was queued first."""
        return datetime.fromtimestamp(self.created)

    @property
    def waits_for_node(self) -> bool:
        """Whether a cluster's node may take it: it is queued, or has lost its node."""
        return self.state is State.QUEUED or self.phase == QUEUED_ON_CLUSTER

    @property
    def in_work(self) -> bool:
        """Whether a process still works on it: a stopped run's test comes after its state."""
        return self.state is State.RUNNING or bool(self.phase)

    @property
    def over(self) -> bool:
        """Whether it is neither queued nor worked on."""
        return not (self.active or self.in_work)

    @property
    def active(self) -> bool:
        """Whether the run is queued or trains."""
        return self.state in (State.QUEUED, State.RUNNING)


STATUS = TypeAdapter(Status)


@dataclass(frozen=True)
class SweepTrial:
    """What a run's sweep.json holds: the sweep it is of, and the number of its trial there."""

    sweep: str = ""
    trial: Count = 0


_SWEEP_TRIAL = TypeAdapter(SweepTrial)


def write_sweep_trial(folder: Path, trial: SweepTrial) -> None:
    """Write into a run's folder which trial it is."""
    write_bytes(folder / SWEEP_FILE, _SWEEP_TRIAL.dump_json(trial))


class Contents(NamedTuple):
    """What a run's folder holds; in the place of what can't be read, the error."""

    status: Status | Exception
    hyperparameters: hp.Hyperparameters | Exception
    name: str = ""
    is_fine_tuned: bool = False
    is_usable: bool = False
    notes: Notes = Notes()
    trial: SweepTrial = SweepTrial()

    @property
    def created(self) -> float | None:
        """When the run was created, 0 where its status is damaged, None where it has none."""
        if isinstance(self.status, Status):
            return self.status.created
        return None if isinstance(self.status, FileNotFoundError | NotADirectoryError) else 0.0


@briefly_cached
@cached_by_stat(MAX_CACHED)
def read_folder(folder: Path) -> Contents:
    """Read a run; the time of its folder changes where a file is replaced, not edited in place."""
    values = _parsed(folder / "hyperparameters.json", hp.from_json)
    status = _parsed(folder / "status.json", STATUS.validate_json)
    is_fine_tuned, is_usable = ((folder / file).is_file() for file in (FINE_TUNE_FILE, MODEL_FILE))
    notes, default = read_notes(folder), ""
    if isinstance(values, hp.Hyperparameters):
        default = label_of(FINE_TUNED) if is_fine_tuned else short_name(values)
    trial = _parsed(folder / SWEEP_FILE, _SWEEP_TRIAL.validate_json)
    trial = trial if isinstance(trial, SweepTrial) else SweepTrial()
    return Contents(status, values, notes.name or default, is_fine_tuned, is_usable, notes, trial)


def _parsed(file: Path, parse: Callable[[bytes], T]) -> T | Exception:
    try:
        return parse(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        return error  # another error may pass, so it is raised and not cached


@dataclass(frozen=True)
class Calibration:
    """What was measured on the validation digits."""

    __pydantic_config__ = ConfigDict(strict=True, allow_inf_nan=False)

    temperature: Annotated[float, Field(gt=0)] = 1.0
    """What the logits were divided by, already in the saved network (Guo et al. 2017,
    arXiv 1706.04599): above 1 where the network was overconfident."""
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.0
    """The reject score, 0 to 1, below which an image is not a digit."""


CALIBRATION = TypeAdapter(Calibration)


def write_calibration(folder: Path, calibration: Calibration) -> None:
    """Write a run's calibration into its folder."""
    write_bytes(folder / "calibration.json", CALIBRATION.dump_json(calibration))


def read_calibration(folder: Path) -> Calibration:
    """Return what a run's folder holds; without a valid file, every image is a digit."""
    try:
        return CALIBRATION.validate_json((folder / "calibration.json").read_bytes())
    except (OSError, ValueError):
        return Calibration()

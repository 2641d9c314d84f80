"""The state of a run, as its status.json holds it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter

from cnn.runs.files import MAX_CACHED, cached_by_stat, overwrite, write_bytes

Time = Annotated[float, Field(ge=0, lt=1e11, allow_inf_nan=False)]  # calendars end soon after it
Accuracy = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]


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
    mnist_file: str = ""  # the file that was in use when it was queued, for the worker
    dataset: str = ""  # "mnist" or "sample"
    training_images: Count | None = None
    test_images: Count | None = None
    validation_accuracy: Accuracy | None = None
    test_accuracy: Accuracy | None = None

    @property
    def created_at(self) -> datetime:
        """The local time that pages show for the run: when it was queued first."""
        return datetime.fromtimestamp(self.created)

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


_ADAPTER = TypeAdapter(Status)


@cached_by_stat(MAX_CACHED)
def read_status(path: Path) -> Status:
    """Return the status that a file holds.

    Raises:
        OSError, ValueError: it can't be read, or holds something else.
    """
    return _ADAPTER.validate_json(path.read_bytes())


def creation_time(path: Path) -> float | None:
    """Return when a run was created, 0 where its status is damaged, None where it has none."""
    try:
        return read_status(path).created
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        return 0.0


def write_status(path: Path, status: Status) -> None:
    """Replace the file as a whole; where the disk is full, write over the old one."""
    content = _ADAPTER.dump_json(status, indent=1)
    try:
        write_bytes(path, content)
    except OSError:
        if not path.is_file():
            raise
        overwrite(path, content)

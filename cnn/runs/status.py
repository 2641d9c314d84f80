"""Where a run stands, as its status.json says it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, get_type_hints

LARGEST = 1e11  # seconds since 1970: calendars go little further


class State(StrEnum):
    """Where a run stands. `interrupted` is never written: it is running without a lock."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Status:
    """What status.json holds. Times are seconds since 1970, durations seconds."""

    state: State
    created: float
    started: float | None = None
    ended: float | None = None
    seconds: float | None = None  # spent in training, validation included
    message: str = ""  # why it failed, or was stopped
    phase: str = ""  # what its process is doing: starting, preparing, training, saving, testing
    mnist_file: str = ""  # the file that was in use when it was queued, for the worker
    dataset: str = ""  # "mnist" or "sample"
    training_images: int | None = None
    test_images: int | None = None
    validation_accuracy: float | None = None
    test_accuracy: float | None = None

    @property
    def in_work(self) -> bool:
        """Whether a process still works on it: a stopped run's test comes after its state."""
        return self.state is State.RUNNING or bool(self.phase)

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return not (self.alive or self.in_work)

    @property
    def alive(self) -> bool:
        """Whether the run still goes on, or waits its turn."""
        return self.state in (State.QUEUED, State.RUNNING)


def from_json_values(values: Any) -> Status:
    """Return the status that a status.json holds; names that a newer app wrote are left out.

    Raises:
        ValueError, TypeError: it holds something else.
    """
    kinds = get_type_hints(Status)
    known = {name: value for name, value in dict(values).items() if name in kinds}
    known["state"] = State(str(known.get("state")))
    for name, value in known.items():
        if not _fits(value, kinds[name]):
            raise ValueError(f"{name} is {value!r:.40}")
    return Status(**known)


def _fits(value: Any, kind: Any) -> bool:
    if isinstance(value, (int, float)):  # JSON tells 5 and 5.0 apart, a status does not
        return (isinstance(0.0, kind) or isinstance(0, kind)) and 0 <= value < LARGEST
    return isinstance(value, kind)

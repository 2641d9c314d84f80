"""The curves of a run: points appended to its metrics.jsonl while it trains."""

import json
from pathlib import Path
from typing import Any, NamedTuple


class TrainingPoint(NamedTuple):
    """Loss and accuracy over the images since the point before; epoch counts from 0."""

    epoch: float
    loss: float
    accuracy: float
    images_per_second: float
    seconds: float


class EpochPoint(NamedTuple):
    """One whole epoch, counted from 1, with its validation."""

    epoch: int
    loss: float
    accuracy: float
    validation_loss: float
    validation_accuracy: float
    seconds: float


class Metrics(NamedTuple):
    """All points of a run, in order."""

    training: tuple[TrainingPoint, ...]
    epochs: tuple[EpochPoint, ...]


def read_metrics(path: Path) -> Metrics:
    """Return the points of a metrics.jsonl; half-written and damaged lines are left out."""
    points = [point for line in _lines(path) if (point := _point(line))]
    return Metrics(
        tuple(point for point in points if isinstance(point, TrainingPoint)),
        tuple(point for point in points if isinstance(point, EpochPoint)),
    )


def _lines(path: Path) -> list[str]:
    """Return the lines of a file that may still be growing."""
    try:
        return path.read_text(errors="replace").splitlines()
    except OSError:
        return []


def _point(line: str) -> TrainingPoint | EpochPoint | None:
    """Return the point of one line, or None where it is not a whole one."""
    kind: type[TrainingPoint] | type[EpochPoint]
    try:
        values = json.loads(line)
        kind = EpochPoint if "validation_loss" in values else TrainingPoint
        point = kind(**values)
    except (ValueError, TypeError):
        return None
    return point if all(map(_is_finite, point)) else None


def _is_finite(value: Any) -> bool:
    return isinstance(value, (int, float)) and abs(value) < 1e300  # false for not-a-number too


def append_point(path: Path, point: TrainingPoint | EpochPoint) -> None:
    """Add one point as a line of JSON."""
    with path.open("a") as file:
        file.write(_line(point))


def _line(point: TrainingPoint | EpochPoint) -> str:
    return json.dumps(point._asdict()) + "\n"


def truncate_after(path: Path, epochs: int) -> float:
    """Drop what came after a number of whole epochs, and return the seconds spent until then."""
    metrics = read_metrics(path)
    points: list[TrainingPoint | EpochPoint] = [*metrics.training, *metrics.epochs]
    kept = sorted(
        (point for point in points if point.epoch <= epochs), key=lambda point: point.seconds
    )
    part = path.with_suffix(".part")
    part.write_text("".join(map(_line, kept)))
    part.replace(path)
    return max((point.seconds for point in kept if isinstance(point, EpochPoint)), default=0.0)

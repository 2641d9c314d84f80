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
    """Return the points of a metrics.jsonl; a line still being written is left out."""
    training: list[TrainingPoint] = []
    epochs: list[EpochPoint] = []
    for values in _json_lines(path):
        if "validation_loss" in values:
            epochs.append(EpochPoint(**values))
        else:
            training.append(TrainingPoint(**values))
    return Metrics(tuple(training), tuple(epochs))


def _json_lines(path: Path) -> list[dict[str, Any]]:
    """Return the JSON objects of a file that may still be growing."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return []
    objects = []
    for line in lines:
        try:
            objects.append(json.loads(line))
        except ValueError:
            continue
    return objects


def append_point(path: Path, point: TrainingPoint | EpochPoint) -> None:
    """Add one point as a line of JSON."""
    with path.open("a") as file:
        file.write(json.dumps(point._asdict()) + "\n")


def keep_epochs(path: Path, epochs: int) -> float:
    """Drop what came after a number of whole epochs, and return the seconds spent until then."""
    metrics = read_metrics(path)
    kept = [point for point in metrics.epochs if point.epoch <= epochs]
    points = [point for point in metrics.training if point.epoch <= epochs]
    path.unlink(missing_ok=True)
    for point in sorted([*points, *kept], key=lambda point: point.seconds):
        append_point(path, point)
    return kept[-1].seconds if kept else 0.0

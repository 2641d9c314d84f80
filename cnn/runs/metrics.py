"""The training curves of a run: points appended to its metrics.jsonl."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import Field, TypeAdapter

from cnn.hyperparameters import SPECS
from cnn.runs.files import MAX_CACHED, T, cached_by_stat, write_bytes

Loss = Annotated[float, Field(ge=0, lt=1e39, strict=True)]  # of 32 bits
Amount = Annotated[float, Field(ge=0, lt=1e9, strict=True)]
_LAST = int(SPECS["epochs"].maximum)
Share = Annotated[float, Field(ge=0, le=1, strict=True)]


class TrainingPoint(NamedTuple):
    """Loss and accuracy over the images since the point before; epoch counts from 0."""

    epoch: Annotated[float, Field(ge=0, le=_LAST, strict=True)]
    loss: Loss
    accuracy: Share
    images_per_second: Amount
    seconds: Amount


class EpochPoint(NamedTuple):
    """One whole epoch, counted from 1, with its validation."""

    epoch: Annotated[int, Field(ge=1, le=_LAST, strict=True)]
    loss: Loss
    accuracy: Share
    validation_loss: Loss
    validation_accuracy: Share
    seconds: Amount


Point = TrainingPoint | EpochPoint
_POINT: TypeAdapter[Point] = TypeAdapter(Point)
_EPOCH = TypeAdapter(EpochPoint)


class Metrics(NamedTuple):
    """All points of a run, in order."""

    training: tuple[TrainingPoint, ...]
    epochs: tuple[EpochPoint, ...]


def read_metrics(path: Path) -> Metrics:
    """Return the points of a metrics.jsonl; half-written and damaged lines are left out."""
    try:
        return _read(path)
    except OSError:
        return Metrics((), ())


@cached_by_stat(limit=100)
def _read(path: Path) -> Metrics:
    points = list(_parsed(path, _POINT))
    return Metrics(
        tuple(point for point in points if isinstance(point, TrainingPoint)),
        tuple(point for point in points if isinstance(point, EpochPoint)),
    )


Milestones = tuple[EpochPoint, EpochPoint] | tuple[None, None]


def read_milestones(path: Path) -> Milestones:
    """Return the epoch with the best validation accuracy, and the last: little to remember."""
    try:
        return _read_milestones(path)
    except OSError:
        return None, None


@cached_by_stat(MAX_CACHED)
def _read_milestones(path: Path) -> Milestones:
    epochs = list(_parsed(path, _EPOCH, b"validation_accuracy"))
    if not epochs:
        return None, None
    return max(epochs, key=lambda point: point.validation_accuracy), epochs[-1]


def _parsed(path: Path, kind: TypeAdapter[T], word: bytes = b"") -> Iterator[T]:
    for line in path.read_bytes().splitlines():
        if word in line:
            with contextlib.suppress(ValueError):
                yield kind.validate_json(line)


def append_point(path: Path, point: Point) -> None:
    """Add one point as a line of JSON."""
    with path.open("ab") as file:
        file.write(_line(point))


def _line(point: Point) -> bytes:
    return json.dumps(point._asdict()).encode() + b"\n"


def truncate_after(path: Path, epochs: int) -> float:
    """Drop the points after a number of whole epochs; return the seconds spent until then."""
    metrics = read_metrics(path)
    points: list[Point] = [*metrics.training, *metrics.epochs]
    points = [point for point in points if point.epoch <= epochs]
    write_bytes(path, b"".join(map(_line, sorted(points, key=lambda point: point.seconds))))
    return max((one.seconds for one in metrics.epochs if one.epoch <= epochs), default=0.0)

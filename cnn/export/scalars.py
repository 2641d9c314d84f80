"""The results of a run as other tools take them: numbers, each at a step and a time."""

from collections.abc import Iterator
from typing import NamedTuple

from cnn.runs.store import Run


class Scalar(NamedTuple):
    """One number: `split` is train, validation or test; `step` counts batches since the start."""

    split: str
    tag: str
    value: float
    step: int
    time: float  # seconds since 1970


def scalars(run: Run, start: float) -> Iterator[Scalar]:
    """Yield the curves of a run that began at this time, then its test accuracy."""
    status, values, metrics = run.status(), run.hyperparameters, run.metrics()
    steps = -(-(status.training_images or values.training_images) // values.batch_size)
    points = [("train", *point[:3], point.seconds) for point in metrics.training]
    points += [("validation", one[0], *one[3:5], one.seconds) for one in metrics.epochs]
    for split, epoch, loss, accuracy, seconds in points:
        for tag, value in (("loss", loss), ("accuracy", accuracy)):
            yield Scalar(split, tag, value, round(epoch * steps), start + seconds)
    if status.test_accuracy is not None:
        yield Scalar("test", "accuracy", status.test_accuracy, 0, start + (status.seconds or 0))

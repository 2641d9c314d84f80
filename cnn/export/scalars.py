"""The curves of a run as other tools take them: a number at a step and a time."""

from collections.abc import Iterator
from typing import NamedTuple

from cnn.runs.store import Run


class Scalar(NamedTuple):
    """One number of a curve."""

    split: str
    """`train` or `validation`."""
    tag: str
    """`loss` or `accuracy`."""
    value: float
    step: int
    """Batches since the start, the same for both splits."""
    time: float
    """Seconds since 1970."""


def scalars(run: Run) -> Iterator[Scalar]:
    """Yield all numbers of a run's curves, those of training first."""
    status, values, metrics = run.status(), run.hyperparameters, run.metrics()
    start = status.started or status.created
    steps = -(-(status.training_images or values.training_images) // values.batch_size)
    curves = [("train", *point[:3], point.seconds) for point in metrics.training]
    curves += [("validation", point.epoch, *point[3:5], point.seconds) for point in metrics.epochs]
    for split, epoch, loss, accuracy, seconds in curves:
        for tag, value in (("loss", loss), ("accuracy", accuracy)):
            yield Scalar(split, tag, value, round(epoch * steps), start + seconds)

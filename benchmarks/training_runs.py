"""Runs trained by the real worker, for benchmarks."""

import time
from itertools import pairwise
from pathlib import Path

from cnn import launching
from cnn.hyperparameters import Hyperparameters
from cnn.runs.status import Status
from cnn.runs.store import Run

LONG_IDLE = 3600.0
POLL_INTERVAL = 0.2  # seconds: polling more often would take the processor from what is measured


def train(hyperparameters: Hyperparameters, folder: Path) -> tuple[Run, float]:
    """Train one run to its end and return it with the seconds from the click on."""
    began = time.perf_counter()
    run = launching.start(hyperparameters, folder, idle_seconds=LONG_IDLE)
    wait_for(run)
    return run, time.perf_counter() - began


def wait_for(run: Run) -> Status:
    """Wait until a run is over, and return its status."""
    while not (status := run.status()).over:
        time.sleep(POLL_INTERVAL)
    return status


def epoch_seconds(run: Run) -> list[float]:
    """Return how long each epoch took, its validation included."""
    ends = [0.0, *(point.seconds for point in run.metrics().epochs)]
    return [after - before for before, after in pairwise(ends)]

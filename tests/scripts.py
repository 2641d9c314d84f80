"""Runs without anything trained."""

from pathlib import Path
from typing import Any

from cnn.hyperparameters import Hyperparameters
from cnn.runs import store
from cnn.runs.status import State
from cnn.runs.store import Run


def run_with(values: Hyperparameters, folder: Path, **status: Any) -> Run:
    """A finished run with these hyperparameters, on MNIST, without anything trained."""
    run = store.create(values, folder)
    run.update_status(**{"state": State.FINISHED, "dataset": "mnist", **status})
    return run

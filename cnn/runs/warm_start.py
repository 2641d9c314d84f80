"""The files of a new run that begins with the weights of another one."""

import shutil
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import Any

from cnn.data import mnist
from cnn.hyperparameters import Hyperparameters
from cnn.network.layers import layer_table
from cnn.runs.files import write_bytes
from cnn.runs.fine_tune_info import PARENT_NETWORK, is_test_seen
from cnn.runs.store import Run, RunError


def read_network(parent: Run) -> bytes:
    """Return a run's network, for a run that begins with its weights, or raise `RunError`."""
    try:
        return (parent.path / "model.keras").read_bytes()
    except FileNotFoundError as error:
        raise RunError("This run has no network to start from. Choose another one.") from error
    except OSError as error:
        raise RunError(f"This run's network can't be read: {error.strerror}.") from error


def parent_files(parent: Run, values: Hyperparameters) -> Callable[[Path], None]:
    """Return what puts a parent's weights into a new run's folder.

    Raises:
        RunError: the weights don't fit, the parent has none, or it has seen the new run's tests.
    """
    for theirs, ours in zip_longest(_shapes(parent.hyperparameters), _shapes(values)):
        if theirs != ours:
            name = (ours or theirs)[0].replace("_", " ")
            raise RunError(f"The weights of {parent.name} don't fit: {name} has another shape.")
    is_sample = mnist.find_source()[0].name == "sample"
    if is_test_seen(parent) or (is_sample and parent.status().dataset == "mnist"):
        raise RunError(f"{parent.name} has learned what would test the new run. Download MNIST.")
    network = read_network(parent)

    def populate(path: Path) -> None:
        write_bytes(path / PARENT_NETWORK, network)
        if (calibration := parent.path / "calibration.json").is_file():  # of these weights
            shutil.copyfile(calibration, path / calibration.name)
        Run(path).update_status(message=f"Started from the weights of {parent.name}.")

    return populate


def _shapes(values: Hyperparameters) -> list[tuple[Any, ...]]:
    """Return of each layer with weights its name and what their shapes follow from."""
    return [
        (layer.name, layer.parameters, layer.output_shape[-1], layer.options.get("kernel_size"))
        for layer in layer_table(values)
        if layer.parameters
    ]

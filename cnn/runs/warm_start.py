"""Whether a new run can begin with the weights of another one, and the files that it needs then."""

import shutil
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path

from cnn.data import mnist
from cnn.hyperparameters import Hyperparameters
from cnn.network.layers import Layer, layer_table
from cnn.runs.continuation import NETWORK
from cnn.runs.files import write_bytes
from cnn.runs.fine_tune_info import PARENT_NETWORK, is_test_seen
from cnn.runs.store import Run, RunError


def read_network(parent: Run) -> bytes:
    """Return a run's network, for a run that begins with its weights, or raise `RunError`."""
    try:
        return (parent.path / NETWORK).read_bytes()
    except FileNotFoundError as error:
        raise RunError("This run has no network to start from. Choose another one.") from error
    except OSError as error:
        raise RunError(f"This run's network can't be read: {error.strerror}.") from error


def parent_files(parent: Run, values: Hyperparameters) -> Callable[[Path], None]:
    """Return what puts a parent's weights into a new run's folder.

    Raises:
        RunError: the weights don't fit, the parent has none, or it has seen the new run's tests.
    """
    if misfit := _first_misfit(layer_table(parent.hyperparameters), layer_table(values)):
        raise RunError(
            f"The weights of {parent.name} don't fit: from {misfit} on, they have other shapes. "
            "Choose the same layers as there."
        )
    is_sample = mnist.find_source()[0].name == "sample"
    if is_test_seen(parent) or (is_sample and parent.status().dataset == "mnist"):
        raise RunError(
            f"{parent.name} was trained on digits that would test the new run. "
            "Download MNIST, or start from another run."
        )
    network = read_network(parent)

    def populate(path: Path) -> None:
        write_bytes(path / PARENT_NETWORK, network)
        if (calibration := parent.path / "calibration.json").is_file():  # of these weights
            shutil.copyfile(calibration, path / calibration.name)
        Run(path).update_status(message=f"Started from the weights of {parent.name}.")

    return populate


def _first_misfit(theirs: tuple[Layer, ...], ours: tuple[Layer, ...]) -> str:
    """Return the first layer in which the weights of two networks differ, "" if there is none."""
    weighted = ([layer for layer in layers if layer.parameters] for layers in (theirs, ours))
    for one, other in zip_longest(*weighted):
        if not (one and other) or one.weights != other.weights:
            return (other or one).name.replace("_", " ")
    return ""

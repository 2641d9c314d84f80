"""Build the network of an imported run from its hyperparameters and the arrays of its weights.

Started by cnn.launching as `python -m cnn.training.rebuild RUN`. What is wrong is one sentence on
stdout, and exit status 2.
"""

import resource
import sys
from pathlib import Path
from typing import cast

import keras
import numpy as np

from cnn.data import mnist
from cnn.data.mnist import DataError, DatasetName, Digits
from cnn.runs.archive import WEIGHTS_FILE
from cnn.runs.files import replace_together
from cnn.runs.store import Run, RunError
from cnn.runs.stored_predictions import PREDICTIONS_FILE, read_stored_predictions
from cnn.training.calibrate import digit_probabilities
from cnn.training.export import save_network
from cnn.training.model import build_network
from cnn.training.pipeline import plain_batches

MAX_MEMORY = 4 * 2**30  # bytes
CHECKED = 500  # digits: enough to tell two networks apart
MAX_DIFFERENCE = 0.05  # of a probability; a GPU rounds otherwise than a CPU


def rebuild(run: Run) -> None:
    """Write the network's files in the place of its weights, or raise `RunError`."""
    network, weights = build_network(run.hyperparameters), run.path / WEIGHTS_FILE
    try:
        _set_weights(network, weights)
    except Exception as error:  # zipfile, zlib, numpy and Keras raise a dozen kinds
        raise RunError("The weights in this zip are not those of its network.") from error
    _check_predictions(run, network)
    with replace_together(run.path) as folder:
        save_network(network, folder)
    weights.unlink()


def _set_weights(network: keras.Model, path: Path) -> None:
    with np.load(path, allow_pickle=False) as file:
        arrays = dict(file)
    for layer in network.layers:
        weights = [arrays.pop(f"{layer.name}.{number}") for number in range(len(layer.weights))]
        if any(one.dtype != np.float32 or not np.isfinite(one).all() for one in weights):
            raise ValueError("a weight is no number")
        layer.set_weights(weights)
    if arrays:
        raise ValueError("there are more weights than the network has")


def _check_predictions(run: Run, network: keras.Model) -> None:
    """Raise `RunError` where the stored predictions are another network's.

    Without its test digits on this computer, or without predictions, nothing is checked.
    """
    if not (file := run.path / PREDICTIONS_FILE).is_file():
        return
    probabilities, labels = read_stored_predictions(file)
    try:
        digits = mnist.load_test(cast(DatasetName, run.status().dataset))
    except DataError:
        return
    if np.array_equal(labels, digits.labels):
        some = Digits(digits.images[:CHECKED], digits.labels[:CHECKED])
        outputs = network.predict(plain_batches(some, network.output_shape[1]), verbose=0)
        if np.abs(digit_probabilities(outputs) - probabilities[:CHECKED]).max() > MAX_DIFFERENCE:
            raise RunError("The predictions in this zip are not those of its network.")


def main() -> int:
    """Rebuild the network of the run that the command line names."""
    resource.setrlimit(resource.RLIMIT_DATA, (MAX_MEMORY, MAX_MEMORY))
    try:
        rebuild(Run(Path(sys.argv[1])))
    except RunError as error:
        print(error)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

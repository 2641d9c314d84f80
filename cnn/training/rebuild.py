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

from cnn.data.mnist import DataError, DatasetName, load_test
from cnn.runs.archive import WEIGHTS_FILE
from cnn.runs.files import replace_together
from cnn.runs.store import Run
from cnn.runs.stored_predictions import PREDICTIONS_FILE, read_stored_predictions
from cnn.training.calibrate import digit_probabilities
from cnn.training.export import save_network
from cnn.training.model import build_network

MAX_MEMORY = 4 * 2**30  # bytes
CHECKED = 500  # digits: enough to tell two networks apart
MAX_DIFFERENCE = 0.05  # of a probability; a GPU rounds otherwise than a CPU


def rebuild(run: Run) -> str:
    """Write the network's files in the place of its weights; return the sentence why not, or ""."""
    network, file = build_network(run.hyperparameters), run.path / WEIGHTS_FILE
    try:
        with np.load(file, allow_pickle=False) as arrays:
            for layer in network.layers:
                names = [f"{layer.name}.{number}" for number in range(len(layer.weights))]
                layer.set_weights([arrays[name] for name in names])
    except Exception:  # zipfile, zlib, numpy and Keras raise a dozen kinds
        return "The weights in this zip are not those of its network."
    if not _predicts_as_stored(network, run):
        return "The predictions in this zip are not those of its network."
    with replace_together(run.path) as folder:
        save_network(network, folder)
    file.unlink()
    return ""


def _predicts_as_stored(network: keras.Model, run: Run) -> bool:
    """Compare with the stored predictions, if their digits are here; NaN is like nothing."""
    outputs = network(np.zeros((1, 28, 28, 1), "float32"), training=False)
    try:
        probabilities, labels = read_stored_predictions(run.path / PREDICTIONS_FILE)
        digits = load_test(cast(DatasetName, run.status().dataset))
        if np.array_equal(labels, digits.labels):
            images = digits.images[:CHECKED, ..., None].astype("float32")
            outputs = network(images, training=False)
            difference = digit_probabilities(np.asarray(outputs)) - probabilities[:CHECKED]
            return bool(np.abs(difference).max() < MAX_DIFFERENCE)
    except (DataError, FileNotFoundError):
        pass
    return bool(np.isfinite(np.asarray(outputs)).all())


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_DATA, (MAX_MEMORY, MAX_MEMORY))
    if problem := rebuild(Run(Path(sys.argv[1]))):
        print(problem)
        sys.exit(2)

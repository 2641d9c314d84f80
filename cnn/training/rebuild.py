"""Build and test the network of an imported run: what a zip says of its accuracy is not believed.

It is built from its hyperparameters and the arrays of its weights. Started by cnn.launching as
`python -m cnn.training.rebuild RUN`. What is wrong is one sentence on stdout, and exit status 2.
"""

import contextlib
import resource
import sys
from pathlib import Path
from typing import cast

import numpy as np

from cnn.data.mnist import DataError, DatasetName, load_test
from cnn.network.layers import IMAGE_SHAPE
from cnn.runs.archive import WEIGHTS_FILE
from cnn.runs.files import replace_together
from cnn.runs.store import Run
from cnn.training.export import save_network
from cnn.training.fit import save_predictions
from cnn.training.model import build_network

MAX_MEMORY = 4 * 2**30  # bytes


def rebuild(run: Run) -> str:
    """Write the network's files in the place of its weights; return the sentence why not, or ""."""
    network, file = build_network(run.hyperparameters), run.path / WEIGHTS_FILE
    try:
        with np.load(file, allow_pickle=False) as arrays:
            for layer in network.layers:
                names = [f"{layer.name}.{number}" for number in range(len(layer.weights))]
                layer.set_weights([arrays[name] for name in names])
        outputs = network(np.zeros((1, *IMAGE_SHAPE), "float32"), training=False)
        if not np.isfinite(np.asarray(outputs)).all():
            raise ValueError
    except Exception:  # zipfile, zlib, numpy and Keras raise a dozen kinds
        return "The weights in this zip are not those of its network."
    with replace_together(run.path) as folder:
        save_network(network, folder)
    file.unlink()
    with contextlib.suppress(DataError):  # its test digits are not here
        digits = load_test(cast(DatasetName, run.status().dataset))
        accuracy = save_predictions(run, network, digits)
        run.update_status(test_images=len(digits.labels), test_accuracy=accuracy)
    return ""


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_DATA, (MAX_MEMORY, MAX_MEMORY))
    if problem := rebuild(Run(Path(sys.argv[1]))):
        print(problem)
        sys.exit(2)

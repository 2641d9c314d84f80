"""What an image costs in training: the constants of cnn/runs/training_time.py, by least squares.

MNIST_NPZ=mnist.npz .venv/bin/python -m benchmarks.estimate
"""

import tempfile
from dataclasses import replace
from math import prod
from pathlib import Path

import numpy as np
from scipy.optimize import nnls

from benchmarks.training_runs import train
from cnn.hyperparameters import Hyperparameters
from cnn.network.layers import layer_table
from cnn.presets import PRESETS
from cnn.runs import training_time
from cnn.runs.store import Run
from tests.app_server import end_workers

IMAGES = 10_000
NETWORKS = [
    *PRESETS.values(),
    replace(PRESETS["article"], batch_size=128),
    Hyperparameters(filters=(4,), pool_after=(1,), batch_size=64),
    Hyperparameters(filters=(32, 32), pool_after=(1, 2), batch_size=128, dense_units=64),
    Hyperparameters(filters=(16, 16, 32), kernel_size=5, batch_size=64, pool_after=(2,)),
    replace(PRESETS["accurate"], filters=(16, 16, 32, 32), kernel_size=3, pool_after=(2, 4)),
]


def seconds_an_image(run: Run) -> float:
    """Return what an image took in the second epoch, without what comes between epochs."""
    points = [point for point in run.metrics().training if point.epoch > 1]
    first, last = points[0], points[-1]
    return (last.seconds - first.seconds) / ((last.epoch - first.epoch) * IMAGES)


def main() -> None:
    """Print the constants, and each network's measured and estimated microseconds an image."""
    rows, measured = [], []
    with tempfile.TemporaryDirectory() as name:
        for values in NETWORKS:
            short = replace(values, epochs=2, training_images=IMAGES)
            run, _ = train(short, Path(name))
            layers = layer_table(short)
            multiply_adds = sum(layer.multiply_adds for layer in layers)
            activations = sum(prod(layer.output_shape) for layer in layers)
            rows.append([1.0, multiply_adds, activations, 1 / short.batch_size])
            measured.append(seconds_an_image(run))
        end_workers(Path(name))
    # Relative errors count, so that cheap networks are estimated as well as dear ones.
    weighted = np.array(rows) / np.array(measured)[:, None]
    constants, _ = nnls(weighted, np.ones(len(measured)))
    print("image {:.2e}, multiply-add {:.2e}, activation {:.2e}, batch {:.2e}".format(*constants))
    for values, row, seconds in zip(NETWORKS, rows, measured, strict=True):
        now = (
            training_time.seconds_per_image(layer_table(values))
            + training_time.SECONDS_PER_BATCH * row[3]
        )
        fitted = float(np.dot(constants, row))
        print(f"{seconds * 1e6:6.0f} µs measured, {fitted * 1e6:6.0f} fitted, {now * 1e6:6.0f} now")


if __name__ == "__main__":
    main()

"""How long it takes to explain a prediction: the index of training digits, then each digit.

MNIST_NPZ=mnist.npz .venv/bin/python -m benchmarks.why [RUN FOLDER …]
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from cnn.data import mnist
from cnn.data.mnist import Digits
from cnn.explanation import explain
from cnn.explanation.explain import load_kernels
from cnn.inference.predictor import load_predictor
from cnn.network.layers import layer_table
from cnn.runs.store import BUILT_IN_PATH, Run

DIGITS = 20
Image: TypeAlias = NDArray[np.uint8]
_T = TypeVar("_T")


def main() -> None:
    """Print the figures of the built-in run and of those named."""
    seconds, digits = timed(lambda: mnist.load_first_training(explain.MAX_DIGITS))
    print(f"{len(digits.labels):,} training digits read in {seconds:.2f} s")
    for path in [BUILT_IN_PATH, *map(Path, sys.argv[1:])]:
        measure(Run(path), digits)


def measure(run: Run, digits: Digits) -> None:
    """Print the figures of one run."""
    predictor = load_predictor(run.model_path)
    multiply_adds = sum(layer.multiply_adds for layer in layer_table(run.hyperparameters))
    count = explain.index_size(multiply_adds)
    some = Digits(digits.images[:count], digits.labels[:count])
    seconds, index = timed(partial(explain.index_digits, predictor, some))
    stored = index.features.nbytes / 1e6
    print(f"{run.id}: features of {count:,} digits {seconds:.2f} s, {stored:.1f} MB stored")
    stride = explain.occlusion_stride(multiply_adds)
    asked: dict[str, Callable[[Image], object]] = {
        "occlusion": lambda image: explain.occlusion_maps(predictor, image, (7, 9), stride),
        "feature maps": partial(explain.feature_maps, predictor),
        "neighbors": lambda image: explain.nearest_digits(predictor, image, index),
    }
    images = mnist.load().test.images[:DIGITS]
    medians = {
        what: median(timed(partial(ask, image))[0] for image in images)
        for what, ask in asked.items()
    }
    for what, each in {**medians, "together": sum(medians.values())}.items():
        print(f"  {what} {each:.3f} s")
    kernels, _ = timed(partial(load_kernels, run.model_path))
    print(f"  filters, read once {kernels:.3f} s")


def timed(call: Callable[[], _T]) -> tuple[float, _T]:
    """Return how many seconds a call took, and what it returned."""
    start = time.perf_counter()
    value = call()
    return time.perf_counter() - start, value


if __name__ == "__main__":
    main()

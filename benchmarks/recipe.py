"""The tutorial's whole recipe in bare Keras, over preset `fast` trained to at least 97.06%.

MNIST_NPZ=mnist.npz .venv/bin/python -m benchmarks.recipe
"""

import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

import keras
import numpy as np

from benchmarks.bare_keras import as_arrays, tutorial_network
from benchmarks.training_runs import train
from cnn.data import mnist
from cnn.presets import PRESETS, TUTORIAL_TEST_ACCURACY
from tests.app_server import end_workers

TURNS = 3


def tutorial(
    x: np.ndarray, y: np.ndarray, test: tuple[np.ndarray, np.ndarray]
) -> tuple[float, float]:
    """Return seconds and accuracy of the recipe: 60,000 images, 5 epochs, validated by the test."""
    keras.backend.clear_session()
    began = time.perf_counter()
    network = tutorial_network()
    history = network.fit(x, y, batch_size=32, epochs=5, validation_data=test, verbose=0)
    return time.perf_counter() - began, history.history["val_accuracy"][-1]


def main() -> None:
    """Print seconds and accuracies of each turn, and the ratio of the medians."""
    dataset = mnist.load("mnist")
    images = np.concatenate([dataset.train.images, dataset.validation.images])
    labels = np.concatenate([dataset.train.labels, dataset.validation.labels])
    x, y = as_arrays(images, labels)
    test = as_arrays(*dataset.test)
    recipe, fast = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        train(replace(PRESETS["fast"], training_images=500), folder)  # the worker is warm now
        for turn in range(TURNS):
            seconds, accuracy = tutorial(x, y, test)
            run, whole = train(replace(PRESETS["fast"], seed=turn), folder)
            status = run.status()
            recipe.append(seconds)
            fast.append(whole)
            print(
                f"turn {turn + 1}: tutorial {seconds:.1f} s, {accuracy:.2%}; fast {whole:.2f} s "
                f"from the click to the tested network ({status.seconds:.2f} s of it training), "
                f"{status.test_accuracy:.2%}"
            )
            assert (status.test_accuracy or 0) >= TUTORIAL_TEST_ACCURACY, "fast fell short"
        end_workers(folder)
    print(f"tutorial / fast = {median(recipe) / median(fast):.1f}")


if __name__ == "__main__":
    main()

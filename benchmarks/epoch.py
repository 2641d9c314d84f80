"""An epoch of `article` in the worker with live curves, over the same epoch in bare Keras.

MNIST_NPZ=mnist.npz .venv/bin/python -m benchmarks.epoch
"""

import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import median

import keras

from benchmarks.bare_keras import EpochTimes, as_arrays, tutorial_network
from benchmarks.training_runs import epoch_seconds, train
from cnn.data import mnist
from cnn.presets import PRESETS
from tests.app_server import end_workers

TURNS, EPOCHS = 3, 3  # the first epoch of each turn, with its tracing, is not counted


def main() -> None:
    """Print seconds of each turn, the medians, and their ratio."""
    dataset = mnist.load("mnist")
    x, y = as_arrays(*dataset.train)
    validation = as_arrays(*dataset.validation)
    article = replace(PRESETS["article"], epochs=EPOCHS)
    worker, bare = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        train(replace(PRESETS["fast"], training_images=500), folder)  # the worker is warm now
        for turn in range(TURNS):
            times = EpochTimes()
            tutorial_network().fit(
                x, y, batch_size=32, epochs=EPOCHS, validation_data=validation,
                callbacks=[times], verbose=0,
            )  # fmt: skip
            keras.backend.clear_session()
            bare += times.seconds[1:]
            run, _ = train(article, folder)
            worker += epoch_seconds(run)[1:]
            print(f"turn {turn + 1}: bare {times.seconds[1:]}, worker {epoch_seconds(run)[1:]}")
        end_workers(folder)
    print(f"bare Keras {median(bare):.2f} s, worker {median(worker):.2f} s an epoch")
    print(f"worker / bare = {median(worker) / median(bare):.2f}")


if __name__ == "__main__":
    main()

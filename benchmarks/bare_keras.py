"""The tutorial as it is written: bare Keras, nothing watched, nothing saved."""

import time

import keras
import numpy as np
from numpy.typing import NDArray


def tutorial_network() -> keras.Model:
    """Return the tutorial's network, compiled as it says."""
    layers = keras.layers
    network = keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Conv2D(16, 3, activation="relu"),
            layers.Conv2D(8, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    network.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return network


def as_arrays(
    images: NDArray[np.uint8], labels: NDArray[np.uint8]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return pixels (n, 28, 28, 1) from 0 to 255 and one-hot labels (n, 10)."""
    return images[..., None].astype("float32"), keras.utils.to_categorical(labels, 10)


class EpochTimes(keras.callbacks.Callback):
    """How long each epoch took, its validation included."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        """Start the clock."""
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        """Stop it."""
        self.seconds.append(time.perf_counter() - self._began)

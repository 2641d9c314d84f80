"""Everything slow that the first training would otherwise wait for."""

import keras
import numpy as np

from cnn.data import mnist
from cnn.data.mnist import Digits
from cnn.hyperparameters import Hyperparameters
from cnn.network.layers import CLASSES
from cnn.training.model import build_network, compile_network
from cnn.training.pipeline import plain_batches, training_batches


def warm_up() -> None:
    """Import, read MNIST, and trace one small training, so that a click shows its first point."""
    mnist.load()
    hyperparameters = Hyperparameters(filters=(1,), epochs=1, batch_size=8)
    digits = Digits(np.zeros((32, 28, 28), np.uint8), np.zeros(32, np.uint8))
    network = build_network(hyperparameters)
    compile_network(network, hyperparameters, steps_per_epoch=4, jump=2)
    network.fit(
        training_batches(digits, hyperparameters),
        validation_data=plain_batches(digits, CLASSES),
        shuffle=False,
        verbose=0,
    )
    keras.backend.clear_session()

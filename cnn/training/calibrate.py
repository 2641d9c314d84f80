"""Temperature scaling of a trained network, and its reject threshold."""

import keras
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from cnn.data.mnist import Digits
from cnn.network.layers import CLASSES, REJECT_CLASS
from cnn.runs.status import Calibration
from cnn.training.model import scale_last_layer
from cnn.training.pipeline import plain_batches

MIN_TEMPERATURE, MAX_TEMPERATURE = 0.05, 20.0
MIN_PROBABILITY = 1e-30
# Of the validation digits: rejecting a digit is worse than predicting a digit for a letter.
REJECTED_SHARE = 0.0025
MAX_THRESHOLD = 0.999  # nearer to 1, rounding would decide and not the network


def calibrate(network: keras.Model, validation: Digits) -> tuple[Calibration, float]:
    """Divide the network's last layer by the temperature that suits the validation digits best.

    Return the calibration with the validation accuracy.
    """
    outputs = network.predict(plain_batches(validation, network.output_shape[1]), verbose=0)
    logits = np.log(np.maximum(outputs, MIN_PROBABILITY))
    temperature = _best_temperature(logits[:, :CLASSES], validation.labels)
    scale_last_layer(network, 1 / temperature)
    scores = digit_scores(softmax(logits / temperature, axis=1))
    threshold = min(float(np.quantile(scores, REJECTED_SHARE)), MAX_THRESHOLD)
    accuracy = float(np.mean(logits[:, :CLASSES].argmax(axis=1) == validation.labels))
    return Calibration(temperature, threshold), accuracy


def digit_probabilities(outputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how probable each digit is, if it is one: (n, 10), from (n, 10 or 11)."""
    digits = np.maximum(outputs[:, :CLASSES], MIN_PROBABILITY)
    return digits / digits.sum(axis=1, keepdims=True)


def digit_scores(outputs: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return 1 minus the probability of the reject class, (n,), or the confidence without one."""
    if outputs.shape[1] > REJECT_CLASS:
        return np.minimum(outputs[:, :CLASSES].sum(axis=1), 1)  # rounding may exceed it
    return outputs.max(axis=1)


def _best_temperature(logits: NDArray[np.floating], labels: NDArray[np.uint8]) -> float:
    """Return the temperature with the least cross-entropy."""

    def loss(log_temperature: float) -> float:
        log_probabilities = log_softmax(logits / np.exp(log_temperature), axis=1)
        return float(-log_probabilities[np.arange(len(labels)), labels].mean())

    bounds = np.log(MIN_TEMPERATURE), np.log(MAX_TEMPERATURE)
    return float(np.exp(minimize_scalar(loss, bounds=bounds, method="bounded").x))

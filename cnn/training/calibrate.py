"""After the training: probabilities that mean what they say, and a threshold for "no digit"."""

import keras
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from cnn.data.mnist import Digits
from cnn.network.layers import CLASSES, REJECT_CLASS
from cnn.runs.calibration import Calibration
from cnn.training.pipeline import plain_batches

COLDEST, HOTTEST = 0.05, 20.0
MIN_PROBABILITY = 1e-30
# Of the validation digits: one in four hundred. A learner who is told that a 3 is none is vexed
# more than one whose letter is read.
REJECTED_SHARE = 0.0025
HIGHEST_THRESHOLD = 0.999  # nearer to 1, rounding would tell digits apart and not the network


def calibrate(network: keras.Model, validation: Digits) -> tuple[Calibration, float]:
    """Divide the network's logits by the temperature that suits the validation digits best.

    Returns:
        The calibration, and the share of validation digits that is read right, 0 to 1.
    """
    answers = network.predict(plain_batches(validation, network.output_shape[1]), verbose=0)
    logits = np.log(np.maximum(answers, MIN_PROBABILITY))
    temperature = _best_temperature(logits[:, :CLASSES], validation.labels)
    _divide_logits(network, temperature)
    scores = digit_scores(_softmax(logits / temperature))
    threshold = min(float(np.quantile(scores, REJECTED_SHARE)), HIGHEST_THRESHOLD)
    accuracy = float(np.mean(logits[:, :CLASSES].argmax(axis=1) == validation.labels))
    return Calibration(temperature, threshold), accuracy


def digit_probabilities(answers: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how probable each digit is, if it is one: (n, 10), from (n, 10 or 11)."""
    digits = np.maximum(answers[:, :CLASSES], MIN_PROBABILITY)
    return digits / digits.sum(axis=1, keepdims=True)


def digit_scores(answers: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return how much each image looks like a digit, (n,), 0 to 1.

    Where the network has an answer for what is no digit, that it is not; else how sure it is of
    the likeliest digit.
    """
    if answers.shape[1] > REJECT_CLASS:
        return np.minimum(answers[:, :CLASSES].sum(axis=1), 1)  # rounding may exceed it
    return answers.max(axis=1)


def _best_temperature(logits: NDArray[np.floating], labels: NDArray[np.uint8]) -> float:
    """Return the temperature with the least cross-entropy."""

    def loss(log_temperature: float) -> float:
        probabilities = _softmax(logits / np.exp(log_temperature))
        chosen = probabilities[np.arange(len(labels)), labels]
        return float(-np.log(np.maximum(chosen, MIN_PROBABILITY)).mean())

    bounds = (np.log(COLDEST), np.log(HOTTEST))
    return float(np.exp(minimize_scalar(loss, bounds=bounds, method="bounded").x))


def _softmax(logits: NDArray[np.floating]) -> NDArray[np.floating]:
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def _divide_logits(network: keras.Model, temperature: float) -> None:
    """Put the temperature into the last layer, so that nobody who asks needs to know of it."""
    layer = network.get_layer("probabilities")
    layer.set_weights([weights / temperature for weights in layer.get_weights()])

"""A run's network with its reject threshold: images to predictions."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.data.mnist import Digits
from cnn.inference.predictor import Predictor, load_predictor
from cnn.runs.status import read_calibration
from cnn.runs.store import Run


class Prediction(NamedTuple):
    """What a network predicts for an image. Probabilities are from 0 to 1."""

    digit: int
    """The most probable digit, whether or not the image is rejected."""
    probability: float
    probabilities: tuple[float, ...]
    """Of the ten digits, if the image shows a digit at all; they add up to 1."""
    reject_score: float
    """Probability of the reject class; without one, 1 minus the greatest probability."""
    is_digit: bool
    """Whether the image is not rejected: 1 minus the reject score reaches the run's threshold."""


class Classifier(NamedTuple):
    """A network and the threshold below which it rejects an image as a non-digit."""

    predictor: Predictor
    threshold: float = 0.0

    def predict(self, images: NDArray[np.uint8]) -> list[Prediction]:
        """Return a prediction for each of the images (n, 28, 28), 255 is full ink."""
        probabilities, scores = self.predictor.outputs(images)
        digits = probabilities.argmax(axis=1).tolist()
        rows = zip(digits, probabilities.tolist(), scores.tolist(), strict=True)
        return [
            Prediction(digit, row[digit], tuple(row), 1 - score, score >= self.threshold)
            for digit, row, score in rows
        ]

    def accuracy(self, digits: Digits, rejects: bool = True) -> float:
        """Return the accuracy on at least one labeled digit, 0 to 1.

        With `rejects` a rejected image is a mistake, whatever its most probable digit; without,
        only that digit counts, as in a run's test.
        """
        predictions = self.predict(digits.images)
        right = [
            one.digit == label and (one.is_digit or not rejects)
            for one, label in zip(predictions, digits.labels, strict=True)
        ]
        return float(np.mean(right))


def load_classifier(run: Run) -> Classifier:
    """Return the classifier of a run, loaded once for as long as its files stay as they are.

    Raises:
        ValueError: its network is missing or damaged.
    """
    predictor = load_predictor(run.model_path)
    return Classifier(predictor, read_calibration(run.path).threshold)

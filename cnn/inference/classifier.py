"""A run's network with its reject threshold: images to predictions."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.data.mnist import Digits
from cnn.inference.predictor import Predictor, load_predictor
from cnn.runs.calibration import read_calibration
from cnn.runs.store import Run


class Prediction(NamedTuple):
    """What a network predicts for an image. Probabilities are from 0 to 1."""

    digit: int
    """The most probable digit, whether or not the image is rejected."""
    probability: float
    """Of that digit, if the image shows a digit at all."""
    probabilities: tuple[float, ...]
    """Of the ten digits, if the image shows a digit at all; they add up to 1."""
    reject_score: float
    """Probability of the reject class (not a digit), to show in place of a rejected image's digit;
    for a network without one, 1 minus the greatest probability."""
    is_digit: bool
    """Whether the image is not rejected: 1 minus the reject score reaches the run's threshold."""


class Classifier(NamedTuple):
    """A network and the threshold below which it rejects an image as a non-digit."""

    predictor: Predictor
    threshold: float = 0.0

    def predict(self, images: NDArray[np.uint8]) -> list[Prediction]:
        """Return a prediction for each of the images (n, 28, 28), 255 is full ink."""
        outputs = zip(*self.predictor.outputs(images), strict=True)
        return [self._prediction(row, float(score)) for row, score in outputs]

    def accuracy(self, digits: Digits, rejects: bool = True) -> float:
        """Return the accuracy on labeled digits, at least one: 0 to 1.

        Args:
            digits: images with their labels.
            rejects: whether a rejected image is a wrong one, whatever its most probable digit;
                else only that digit counts, as in a run's test.
        """
        predictions = self.predict(digits.images)
        right = [
            one.digit == label and (one.is_digit or not rejects)
            for one, label in zip(predictions, digits.labels, strict=True)
        ]
        return float(np.mean(right))

    def _prediction(self, probabilities: NDArray[np.float32], digit_score: float) -> Prediction:
        row: tuple[float, ...] = tuple(probabilities.tolist())
        digit = int(probabilities.argmax())
        return Prediction(digit, row[digit], row, 1 - digit_score, digit_score >= self.threshold)


def load_classifier(run: Run) -> Classifier:
    """Return the classifier of a run, loaded once for as long as its files stay as they are.

    Raises:
        ValueError: its network is missing, damaged, or of another kind.
    """
    predictor = load_predictor(run.model_path)
    return Classifier(predictor, read_calibration(run.path).threshold)

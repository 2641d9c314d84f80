"""A run's network as a reader of images: the digit, how sure, and whether it is one at all."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.inference.predictor import Predictor, load_predictor
from cnn.runs.calibration import read_calibration
from cnn.runs.store import Run


class Prediction(NamedTuple):
    """What a network reads in an image."""

    digit: int
    """The likeliest digit, whether or not the image shows one."""
    probability: float
    probabilities: tuple[float, ...]
    score: float
    """How much the image looks like a digit, 0 to 1."""
    is_digit: bool
    """Whether the score reaches the run's threshold."""


class Classifier(NamedTuple):
    """A network with the score below which it calls an image no digit."""

    predictor: Predictor
    threshold: float = 0.0

    def read(self, images: NDArray[np.uint8]) -> list[Prediction]:
        """Return a reading for each of the images (n, 28, 28), 255 is full ink."""
        return [
            self._reading(*answer) for answer in zip(*self.predictor.answers(images), strict=True)
        ]

    def _reading(self, probabilities: NDArray[np.float32], score: np.float32) -> Prediction:
        digit = int(probabilities.argmax())
        probability = float(probabilities[digit])
        row: Sequence[float] = probabilities.tolist()
        looks_like_one = float(score) >= self.threshold
        return Prediction(digit, probability, tuple(row), float(score), looks_like_one)


def load_classifier(run: Run) -> Classifier:
    """Return the reader of a run, loaded once for as long as its files stay as they are.

    Raises:
        ValueError: its network is missing, damaged, or of another kind.
    """
    predictor = load_predictor(run.model_path)
    return Classifier(predictor, read_calibration(run.path).threshold)

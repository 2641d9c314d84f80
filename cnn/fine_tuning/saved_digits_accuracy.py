"""How many of the kept digits a network reads as they are labeled."""

from collections.abc import Sequence

import numpy as np

from cnn.data.mnist import Digits
from cnn.fine_tuning.saved_digit import SavedDigit
from cnn.inference.classifier import Classifier


def as_digits(digits: Sequence[SavedDigit]) -> Digits:
    """Return images (n, 28, 28) and labels (n,), n at least 1."""
    labels = np.array([digit.label for digit in digits], np.uint8)
    return Digits(np.stack([digit.image for digit in digits]), labels)


def accuracy_on(classifier: Classifier, digits: Digits) -> float:
    """Return the share of kept digits, at least one, that a network takes for what they are.

    What it calls no digit it does not read, whatever its nearest guess.
    """
    predictions = classifier.predict(digits.images)
    return float(
        np.mean(
            [
                prediction.is_digit and prediction.digit == label
                for prediction, label in zip(predictions, digits.labels, strict=True)
            ]
        )
    )


def share_right(classifier: Classifier, digits: Digits) -> float:
    """Return the share of test digits whose likeliest digit is the right one, as tests count."""
    read = [prediction.digit for prediction in classifier.predict(digits.images)]
    return float(np.mean(read == digits.labels))

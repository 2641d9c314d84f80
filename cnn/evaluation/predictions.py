"""A run's predictions for the test digits, with the digits."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from cnn.data.label_errors import has_label_error
from cnn.data.mnist import DataError, DatasetName, Digits, load_test
from cnn.inference.predictor import load_predictor
from cnn.network.layers import CLASSES
from cnn.runs.fine_tune_info import is_test_seen
from cnn.runs.status import PREDICTIONS_FILE
from cnn.runs.store import Run

MIN_PROBABILITY = np.float32(1e-7)  # keras.config.epsilon()
MAX_ROUNDING = 0.01  # of the sum of ten stored probabilities
_HINT = "Train it again on the Train page, or choose another network."


@dataclass(frozen=True, eq=False)
class Predictions:
    """A network's predictions for n digits, with the digits."""

    probabilities: NDArray[np.float32]
    """(n, 10), each row adds up to 1."""
    labels: NDArray[np.uint8]
    """(n,), the true digits."""
    images: NDArray[np.uint8]
    """(n, 28, 28), read-only, shared by all visitors."""
    seen_in_training: bool = False
    """Whether the network was trained on these digits, so that they are no test."""

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def predicted(self) -> NDArray[np.uint8]:
        """(n,), the digit with the highest probability."""
        return self.probabilities.argmax(axis=1).astype(np.uint8)

    @cached_property
    def confidence(self) -> NDArray[np.float32]:
        """(n,), the probability of the predicted digit, 0.1 to 1."""
        return self.probabilities.max(axis=1)

    @cached_property
    def correct(self) -> NDArray[np.bool_]:
        """(n,), whether the predicted digit is the true one."""
        return self.predicted == self.labels

    @property
    def accuracy(self) -> float:
        """The share of correct predictions, 0 to 1."""
        return float(self.correct.mean())

    @cached_property
    def label_errors(self) -> NDArray[np.bool_]:
        """(n,), whether the label is known to be wrong."""
        return has_label_error(self.labels)

    @cached_property
    def confusion_matrix(self) -> NDArray[np.intp]:
        """(10, 10), the count of each pair: rows true label, columns predicted."""
        pairs = self.labels.astype(np.intp) * CLASSES + self.predicted
        return np.bincount(pairs, minlength=CLASSES**2).reshape(CLASSES, CLASSES)

    @cached_property
    def losses(self) -> NDArray[np.float32]:
        """(n,), the cross-entropy of each digit: −ln of the true digit's probability.

        As in Keras, rows are normalized to add up to 1, and probabilities clipped at 1e-7.
        """
        of_label = self.probabilities[np.arange(len(self)), self.labels]
        share = of_label / self.probabilities.sum(axis=1)
        return -np.log(np.clip(share, MIN_PROBABILITY, 1 - MIN_PROBABILITY))


def load_predictions(run: Run) -> Predictions:
    """Return a run's predictions for its test digits.

    Without the whole of MNIST on this computer, a network trained on it predicts the sample's
    test digits instead. They come from MNIST's training set, so `seen_in_training` is set; as it
    is for a run that was fine-tuned with the sample, and starts from a network trained on MNIST.

    Raises:
        ValueError: the run has no predictions (yet), or they are damaged.
    """
    status = run.status()
    if not run.is_usable:
        raise ValueError(f"Run {run.id} is {status.state} and has no network yet. {_HINT}")
    try:
        digits = load_test(cast(DatasetName, status.dataset))
    except DataError as error:
        if status.dataset != "mnist":
            raise ValueError(
                f"Run {run.id} doesn't say which digits it was tested on. {_HINT}"
            ) from error
        digits = load_test("sample")
        probabilities = load_predictor(run.model_path).probabilities(digits.images)
        return Predictions(probabilities, digits.labels, digits.images, seen_in_training=True)
    probabilities = _read_probabilities(run.path / PREDICTIONS_FILE, digits)
    return Predictions(probabilities, digits.labels, digits.images, is_test_seen(run))


def _read_probabilities(path: Path, digits: Digits) -> NDArray[np.float32]:
    """Return the stored probabilities, checked to be of these digits."""
    try:
        probabilities, labels = _read_file(path)
    except FileNotFoundError:
        raise ValueError(f"This run has no stored predictions ({path.name}). {_HINT}") from None
    except Exception as error:  # zipfile, zlib and numpy each raise their own
        raise ValueError(
            f"The stored predictions of this run are damaged ({path.name}). {_HINT}"
        ) from error
    if not np.array_equal(labels, digits.labels):
        raise ValueError(
            f"The stored predictions of this run ({path.name}) are for {labels.size:,} other "
            f"digits than the {len(digits.labels):,} test digits on this computer. {_HINT}"
        )
    return probabilities


def _read_file(path: Path) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Return probabilities (n, 10) and true labels (n,) of a file.

    Raises:
        Exception: of a dozen kinds, since zipfile, zlib and numpy each raise their own.
    """
    with np.load(path, allow_pickle=False) as file, np.errstate(over="ignore"):
        probabilities, labels = file["probabilities"].astype(np.float32), file["labels"]
    gaps = np.abs(probabilities.sum(axis=1) - 1)  # NaN where one is NaN
    is_full = probabilities.shape == (labels.size, CLASSES) and (gaps < MAX_ROUNDING).all()
    if not is_full or probabilities.min(initial=0) < 0:
        raise ValueError(f"expected were {CLASSES} probabilities for each digit")
    return probabilities, labels

"""A run's answers to the test digits, with the digits."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from cnn.data.mnist import DataError, DatasetName, Digits, load_test
from cnn.inference.predictor import load_predictor
from cnn.network.layers import CLASSES
from cnn.runs.fine_tune_info import read_fine_tune_info
from cnn.runs.store import Run

MIN_PROBABILITY = np.float32(1e-7)  # keras.config.epsilon()

MAX_ROUNDING = 0.01  # of ten probabilities together, however they were stored
_CURE = "Train it again on the Train page, or choose another network."


class PredictionsError(ValueError):
    """Answers that cannot be shown; the message says why and what to do."""


@dataclass(frozen=True, eq=False)
class Predictions:
    """A network's answers to some digits, with the digits. All arrays are of the same length n."""

    probabilities: NDArray[np.float32]
    """(n, 10), each row adds up to 1."""
    labels: NDArray[np.uint8]
    """(n,), the digits really written."""
    images: NDArray[np.uint8]
    """(n, 28, 28), read-only, shared with everyone who looks at them."""
    seen_in_training: bool = False
    """Whether the network was trained on these very digits, so that they test nothing."""

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
        """(n,), whether the predicted digit is the one really written."""
        return self.predicted == self.labels

    @cached_property
    def losses(self) -> NDArray[np.float32]:
        """(n,), the cross-entropy of each answer: −ln of the probability of the true digit.

        As in Keras: rows add up to 1 first, and no probability is taken as less than 1e-7.
        """
        of_truth = self.probabilities[np.arange(len(self)), self.labels]
        share = of_truth / self.probabilities.sum(axis=1)
        return -np.log(np.clip(share, MIN_PROBABILITY, 1 - MIN_PROBABILITY))


def load_predictions(run: Run) -> Predictions:
    """Return a run's answers to the test digits it was trained for.

    Without the whole of MNIST on this computer, a network trained on it answers the sample's
    test digits instead. They come from MNIST's training set, so `seen_in_training` is set; as it
    is for a run that was taught with the sample, and starts from a network trained on MNIST.

    Raises:
        PredictionsError: the run has no answers (yet), or they are damaged.
        RunError: the run's state cannot be read.
    """
    status = run.status()
    if status.alive or not run.is_usable:
        raise PredictionsError(f"Run {run.id} is {status.state} and has no network yet. {_CURE}")
    try:
        digits = load_test(cast(DatasetName, status.dataset))
    except DataError as error:
        if status.dataset != "mnist":
            raise PredictionsError(
                f"Run {run.id} doesn't say which digits it was tested on. {_CURE}"
            ) from error
        return _answer_sample(run)
    probabilities = _read_probabilities(run.path / "test_predictions.npz", digits)
    lesson = read_fine_tune_info(run)
    is_seen = lesson is not None and lesson.test_is_seen
    return Predictions(probabilities, digits.labels, digits.images, is_seen)


def _answer_sample(run: Run) -> Predictions:
    digits = load_test("sample")
    try:
        probabilities = load_predictor(run.model_path).probabilities(digits.images)
    except ValueError as error:
        raise PredictionsError(str(error)) from error
    return Predictions(probabilities, digits.labels, digits.images, seen_in_training=True)


def _read_probabilities(path: Path, digits: Digits) -> NDArray[np.float32]:
    """Return the stored probabilities, checked to be answers to these digits."""
    try:
        with np.load(path, allow_pickle=False) as file:
            probabilities, labels = file["probabilities"], file["labels"]
    except FileNotFoundError:
        raise PredictionsError(f"This run has no stored answers ({path.name}). {_CURE}") from None
    except Exception as error:  # the readers of zip, of zlib and of headers each raise their own
        raise _damaged(path, "can't be read") from error
    if probabilities.dtype.kind != "f" or probabilities.shape != (labels.size, CLASSES):
        raise _damaged(path, f"doesn't hold {CLASSES} probabilities for each digit")
    with np.errstate(over="ignore"):
        probabilities = probabilities.astype(np.float32)
    sums = probabilities.sum(axis=1)  # nowhere near 1 where a number is none
    if not (np.abs(sums - 1) < MAX_ROUNDING).all() or probabilities.min(initial=0) < 0:
        raise _damaged(path, "holds numbers that are no probabilities")
    if not np.array_equal(labels, digits.labels):
        raise PredictionsError(
            f"The stored answers of this run ({path.name}) are to {labels.size:,} other digits "
            f"than the {len(digits.labels):,} test digits on this computer. {_CURE}"
        )
    return probabilities


def _damaged(path: Path, problem: str) -> PredictionsError:
    return PredictionsError(
        f"The stored answers of this run are damaged: {path.name} {problem}. {_CURE}"
    )

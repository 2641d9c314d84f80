"""Train on my digits: a new run that starts from another's network and learns saved digits."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from cnn import launching
from cnn.data import mnist
from cnn.data.mnist import DatasetName
from cnn.fine_tuning.saved_digit import SavedDigit, as_digits
from cnn.hyperparameters import Hyperparameters
from cnn.inference.classifier import Classifier, load_classifier
from cnn.runs import queue, training_time
from cnn.runs.fine_tune_info import (
    FineTuneInfo,
    images_of_kept,
    kept_digits,
    read_fine_tune_info,
    write_fine_tune_info,
)
from cnn.runs.store import FINE_TUNED, Run, RunError

EPOCHS = 3
TRAINING_IMAGES = 12_000
RATE_SHARE = 0.2  # of the base's peak learning rate
_NO_NETWORK = "This run has no network to start from. Choose another one."


def start_fine_tuning(
    base: Run, digits: Sequence[SavedDigit], folder: Path, idle_seconds: float | None = None
) -> Run:
    """Queue a run that teaches a network kept digits, and see that somebody trains it.

    The run's folder holds all that it needs: base and digits may be deleted at once.

    Args:
        base: the run to start from.
        digits: what it is to learn, at least one.
        folder: the folder of all runs.
        idle_seconds: how long a worker started for this waits for more; None: its own default.

    Raises:
        ValueError: nothing is kept, or the base has no network, or a damaged one.
    """
    if not digits:
        raise ValueError("There is nothing to learn yet: keep a digit first.")
    network = base.path / "model.keras"
    if not network.is_file():
        raise RunError(_NO_NETWORK)
    lesson = _lesson(base, digits, "mnist" if queue.mnist_file() else "sample")

    def populate(path: Path) -> None:
        try:
            write_fine_tune_info(path, lesson, as_digits(digits), network)
        except OSError as error:
            if error.filename != str(network):
                raise
            is_gone = isinstance(error, FileNotFoundError)
            sentence = f"This run's network can't be read: {error.strerror}."
            raise RunError(_NO_NETWORK if is_gone else sentence) from error

    return launching.start(hyperparameters_of(base), folder, idle_seconds, FINE_TUNED, populate)


def training_seconds(base: Run, digits: int, earlier: Iterable[Run]) -> float:
    """Return how many seconds it will take to teach a network so many kept digits.

    Args:
        base: the run to start from.
        digits: how many it is to learn.
        earlier: runs that show how fast this machine is, newest first.

    Raises:
        RunError: the base's settings can't be read.
    """
    values = hyperparameters_of(base)
    others = min(values.training_images, mnist.find_source()[0].training_images)
    images = others + images_of_kept(digits, others)
    mixed = replace(values, training_images=images)
    return training_time.training_seconds(mixed, images, training_time.machine_factor(earlier))


def hyperparameters_of(base: Run) -> Hyperparameters:
    """Return how a run is fine-tuned: its own network, few images, small steps, augmented."""
    values = base.hyperparameters
    if base.is_fine_tuned:  # its learning rate is a small one already
        return values
    return replace(
        values,
        epochs=EPOCHS,
        learning_rate=max(values.learning_rate * RATE_SHARE, 1e-6),
        schedule="one_cycle",
        augmentation="light" if values.augmentation == "off" else values.augmentation,
        training_images=min(values.training_images, TRAINING_IMAGES),
        early_stopping=0,
    )


def _lesson(base: Run, digits: Sequence[SavedDigit], dataset: DatasetName) -> FineTuneInfo:
    classifier, before = load_classifier(base), read_fine_tune_info(base)
    learned = [*(before.learned if before else ()), *(digit.id for digit in digits)]
    # The sample's digits are all from MNIST's training set.
    is_seen = dataset == "sample" and base.status().dataset == "mnist"
    return FineTuneInfo(
        base=base.id,
        digits=len(digits),
        accuracy_before=classifier.accuracy(as_digits(digits)),
        test_accuracy_before=_test_accuracy(base, classifier, dataset),
        test_is_seen=is_seen or (before is not None and before.test_is_seen),
        learned=tuple(dict.fromkeys(learned)),
    )


def _test_accuracy(base: Run, classifier: Classifier, dataset: DatasetName) -> float:
    """Return the base's accuracy on the very test digits that the new run will be tested on."""
    status, test = base.status(), mnist.load_test(dataset)
    is_same = status.dataset == dataset and status.test_images == len(test.labels)
    if is_same and status.test_accuracy is not None:
        return status.test_accuracy
    return classifier.accuracy(test, rejects=False)


def accuracy_after(run: Run) -> float:
    """Return the share of the digits it was taught that a fine-tuned run reads right.

    Raises:
        ValueError: its network or its digits are damaged or missing.
    """
    return load_classifier(run).accuracy(kept_digits(run))

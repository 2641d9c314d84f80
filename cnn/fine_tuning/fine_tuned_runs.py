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
from cnn.runs import training_time
from cnn.runs.fine_tune_info import (
    FineTuneInfo,
    read_fine_tune_info,
    read_network,
    saved_image_count,
    write_fine_tune_info,
)
from cnn.runs.status import FINE_TUNED
from cnn.runs.store import Run

EPOCHS = 3
TRAINING_IMAGES = 12_000
LEARNING_RATE_FACTOR = 0.2  # times the parent's peak learning rate


def start_fine_tuning(parent: Run, digits: Sequence[SavedDigit], folder: Path) -> Run:
    """Queue a run that fine-tunes a network on saved digits, and start a worker for it.

    The run's folder holds all that it needs: parent and digits may be deleted at once.

    Raises:
        ValueError: nothing is saved, or the parent has no network, or a damaged one.
    """
    if not digits:
        raise ValueError("There is nothing to learn yet: save a digit first.")
    network = read_network(parent)
    info = _info(parent, digits, mnist.find_source()[0].name)

    def populate(path: Path) -> None:
        write_fine_tune_info(path, info, as_digits(digits), network)

    return launching.start(hyperparameters_of(parent), folder, None, FINE_TUNED, populate)


def training_seconds(parent: Run, digits: int, earlier: Iterable[Run]) -> float:
    """Return the seconds that fine-tuning on so many saved digits will take, by earlier runs."""
    values = hyperparameters_of(parent)
    others = min(values.training_images, mnist.find_source()[0].training_images)
    images = others + saved_image_count(digits, others)
    mixed = replace(values, training_images=images)
    return training_time.training_seconds(mixed, images, training_time.machine_factor(earlier))


def hyperparameters_of(parent: Run) -> Hyperparameters:
    """Return how a run is fine-tuned: few images, augmented, a small learning rate."""
    values = parent.hyperparameters
    if parent.is_fine_tuned:  # its learning rate is small already
        return values
    return replace(
        values,
        epochs=EPOCHS,
        learning_rate=max(values.learning_rate * LEARNING_RATE_FACTOR, 1e-6),
        schedule="one_cycle",
        augmentation="light" if values.augmentation == "off" else values.augmentation,
        training_images=min(values.training_images, TRAINING_IMAGES),
        early_stopping=0,
    )


def _info(parent: Run, digits: Sequence[SavedDigit], dataset: DatasetName) -> FineTuneInfo:
    classifier, before = load_classifier(parent), read_fine_tune_info(parent)
    learned = [*(before.learned if before else ()), *(digit.id for digit in digits)]
    # The sample's digits are all from MNIST's training set.
    is_seen = dataset == "sample" and parent.status().dataset == "mnist"
    return FineTuneInfo(
        parent=parent.id,
        digits=len(digits),
        accuracy_before=classifier.accuracy(as_digits(digits)),
        test_accuracy_before=_test_accuracy(parent, classifier, dataset),
        test_is_seen=is_seen or (before is not None and before.test_is_seen),
        learned=tuple(dict.fromkeys(learned)),
    )


def _test_accuracy(parent: Run, classifier: Classifier, dataset: DatasetName) -> float:
    """Return the parent's accuracy on the very test digits that the new run will be tested on."""
    status, test = parent.status(), mnist.load_test(dataset)
    is_same = status.dataset == dataset and status.test_images == len(test.labels)
    if is_same and status.test_accuracy is not None:
        return status.test_accuracy
    return classifier.accuracy(test, rejects=False)

import numpy as np
import pytest

from cnn.data.label_errors import (
    LABEL_ERRORS,
    accuracy_without_label_errors,
    has_label_error,
    is_mnist_test,
)
from cnn.evaluation.predictions import Predictions
from cnn.evaluation.selection import DigitFilter, select
from cnn.runs import store


@pytest.fixture
def mnist_labels(runs_dir):
    """The labels of MNIST's test digits, which the built-in run keeps with its answers."""
    with np.load(store.open_run(store.BUILT_IN, runs_dir).path / "test_predictions.npz") as file:
        return file["labels"]


def predictions_of(labels, wrong):
    read_as = labels.copy()
    read_as[list(wrong)] = (read_as[list(wrong)] + 1) % 10
    images = np.zeros((len(labels), 1, 1), np.uint8)
    return Predictions(np.eye(10, dtype=np.float32)[read_as], labels, images)


def test_there_are_fifteen_of_them_in_the_tests_order():
    assert len(set(LABEL_ERRORS)) == 15
    assert list(LABEL_ERRORS) == sorted(LABEL_ERRORS)


def test_they_are_marked_in_mnists_own_test_digits(mnist_labels):
    assert is_mnist_test(mnist_labels)
    assert tuple(np.flatnonzero(has_label_error(mnist_labels))) == LABEL_ERRORS


@pytest.mark.parametrize(
    "other",
    [lambda labels: labels[:1000], lambda labels: labels[::-1], lambda labels: labels * 0],
)
def test_other_digits_are_not_marked(mnist_labels, other):
    labels = np.ascontiguousarray(other(mnist_labels))
    assert not has_label_error(labels).any()
    assert accuracy_without_label_errors(labels, labels > 0) is None


def test_accuracy_is_given_without_them(mnist_labels):
    predictions = predictions_of(mnist_labels, wrong=[0, 1, *LABEL_ERRORS[:5]])
    without = accuracy_without_label_errors(predictions.labels, predictions.correct)
    assert without == pytest.approx(9983 / 9985)


def test_they_can_be_asked_for_together_with_other_filters(mnist_labels):
    predictions = predictions_of(mnist_labels, wrong=[0, 947])
    assert tuple(select(predictions, DigitFilter(only_label_errors=True))) == LABEL_ERRORS
    both = DigitFilter("mistakes", only_label_errors=True)
    assert list(select(predictions, both)) == [947]

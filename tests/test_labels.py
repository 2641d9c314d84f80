import numpy as np
import pytest

from cnn.data.label_errors import (
    LABEL_ERRORS,
    accuracy_without_label_errors,
    has_label_error,
    is_mnist_test,
)
from cnn.data.mnist import held_out, split
from cnn.evaluation.selection import DigitFilter, select
from cnn.runs.store import BUILT_IN_PATH
from tests.evaluated_run import predictions_of


@pytest.fixture
def mnist_labels():
    """The labels of MNIST's test digits, which the built-in run saves with its predictions."""
    with np.load(BUILT_IN_PATH / "test_predictions.npz") as file:
        return file["labels"]


def test_each_class_has_its_share_of_validation_and_the_split_is_always_the_same():
    labels = np.repeat(np.arange(10), 600).astype(np.uint8)
    train, validation = split(labels, held_out(len(labels)))
    np.testing.assert_array_equal(np.bincount(labels[validation]), [50] * 10)
    np.testing.assert_array_equal(np.sort(np.concatenate([train, validation])), np.arange(6_000))
    # as in all runs so far: another split would mix their validation and training digits
    assert train[:5].tolist() == [4773, 421, 3850, 3101, 5366]
    assert validation[:5].tolist() == [1796, 2772, 5202, 441, 4285]


@pytest.mark.parametrize("counts", [[40, 60, 50], [40, 109, 1]])
def test_classes_without_a_digit_or_with_a_single_one_are_no_obstacle(counts):
    train, validation = split(np.repeat([2, 5, 9], counts).astype(np.uint8), 15)
    assert sorted([*train, *validation]) == list(range(150))
    assert len(validation) == 15


def test_label_errors_are_marked_in_mnists_own_test_digits_alone(mnist_labels):
    assert is_mnist_test(mnist_labels)
    assert tuple(np.flatnonzero(has_label_error(mnist_labels))) == LABEL_ERRORS
    for other in (mnist_labels[:1000], mnist_labels[::-1].copy(), mnist_labels * 0):
        assert not has_label_error(other).any()
        assert accuracy_without_label_errors(other, other > 0) is None


def test_label_errors_are_left_out_of_an_accuracy_and_asked_for_alone(mnist_labels):
    predictions = predictions_of(mnist_labels, wrong=[0, 1, *LABEL_ERRORS[:5]])
    without = accuracy_without_label_errors(predictions.labels, predictions.correct)
    assert without == pytest.approx(9983 / 9985)
    assert tuple(select(predictions, DigitFilter(only_label_errors=True))) == LABEL_ERRORS
    both = DigitFilter("Mistakes", only_label_errors=True)
    assert list(select(predictions, both)) == list(LABEL_ERRORS[:5])

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score
from sklearn.metrics import confusion_matrix as sklearn_matrix

from cnn.evaluation.comparison import ComparisonError, compare, mcnemar_p_value
from cnn.evaluation.predictions import Predictions
from tests.evaluated_run import answers

LABELS = np.arange(30, dtype=np.uint8) % 10
IMAGES = np.random.default_rng(0).integers(0, 256, (30, 28, 28), np.uint8)


def network(wrong, labels=LABELS, images=IMAGES):
    return Predictions(answers(labels, wrong), labels, images)


@pytest.fixture
def comparison():
    """A errs on 1, 2 and 3; B on 3, 4, 5, 6 and 7."""
    return compare(network([1, 2, 3]), network([3, 4, 5, 6, 7]))


def test_each_digit_is_read_by_both_by_one_or_by_neither(comparison):
    assert comparison.indices("first").tolist() == [4, 5, 6, 7]
    assert comparison.indices("second").tolist() == [1, 2]
    assert comparison.indices("neither").tolist() == [3]
    assert comparison.count("both") == 23
    assert comparison.disagreements.tolist() == [1, 2, 4, 5, 6, 7]
    assert comparison.difference == pytest.approx(-2 / 30)


ten_answers = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=40
)


@given(ten_answers)
def test_counts_and_matrices_are_those_of_scikit_learn(triples):
    labels, first, second = (np.array(column, np.uint8) for column in zip(*triples, strict=True))
    images = np.zeros((len(labels), 28, 28), np.uint8)
    eye = np.eye(10, dtype=np.float32)
    two = compare(*(Predictions(eye[read], labels, images) for read in (first, second)))
    digits = list(range(10))
    expected = sklearn_matrix(labels, second, labels=digits) - sklearn_matrix(
        labels, first, labels=digits
    )
    assert np.array_equal(two.matrix_difference, expected)
    assert two.difference == pytest.approx(
        accuracy_score(labels, second) - accuracy_score(labels, first)
    )
    table = sklearn_matrix(first == labels, second == labels, labels=[True, False])
    names = [["both", "first"], ["second", "neither"]]
    assert [[two.count(name) for name in row] for row in names] == table.tolist()


@given(st.integers(0, 300), st.integers(0, 300))
def test_the_p_value_is_the_exact_binomial_tests(first, second):
    total = first + second
    expected = binomtest(first, total).pvalue if total else 1.0
    assert mcnemar_p_value(first, second) == pytest.approx(expected, rel=1e-9)
    assert mcnemar_p_value(second, first) == mcnemar_p_value(first, second)


@pytest.mark.parametrize(
    ("first", "second", "more", "can_be_significant"),
    [(range(0), range(6), True, True), (range(0), range(5), False, False),
     (range(4), range(4, 12), False, True), (range(3), range(3), False, False)],
)  # fmt: skip
def test_a_difference_is_more_than_chance_from_a_split_of_six_to_none_on(
    first, second, more, can_be_significant
):
    two = compare(network(first), network(second))
    assert two.is_significant is more
    assert two.can_be_significant is can_be_significant


@pytest.mark.parametrize("other", ["fewer", "labels", "images"])
def test_networks_that_were_asked_about_other_digits_are_not_compared(other):
    changed = IMAGES.copy()
    changed[3, 4, 5] ^= 1
    others = {
        "fewer": network([], LABELS[:20], IMAGES[:20]),
        "labels": network([], LABELS[::-1].copy()),
        "images": network([], images=changed),
    }
    with pytest.raises(ComparisonError, match="tested on different digits"):
        compare(network([]), others[other])


def test_the_same_digits_read_twice_from_the_file_are_the_same():
    assert compare(network([]), network([1], images=IMAGES.copy())).count("first") == 1

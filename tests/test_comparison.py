import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix

from cnn.evaluation.comparison import Comparison, mcnemar_p_value
from cnn.evaluation.predictions import Predictions
from tests.evaluated_run import LABELS, predictions_of, probabilities_of
from ui.predictions.two_networks import disagreements, explanation, split_table

digit = st.integers(0, 9)


def compare(wrong_a=(), wrong_b=()):
    return Comparison(predictions_of(wrong=wrong_a), predictions_of(wrong=wrong_b))


@given(st.lists(st.tuples(digit, digit, digit), min_size=1, max_size=40))
def test_counts_and_matrices_are_those_of_scikit_learn(triples):
    labels, first, second = np.array(triples, np.uint8).T.copy()
    images = np.zeros((len(labels), 28, 28), np.uint8)
    eye = np.eye(10, dtype=np.float32)
    two = Comparison(*(Predictions(eye[digits], labels, images) for digits in (first, second)))
    expected = [confusion_matrix(labels, digits, labels=range(10)) for digits in (first, second)]
    assert np.array_equal(two.matrix_difference, expected[1] - expected[0])
    assert two.difference == pytest.approx((second == labels).mean() - (first == labels).mean())
    table = confusion_matrix(first == labels, second == labels, labels=[True, False])
    assert split_table(two).astype(int).to_numpy().tolist() == table.tolist()


@given(st.integers(0, 300), st.integers(0, 300))
def test_the_p_value_is_the_exact_binomial_tests(first, second):
    total = first + second
    expected = binomtest(first, total).pvalue if total else 1.0
    assert mcnemar_p_value(first, second) == pytest.approx(expected, rel=1e-9)
    assert mcnemar_p_value(second, first) == mcnemar_p_value(first, second)


@pytest.mark.parametrize(
    ("wrong_a", "wrong_b", "sentences"),
    [
        (range(1, 11), (10, 11), ["10 digits right: 1 A, 9 B", "p = 0.0215", "B is very likely"]),
        ((1,), range(2, 10), ["9 digits right: 8 A, 1 B", "p = 0.0391", "A is very likely better"]),
        ((), range(20), ["p < 0.001", "A is very likely better"]),
        ((1, 2, 3), range(4, 9), ["8 digits right: 5 A, 3 B", "the other one may be better"]),
        ((1,), (), ["Only one of the two gets 1 digit right: 0 A, 1 B"]),
        ((4,), (4,), ["nothing tells them apart"]),
    ],
)
def test_the_result_of_the_test_is_in_words(wrong_a, wrong_b, sentences):
    text = explanation(compare(wrong_a, wrong_b))
    assert [one for one in sentences if one not in text] == []


def test_the_table_has_the_digits_that_only_one_gets_right():
    table = disagreements(compare(range(1, 11), (10, 11)))
    assert table["test_digit"].tolist() == [*range(1, 10), 11]
    assert table["correct"].tolist() == ["B"] * 9 + ["A"]
    correct = table["a_predicted"].where(table["correct"] == "A", table["b_predicted"])
    assert (correct == table["label"]).all()


def changed_labels():
    return Predictions(probabilities_of(), LABELS[::-1].copy(), predictions_of().images)


def changed_image():
    images = predictions_of().images.copy()
    images[3, 4, 5] ^= 1
    return Predictions(probabilities_of(), LABELS, images)


@pytest.mark.parametrize(
    "other", [lambda: predictions_of(LABELS[:9]), changed_labels, changed_image]
)
def test_networks_tested_on_other_digits_are_not_compared(other):
    with pytest.raises(ValueError, match="tested on different digits"):
        Comparison(predictions_of(), other())

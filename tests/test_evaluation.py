import re

import keras
import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st

from cnn.data import mnist
from cnn.evaluation.accuracy import (
    ClassMetrics,
    accuracy,
    confusion_matrix,
    macro_average,
    metrics_per_class,
)
from cnn.evaluation.predictions import Predictions, PredictionsError, load_predictions
from cnn.evaluation.selection import DigitFilter, confidence_percent, select
from cnn.runs.status import State
from tests.evaluated_run import ReadsEverythingAsThree, answers, make_evaluated_run, make_run
from tests.evaluated_run import store_answers as store


def predictions_of(labels, probabilities):
    images = np.zeros((len(labels), 28, 28), np.uint8)
    return Predictions(probabilities, np.asarray(labels, np.uint8), images)


@st.composite
def any_predictions(draw):
    labels = draw(st.lists(st.integers(0, 9), min_size=1, max_size=60))
    seed = draw(st.integers(0, 2**32 - 1))
    probabilities = np.random.default_rng(seed).dirichlet(np.ones(10), len(labels))
    return predictions_of(labels, probabilities.astype(np.float32))


@given(any_predictions())
def test_metrics_are_those_of_scikit_learn(predictions):
    labels, predicted = predictions.labels, predictions.predicted
    matrix = sklearn.metrics.confusion_matrix(labels, predicted, labels=range(10))
    assert np.array_equal(confusion_matrix(predictions), matrix)
    assert accuracy(predictions) == pytest.approx(sklearn.metrics.accuracy_score(labels, predicted))


@given(any_predictions())
def test_metrics_of_each_digit_are_those_of_scikit_learn(predictions):
    def figures(**options):
        return sklearn.metrics.precision_recall_fscore_support(
            predictions.labels, predictions.predicted, **options
        )

    classes = metrics_per_class(confusion_matrix(predictions))
    rows = [(one.precision, one.recall, one.f1, one.support) for one in classes]
    expected = np.transpose(figures(labels=range(10), zero_division=np.nan))
    assert np.array(rows, float) == pytest.approx(expected, nan_ok=True)
    assert macro_average(classes) == pytest.approx(figures(average="macro", zero_division=0)[:3])


def test_losses_are_those_of_keras_also_of_certain_answers():
    probabilities = answers([1, 2, 3], wrong=[2])
    probabilities = np.vstack([probabilities, np.eye(10, dtype=np.float32)[[4, 5]]])
    predictions = predictions_of([1, 2, 3, 4, 6], probabilities * np.float32(0.999))
    expected = keras.losses.sparse_categorical_crossentropy(
        predictions.labels, predictions.probabilities
    )
    assert predictions.losses == pytest.approx(np.asarray(expected), rel=1e-4, abs=1e-6)
    assert predictions.losses[4] == pytest.approx(-np.log(1e-7))  # sure, and wrong


@given(any_predictions(), st.sampled_from([None, *range(10)]))
def test_mistakes_and_correct_together_are_all_of_a_digit(predictions, digit):
    everything, mistakes, correct = (
        select(predictions, DigitFilter(kind, digit)) for kind in ("all", "mistakes", "correct")
    )
    assert sorted([*mistakes, *correct]) == list(everything)
    assert (predictions.predicted[mistakes] != predictions.labels[mistakes]).all()
    assert (predictions.predicted[correct] == predictions.labels[correct]).all()
    assert digit is None or (predictions.labels[everything] == digit).all()


@given(any_predictions(), st.integers(0, 9), st.integers(0, 9))
def test_a_cell_of_the_confusion_matrix_is_as_many_digits_as_it_says(predictions, label, read_as):
    chosen = select(predictions, DigitFilter(label=label, predicted=read_as))
    assert len(chosen) == confusion_matrix(predictions)[label, read_as]
    assert set(predictions.predicted[chosen]) <= {read_as}


@given(any_predictions(), st.floats(0, 1), st.floats(0, 1))
def test_a_range_of_confidence_leaves_out_the_surer_and_the_less_sure(predictions, one, other):
    least, most = sorted((one, other))
    chosen = select(predictions, DigitFilter(min_confidence=least, max_confidence=most))
    confidence = predictions.confidence
    assert list(chosen) == [
        index for index in range(len(predictions)) if least <= confidence[index] <= most
    ]


@given(any_predictions())
def test_digits_are_sorted_by_loss_or_confidence_or_left_in_their_order(predictions):
    for by in ("loss", "confidence"):
        values = predictions.losses if by == "loss" else predictions.confidence
        highest, lowest = (
            values[select(predictions, DigitFilter(order=f"{end} {by} first"))]
            for end in ("highest", "lowest")
        )
        assert (np.diff(highest) <= 0).all()
        assert (np.diff(lowest) >= 0).all()
    assert list(select(predictions)) == list(range(len(predictions)))


def test_equally_confident_predictions_keep_their_order():
    predictions = predictions_of([1, 2, 3], np.eye(10, dtype=np.float32)[[1, 2, 3]])
    for order in ("highest confidence first", "lowest confidence first", "highest loss first"):
        assert list(select(predictions, DigitFilter(order=order))) == [0, 1, 2]


@pytest.mark.parametrize(
    "wrong", [{"kind": "some"}, {"label": 10}, {"predicted": -1}, {"order": "random"}]
)
def test_an_unknown_filter_is_named_with_what_there_is(wrong):
    (name, value) = wrong.popitem()
    predictions = predictions_of([1], np.eye(10, dtype=np.float32)[[1]])
    with pytest.raises(ValueError, match=f"{name} must be one of .*, not {value!r}"):
        select(predictions, DigitFilter(**{name: value}))


@pytest.mark.parametrize("bounds", [(0.5, 0.4), (-1, 1), (0, 1.1)])
def test_an_impossible_range_of_confidence_is_named(bounds):
    predictions = predictions_of([1], np.eye(10, dtype=np.float32)[[1]])
    with pytest.raises(ValueError, match="Confidence is from 0 to 1, the minimum first"):
        select(predictions, DigitFilter(min_confidence=bounds[0], max_confidence=bounds[1]))


def test_a_digit_that_is_not_there_has_no_accuracy():
    matrix = confusion_matrix(predictions_of([1, 1], answers([1, 1], wrong=[0])))
    classes = metrics_per_class(matrix)
    assert classes[1] == ClassMetrics(1, correct=1, support=2, predicted=1)
    assert (classes[1].recall, classes[2].recall) == (0.5, None)
    assert (classes[1].precision, classes[2].precision, classes[3].precision) == (1, 0, None)


@pytest.mark.parametrize(
    ("confidence", "words"), [(0.104, "10%"), (0.99, "99%"), (0.9999, "> 99%"), (1, "> 99%")]
)
def test_confidence_is_said_in_round_figures_and_never_as_certain(confidence, words):
    assert confidence_percent(confidence) == words


def test_stored_answers_are_joined_with_the_test_digits(runs_dir, tiny_mnist):
    predictions = load_predictions(make_evaluated_run(runs_dir, wrong=[3, 5]))
    test = mnist.load_test("mnist")
    assert list(select(predictions, DigitFilter("mistakes"))) == [3, 5]
    assert accuracy(predictions) == 38 / 40
    assert predictions.probabilities.dtype == np.float32
    assert predictions.images is test.images  # not a copy for each visitor
    assert not predictions.seen_in_training


def test_a_run_on_the_sample_keeps_to_the_samples_test_digits(runs_dir, tiny_mnist):
    predictions = load_predictions(make_evaluated_run(runs_dir, wrong=[0], dataset="sample"))
    assert (len(predictions), accuracy(predictions)) == (1000, 0.999)
    assert not predictions.seen_in_training


def test_without_mnist_a_network_trained_on_it_answers_digits_it_has_seen(runs_dir, monkeypatch):
    monkeypatch.setattr(
        "cnn.evaluation.predictions.load_predictor", lambda path: ReadsEverythingAsThree()
    )
    predictions = load_predictions(make_run(runs_dir))
    assert predictions.seen_in_training
    assert accuracy(predictions) == 0.1
    assert np.array_equal(predictions.images, mnist.load_test("sample").images)


def test_without_mnist_a_damaged_network_is_named(runs_dir):
    with pytest.raises(PredictionsError, match=re.escape("model.onnx is damaged. Train it again")):
        load_predictions(make_run(runs_dir))


@pytest.mark.parametrize("state", [State.QUEUED, State.FAILED, State.STOPPED])
def test_a_run_without_a_network_says_its_state(runs_dir, state):
    run = make_run(runs_dir, state)
    run.model_path.unlink()
    with pytest.raises(PredictionsError, match=f"is {state} and has no network yet"):
        load_predictions(run)


def test_a_run_that_waits_to_go_on_does_not_show_old_answers(runs_dir, tiny_mnist):
    run = make_evaluated_run(runs_dir)
    run.update_status(state=State.QUEUED)
    with pytest.raises(PredictionsError, match="is queued"):
        load_predictions(run)


def test_a_run_on_unknown_digits_says_so(runs_dir, tiny_mnist):
    with pytest.raises(PredictionsError, match="doesn't say which digits it was tested on"):
        load_predictions(make_run(runs_dir, dataset=""))


LABELS = np.arange(40) % 10  # tiny_mnist's


def leave_out(run):
    pass


def write_nonsense(run):
    (run.path / "test_predictions.npz").write_bytes(b"PK\x03\x04 no archive")


def overwrite_the_middle(run):
    store(run, answers(LABELS), LABELS)
    path = run.path / "test_predictions.npz"
    content = bytearray(path.read_bytes())
    content[100:400] = bytes(300)
    path.write_bytes(content)


def write_only_labels(run):
    np.savez(run.path / "test_predictions.npz", labels=LABELS)


def write_pickled_objects(run):
    store(run, np.array([{"digit": 3}] * 40), LABELS)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (leave_out, "has no stored predictions (test_predictions.npz)"),
        (write_nonsense, "test_predictions.npz can't be read"),
        (overwrite_the_middle, "test_predictions.npz can't be read"),
        (write_only_labels, "test_predictions.npz can't be read"),
        (write_pickled_objects, "test_predictions.npz can't be read"),
        (lambda run: store(run, answers(LABELS)[:, :9], LABELS), "doesn't hold 10 probabilities"),
        (lambda run: store(run, answers(LABELS)[:39], LABELS), "doesn't hold 10 probabilities"),
        (lambda run: store(run, np.zeros((40, 10), int), LABELS), "doesn't hold 10 probabilities"),
        (lambda run: store(run, answers(LABELS) * np.nan, LABELS), "that are not probabilities"),
        (lambda run: store(run, answers(LABELS) * 7, LABELS), "that are not probabilities"),
        (lambda run: store(run, 1.0 - 10 * answers(LABELS), LABELS), "that are not probabilities"),
        (
            lambda run: store(run, answers(LABELS).astype(float) * 1e300, LABELS),
            "that are not probabilities",
        ),
        (lambda run: store(run, answers(LABELS), LABELS[::-1]), "40 other digits than the 40"),
        (lambda run: store(run, answers(LABELS[:9]), LABELS[:9]), "9 other digits than the 40"),
    ],
)
def test_damaged_answers_are_told_with_what_to_do(runs_dir, tiny_mnist, damage, sentence):
    run = make_run(runs_dir)
    damage(run)
    with pytest.raises(PredictionsError, match=re.escape(sentence)) as error:
        load_predictions(run)
    assert "Train it again on the Train page, or choose another network." in str(error.value)

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from cnn.evaluation.metrics import (
    class_metrics,
    confidence_bins,
    digit_table,
    expected_calibration_error,
    reliability_diagram,
    with_macro_average,
)
from cnn.evaluation.predictions import Predictions
from tests.evaluated_run import predictions_of
from ui.predictions.metrics import class_table


@st.composite
def any_predictions(draw):
    """Predictions for up to 60 digits; some of a confidence on the edge of two bins."""
    labels = np.array(draw(st.lists(st.integers(0, 9), min_size=1, max_size=60)), np.uint8)
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows = generator.dirichlet(np.full(10, 0.3), len(labels))
    rounded = np.array([generator.multinomial(20, row) / 20 for row in rows])
    rows = np.where(generator.random((len(labels), 1)) < 0.3, rounded, rows)
    images = np.zeros((len(labels), 28, 28), np.uint8)
    return Predictions(rows.astype(np.float32), labels, images)


@given(any_predictions())
def test_the_metrics_are_those_of_scikit_learn(predictions):
    labels, predicted = predictions.labels, predictions.predicted

    def expected(**options):
        return sklearn.metrics.precision_recall_fscore_support(labels, predicted, **options)

    matrix = sklearn.metrics.confusion_matrix(labels, predicted, labels=range(10))
    assert np.array_equal(predictions.confusion_matrix, matrix)
    assert predictions.accuracy == pytest.approx(sklearn.metrics.accuracy_score(labels, predicted))
    classes = class_metrics(matrix)
    of_classes = np.transpose(expected(labels=range(10), zero_division=np.nan))
    assert classes.to_numpy(float) == pytest.approx(of_classes, nan_ok=True)
    *average, total = with_macro_average(classes).iloc[-1]
    assert average == pytest.approx(expected(average="macro", zero_division=0)[:3])
    assert total == len(predictions)


@given(any_predictions())
def test_the_diagram_is_the_calibration_curve_of_scikit_learn(predictions):
    diagram = reliability_diagram(predictions)
    accuracy, confidence = calibration_curve(
        predictions.correct, predictions.confidence, n_bins=10, strategy="uniform"
    )
    assert diagram["accuracy"].tolist() == pytest.approx(accuracy)
    assert diagram["confidence"].tolist() == pytest.approx(confidence)
    gaps = (np.abs(accuracy - confidence) * diagram["total"]).sum() / len(predictions)
    assert expected_calibration_error(diagram) == pytest.approx(gaps)


@given(any_predictions(), st.sampled_from([10, 20]))
def test_every_prediction_is_in_one_bin(predictions, count):
    bins = confidence_bins(predictions, count)
    assert len(bins) == count
    assert bins["correct"].sum() == predictions.correct.sum()
    assert bins["mistakes"].sum() == (~predictions.correct).sum()
    filled = bins.dropna()
    assert (filled["total"] > 0).sum() == (bins["total"] > 0).sum()
    assert (filled["confidence"] >= filled["lower"] - 1e-6).all()
    assert (filled["confidence"] <= filled["upper"] + 1e-6).all()


def test_the_loss_is_minus_the_logarithm_of_the_true_digits_share_and_is_finite():
    probabilities = np.full((2, 10), 0.05, np.float32)
    probabilities[0, 3] = 0.45  # rows add up to 0.9
    probabilities[1] = np.eye(10)[4]
    labels, images = np.array([3, 6], np.uint8), np.zeros((2, 28, 28), np.uint8)
    losses = Predictions(probabilities, labels, images).losses
    assert losses == pytest.approx([-np.log(0.5), -np.log(1e-7)])  # as Keras clips


def test_the_table_of_digits_has_their_order_and_values():
    predictions = predictions_of(wrong=[3])
    table = digit_table(predictions, np.array([7, 3]))
    header, *lines = table.to_csv(index=False).splitlines()
    assert header == "test_digit,label,predicted,confidence,loss,label_error"
    assert [line.split(",")[:3] for line in lines] == [["7", "7", "7"], ["3", "3", "4"]]
    assert table["loss"].tolist() == predictions.losses[[7, 3]].tolist()


def test_the_table_of_classes_is_in_percent_with_a_dash_for_none():
    matrix = predictions_of(np.arange(20, dtype=np.uint8) % 5, wrong=[3]).confusion_matrix
    table = class_table(class_metrics(matrix))
    assert list(table.columns) == ["Digit", "Precision", "Recall", "F1", "Support"]
    assert table.iloc[3].tolist() == ["3", "100.0%", "75.0%", "85.7%", "4"]
    assert table.iloc[9].tolist() == ["9", "–", "–", "–", "0"]
    assert table.iloc[10, 0] == "Macro average"
    assert table.iloc[10, 4] == "20"

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from cnn.evaluation.predictions import Predictions
from cnn.evaluation.reliability import (
    ConfidenceBin,
    confidence_bins,
    expected_calibration_error,
    reliability_diagram,
)


def predictions_of(confidences, right):
    """Answers "1" with these confidences; those that are not right were a 2."""
    probabilities = np.repeat((1 - np.float32(confidences))[:, None] / 9, 10, axis=1)
    probabilities[:, 1] = confidences
    labels = np.where(right, 1, 2).astype(np.uint8)
    return Predictions(probabilities, labels, np.zeros((len(labels), 28, 28), np.uint8))


@st.composite
def any_predictions(draw):
    count = draw(st.integers(1, 80))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    confidences = generator.uniform(0.2, 1, count)
    rounded = np.round(confidences, 1)  # on the bins' very edges
    chosen = np.where(generator.random(count) < 0.3, rounded, confidences)
    return predictions_of(chosen.astype(np.float32), generator.random(count) < chosen)


@given(any_predictions())
def test_the_diagram_is_the_calibration_curve_of_scikit_learn(predictions):
    diagram = reliability_diagram(predictions)
    share_right, confidence = calibration_curve(
        predictions.correct, predictions.confidence, n_bins=10, strategy="uniform"
    )
    assert [one.accuracy for one in diagram] == pytest.approx(share_right)
    assert [one.confidence for one in diagram] == pytest.approx(confidence)


@given(any_predictions(), st.sampled_from([10, 20]))
def test_every_answer_is_in_one_bin(predictions, bins):
    counted = confidence_bins(predictions, bins)
    assert len(counted) == bins
    assert sum(one.correct for one in counted) == predictions.correct.sum()
    assert sum(one.mistakes for one in counted) == (~predictions.correct).sum()
    for one in counted:
        assert not one.total or one.lower - 1e-6 <= one.confidence <= one.upper + 1e-6


def test_the_error_weighs_each_bin_by_its_answers():
    diagram = [
        ConfidenceBin(0.5, 0.6, correct=1, mistakes=1, confidence=0.6),
        ConfidenceBin(0.9, 1.0, correct=8, mistakes=0, confidence=0.95),
    ]
    assert expected_calibration_error(diagram) == pytest.approx(0.2 * 0.1 + 0.8 * 0.05)

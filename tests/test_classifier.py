import numpy as np
import pytest

from cnn.data.mnist import Digits
from cnn.inference.classifier import Classifier, load_classifier
from cnn.inference.predictor import load_predictor
from cnn.runs.status import Calibration, read_calibration, write_calibration
from tests.evaluated_run import PredictsThree, make_run
from tests.networks import save_tiny_network

MEAN = np.full((784, 1), 2 / 784 / 255, np.float32)  # of an image's ink, 0 to 1
SURE_OF_SEVEN = np.where(np.arange(10) == 7, 3 * MEAN, 0).astype(np.float32)
SHADES = np.array([0, 128, 255], np.uint8)
IMAGES = np.broadcast_to(SHADES[:, None, None], (3, 28, 28)).copy()


@pytest.fixture(params=[MEAN, None], ids=["with a reject class", "without"])
def run(request, runs_dir):
    """A finished run, without a calibration; more ink is a surer 7, and more of a digit."""
    run = make_run(runs_dir)
    save_tiny_network(run.model_path, SURE_OF_SEVEN, digit=request.param)
    return run


def test_each_image_has_its_prediction_in_its_order_as_plain_numbers(run):
    predictions = load_classifier(run).predict(IMAGES)
    probabilities, scores = load_predictor(run.model_path).outputs(IMAGES)
    assert [one.digit for one in predictions[1:]] == [7, 7]
    assert scores == pytest.approx(
        [0, 0.5, 1] if scores[0] == 0 else probabilities.max(axis=1), abs=0.01
    )
    for one, row, score in zip(predictions, probabilities, scores, strict=True):
        assert one.probabilities == pytest.approx(row)
        assert one.reject_score == pytest.approx(1 - score)
        assert one.probability == max(one.probabilities) == one.probabilities[one.digit]
        assert [type(value) for value in one] == [int, float, tuple, float, bool]
        assert {type(value) for value in one.probabilities} == {float}
    assert load_classifier(run).predict(IMAGES[:0]) == []


def test_the_threshold_says_which_images_are_digits(run):
    predictor = load_predictor(run.model_path)
    _, scores = predictor.outputs(IMAGES)
    predictions = Classifier(predictor, threshold=float(scores[1])).predict(IMAGES)
    assert [one.is_digit for one in predictions] == [False, True, True]
    assert predictions[0].digit in range(10)  # the best guess stays


def test_without_a_calibration_every_image_is_a_digit_and_a_new_one_is_used_at_once(run):
    assert all(one.is_digit for one in load_classifier(run).predict(IMAGES))
    write_calibration(run.path, Calibration(threshold=1.0))
    assert not load_classifier(run).predict(IMAGES)[0].is_digit


@pytest.mark.parametrize("threshold", [0, 0.42, 1])
def test_a_calibration_is_read_as_it_was_written(tmp_path, threshold):
    write_calibration(tmp_path, Calibration(1.3, threshold))
    assert read_calibration(tmp_path) == Calibration(1.3, threshold)
    assert [file.name for file in tmp_path.iterdir()] == ["calibration.json"]


BAD_VALUES = [("null", 0.5), ("[]", 0.5), ('"hot"', 0.5), (1.2, "NaN"), (1.2, -0.1), (1.2, 1.1)]
BAD_VALUES += [("NaN", 0.5), ("Infinity", 0.5), (0, 0.5), (-1, 0.5), (10**400, 0.5)]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[1, 0.5]", b"null"]
    + [f'{{"temperature": {t}, "threshold": {s}}}'.encode() for t, s in BAD_VALUES],
)
def test_a_damaged_calibration_is_as_none(tmp_path, content):
    (tmp_path / "calibration.json").write_bytes(content)
    assert read_calibration(tmp_path) == Calibration(temperature=1.0, threshold=0.0)


@pytest.mark.parametrize(("threshold", "accuracy"), [(0.0, 0.75), (1.1, 0.0)])
def test_a_rejected_digit_is_a_wrong_one_unless_the_digit_alone_counts(threshold, accuracy):
    digits = Digits(np.zeros((4, 28, 28), np.uint8), np.array([4, 3, 3, 3], np.uint8))
    classifier = Classifier(PredictsThree(), threshold)
    assert classifier.accuracy(digits) == accuracy
    assert classifier.accuracy(digits, rejects=False) == 0.75

import os

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from cnn.data.mnist import Digits
from cnn.inference.classifier import Classifier, load_classifier
from cnn.inference.predictor import Predictor
from cnn.runs.calibration import Calibration, write_calibration
from tests.evaluated_run import ReadsEverythingAsThree, make_run


def network(has_digit_output):
    """A network that is sure of 7 as far as there is ink, and takes bright images for digits."""
    pixels = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["n", 28, 28, 1])
    weights = np.zeros((784, 10), np.float32)
    weights[:, 7] = 3 / 784 / 255
    constants = {"flat": np.array([-1, 784]), "weights": weights}
    constants["mean"] = np.full((784, 1), 1 / 784 / 255, np.float32)
    nodes = [
        helper.make_node("Reshape", ["pixels", "flat"], ["features"]),
        helper.make_node("MatMul", ["features", "weights"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"]),
        helper.make_node("MatMul", ["features", "mean"], ["digit"]),
    ]
    outputs = {"features": 784, "probabilities": 10}
    if has_digit_output:
        outputs["digit"] = 1
    graph = helper.make_graph(
        nodes,
        "tiny",
        [pixels],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", size])
            for name, size in outputs.items()
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)


@pytest.fixture(params=[True, False], ids=["eleven answers", "ten answers"])
def run(request, runs_dir):
    """A finished run with such a network, and no calibration yet."""
    run = make_run(runs_dir)
    onnx.save(network(request.param), run.model_path)
    return run


@pytest.fixture
def images():
    """Three images: blank, half bright, white."""
    shades = np.array([0, 127.5, 255]).round().astype(np.uint8)
    return np.broadcast_to(shades[:, None, None], (3, 28, 28)).copy()


def test_each_image_has_its_prediction_in_its_order_as_plain_numbers(run, images):
    predictions = load_classifier(run).predict(images)
    probabilities = Predictor(run.model_path).probabilities(images)
    assert [one.digit for one in predictions[1:]] == [7, 7]
    for one, row in zip(predictions, probabilities, strict=True):
        assert one.probabilities == pytest.approx(row)
        assert sum(one.probabilities) == pytest.approx(1)
        assert one.probability == max(one.probabilities) == one.probabilities[one.digit]
        assert [type(value) for value in one] == [int, float, tuple, float, bool]
        assert {type(value) for value in one.probabilities} == {float}


def test_the_reject_score_is_the_reject_classs_probability_or_what_the_digits_leave(run, images):
    scores, probabilities = np.transpose(
        [(one.reject_score, one.probability) for one in load_classifier(run).predict(images)]
    )
    has_output = Predictor(run.model_path).outputs(images)[1][0] == 0
    assert scores == pytest.approx([1, 0.5, 0] if has_output else 1 - probabilities, abs=0.01)


def test_the_threshold_says_which_images_are_digits(run, images):
    predictor = Predictor(run.model_path)
    _, scores = predictor.outputs(images)
    predictions = Classifier(predictor, threshold=float(scores[1])).predict(images)
    assert [one.is_digit for one in predictions] == [False, True, True]
    assert predictions[0].digit in range(10)  # the best guess stays


def test_without_a_calibration_every_image_is_a_digit(run, images):
    assert all(one.is_digit for one in load_classifier(run).predict(images))
    (run.path / "calibration.json").write_text("{")
    assert all(one.is_digit for one in load_classifier(run).predict(images))


def test_a_new_calibration_is_used_at_once(run, images):
    load_classifier(run).predict(images)
    write_calibration(run.path, Calibration(threshold=1.0))
    assert load_classifier(run).threshold == 1
    assert not load_classifier(run).predict(images)[0].is_digit


def test_no_image_has_no_prediction(run):
    assert load_classifier(run).predict(np.zeros((0, 28, 28), np.uint8)) == []


def test_a_network_is_loaded_once_and_a_run_without_one_says_so(run):
    os.utime(run.model_path, ns=(1, 1))
    assert load_classifier(run).predictor is load_classifier(run).predictor
    run.model_path.unlink()
    with pytest.raises(ValueError, match="can't be opened"):
        load_classifier(run)


@pytest.mark.parametrize(("threshold", "accuracy"), [(0.0, 0.75), (1.1, 0.0)])
def test_a_rejected_digit_is_a_wrong_one_unless_the_digit_alone_counts(threshold, accuracy):
    digits = Digits(np.zeros((4, 28, 28), np.uint8), np.array([4, 3, 3, 3], np.uint8))
    classifier = Classifier(ReadsEverythingAsThree(), threshold)
    assert classifier.accuracy(digits) == accuracy
    assert classifier.accuracy(digits, rejects=False) == 0.75

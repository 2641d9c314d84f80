import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from cnn.inference.predictor import Predictor, load_predictor


def tiny_network(weights, side=28, output="probabilities"):
    """A network of one layer: `weights`, (784, 10), and a softmax; the pixels, halved, before."""
    pixels = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["n", side, side, 1])
    outputs = {"convolution_1": ["n", side, side, 1], "features": ["n", side**2], output: ["n", 10]}
    constants = {"half": np.float32(0.5), "flat": np.array([-1, 784]), "weights": weights}
    nodes = [
        helper.make_node("Mul", ["pixels", "half"], ["convolution_1"]),
        helper.make_node("Reshape", ["convolution_1", "flat"], ["features"]),
        helper.make_node("MatMul", ["features", "weights"], ["scores"]),
        helper.make_node("Softmax", ["scores"], [output]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [pixels],
        [helper.make_tensor_value_info(k, TensorProto.FLOAT, v) for k, v in outputs.items()],
        [numpy_helper.from_array(np.asarray(v), k) for k, v in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)


@pytest.fixture(scope="module")
def weights():
    return np.random.default_rng(0).normal(0, 1e-3, (784, 10)).astype(np.float32)


@pytest.fixture
def model_path(tmp_path, weights):
    path = tmp_path / "model.onnx"
    onnx.save(tiny_network(weights), path)
    return path


@pytest.fixture
def predictor(model_path):
    return Predictor(model_path)


def random_images(count):
    return np.random.default_rng(1).integers(0, 256, (count, 28, 28), np.uint8)


def expected_probabilities(images, weights):
    scores = np.exp(images.reshape(-1, 784) / 2 @ weights)
    return scores / scores.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("count", [0, 1, 250, 251, 1_003])
def test_every_image_gets_its_own_ten_probabilities(predictor, weights, count):
    images = random_images(count)
    answers = predictor.probabilities(images)
    assert answers.shape == (count, 10)
    assert answers.dtype == np.float32
    assert answers == pytest.approx(expected_probabilities(images, weights), abs=1e-5)


def test_the_network_gets_raw_pixels_in_bounded_batches(predictor, monkeypatch):
    batches = []
    monkeypatch.setattr(
        predictor, "_run", lambda outputs, images: batches.append(len(images)) or [np.zeros(10)]
    )
    predictor.probabilities(random_images(2_500))
    assert sum(batches) == 2_500
    assert max(batches) <= 1_000


def test_activations_are_every_other_output_of_one_image(predictor):
    image = random_images(1)[0]
    activations = predictor.activations(image)
    assert list(activations) == ["convolution_1", "features"]
    assert np.array_equal(activations["convolution_1"], image[..., np.newaxis] / 2)
    assert np.array_equal(activations["features"], image.ravel() / 2)


def test_threads_share_a_predictor(predictor):
    images = random_images(40)
    alone = predictor.probabilities(images)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(predictor.probabilities, images[:, np.newaxis]))
    assert np.concatenate(answers) == pytest.approx(alone, abs=1e-6)


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((28, 28), np.uint8),
        np.zeros((2, 27, 28), np.uint8),
        np.zeros((2, 28, 28, 1), np.uint8),
        np.zeros((2, 28, 28), np.float32),
    ],
)
def test_images_of_another_form_are_refused(predictor, images):
    with pytest.raises(ValueError, match=r"must be \(n, 28, 28\) of type uint8"):
        predictor.probabilities(images)


def test_a_missing_network_is_named(tmp_path):
    for load in (Predictor, load_predictor):
        with pytest.raises(ValueError, match=r"missing\.onnx can't be opened \(No such file"):
            load(tmp_path / "missing.onnx")


def test_a_folder_is_no_network(tmp_path):
    with pytest.raises(ValueError, match="can't be opened"):
        load_predictor(tmp_path)


@pytest.mark.parametrize("keep", [0, 1, 100, -100])
def test_a_truncated_network_is_named(model_path, keep, capfd):
    model_path.write_bytes(model_path.read_bytes()[:keep])
    with pytest.raises(ValueError, match=r"model\.onnx is damaged\. Train it again"):
        load_predictor(model_path)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("change", [{"side": 14}, {"output": "logits"}])
def test_a_network_that_does_not_read_digits_is_named(model_path, weights, change):
    model = tiny_network(weights[: change.get("side", 28) ** 2], **change)
    onnx.save(model, model_path)
    with pytest.raises(ValueError, match="does not recognize digits: expected were 28×28×1 pixels"):
        load_predictor(model_path)


def test_a_network_is_loaded_once_and_again_when_its_file_changed(model_path, weights):
    os.utime(model_path, ns=(1, 1))
    first = load_predictor(model_path)
    assert load_predictor(model_path) is first
    onnx.save(tiny_network(-weights), model_path)
    os.utime(model_path, ns=(0, 0))
    second = load_predictor(model_path)
    images = random_images(1)
    assert second is not first
    assert second.probabilities(images).argmax() == first.probabilities(images).argmin()

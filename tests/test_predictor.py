import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from cnn.inference.predictor import load_predictor
from tests.networks import save_onnx, save_tiny_network

WEIGHTS = np.random.default_rng(0).normal(0, 1e-3, (784, 10)).astype(np.float32)


@pytest.fixture
def model_path(tmp_path):
    return save_tiny_network(tmp_path / "model.onnx", WEIGHTS)


@pytest.fixture
def predictor(model_path):
    return load_predictor(model_path)


def random_images(count):
    return np.random.default_rng(1).integers(0, 256, (count, 28, 28), np.uint8)


@pytest.mark.parametrize("count", [0, 1, 250, 251, 1_003])
def test_every_image_gets_its_own_ten_probabilities(predictor, count):
    images = random_images(count)
    probabilities = predictor.probabilities(images)
    assert probabilities.shape == (count, 10)
    assert probabilities.dtype == np.float32
    logits = np.exp(images.reshape(-1, 784) / 2 @ WEIGHTS)
    assert probabilities == pytest.approx(logits / logits.sum(axis=1, keepdims=True), abs=1e-5)


def test_images_are_predicted_in_bounded_batches(predictor, monkeypatch):
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
    with ThreadPoolExecutor(8) as threads:
        each = list(threads.map(predictor.probabilities, images[:, np.newaxis]))
    assert np.concatenate(each) == pytest.approx(predictor.probabilities(images), abs=1e-6)


def test_a_missing_network_or_a_folder_is_named(tmp_path):
    for path, reason in ((tmp_path / "no.onnx", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(ValueError, match=rf"{path} can't be opened \({reason}"):
            load_predictor(path)


@pytest.mark.parametrize(
    "shapes",
    [
        {"pixels": (28, 28, 1), "answer": (28, 28, 1)},
        {"pixels": (28, 28, 1), "probabilities": (28, 28, 1)},
        {"image": (10,), "probabilities": (10,)},
    ],
    ids=["no probabilities", "not ten of them", "another input"],
)
def test_a_network_with_another_input_or_output_is_named(tmp_path, shapes):
    path = save_onnx(tmp_path / "model.onnx", [("Identity", *[[k] for k in shapes])], shapes, {})
    with pytest.raises(ValueError, match=f"{path} is of another kind"):
        load_predictor(path)


@pytest.mark.parametrize("length", [0, 1, 100, -100])
def test_a_truncated_network_is_named(model_path, length, capfd):
    model_path.write_bytes(model_path.read_bytes()[:length])
    with pytest.raises(ValueError, match=r"model\.onnx is damaged\. Train it again"):
        load_predictor(model_path)
    assert capfd.readouterr().err == ""


def test_a_network_is_loaded_once_and_again_when_its_file_changed(model_path):
    os.utime(model_path, ns=(1, 1))
    first = load_predictor(model_path)
    assert load_predictor(model_path) is first
    save_tiny_network(model_path, -WEIGHTS)
    second = load_predictor(model_path)
    images = random_images(1)
    assert second.probabilities(images).argmax() == first.probabilities(images).argmin()

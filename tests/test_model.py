import keras
import numpy as np
import onnxruntime
import pytest
from scipy.special import softmax

from cnn.hyperparameters import Hyperparameters
from cnn.network.choices import ACTIVATIONS, OPTIMIZERS
from cnn.training.export import export_onnx
from cnn.training.model import DigitAccuracy, build_network, compile_network


@pytest.mark.parametrize("reject_class", [False, True])
def test_the_network_takes_raw_pixels_and_gives_probabilities(reject_class):
    values = Hyperparameters(filters=(2,), scale_pixels=True, reject_class=reject_class)
    network = build_network(values)
    assert network.input_shape == (None, 28, 28, 1)
    assert network.input.name == "image"
    pixels = np.random.default_rng(0).integers(0, 256, (3, 28, 28, 1)).astype("float32")
    np.testing.assert_allclose(network(pixels).numpy().sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(network.layers[1](pixels), pixels / 255, rtol=1e-6)
    compile_network(network, values, steps_per_epoch=1, steps_per_execution=1)
    logs = network.evaluate(pixels, np.eye(10 + reject_class)[:3], verbose=0, return_dict=True)
    assert set(logs) == {"loss", "accuracy"}


def test_a_network_is_compiled_as_chosen():
    values = Hyperparameters(
        filters=(1,), learning_rate=0.02, weight_decay=0.01, label_smoothing=0.1
    )
    network = build_network(values)
    compile_network(network, values, steps_per_epoch=10, steps_per_execution=4)
    assert float(network.optimizer.learning_rate) == pytest.approx(0.02)
    assert network.optimizer.weight_decay == 0.01
    assert network.loss.label_smoothing == 0.1
    assert network.steps_per_execution == 4


def test_the_defaults_are_compiled_as_in_the_tutorial():
    network = build_network(Hyperparameters())
    compile_network(network, Hyperparameters(), steps_per_epoch=10, steps_per_execution=1)
    tutorial = keras.optimizers.Adam().get_config()
    assert network.optimizer.get_config() | {"name": ""} == tutorial | {"name": ""}
    assert network.loss.label_smoothing == 0.0


OPTIMIZER_CLASSES = {
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "lion": keras.optimizers.Lion,
    "sgd": keras.optimizers.SGD,
    "rmsprop": keras.optimizers.RMSprop,
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_is_the_one_of_keras_and_trains_with_one_cycle(optimizer):
    values = Hyperparameters(
        filters=(1,), pool_after=(1,), optimizer=optimizer, schedule="one_cycle", scale_pixels=True
    )
    network = build_network(values)
    compile_network(network, values, steps_per_epoch=1, steps_per_execution=1)
    assert type(network.optimizer) is OPTIMIZER_CLASSES[optimizer]
    if optimizer == "sgd":
        assert (network.optimizer.momentum, network.optimizer.nesterov) == (0.9, True)
    before = network.get_weights()
    images = np.random.default_rng(0).integers(0, 256, (10, 28, 28, 1)).astype("float32")
    assert np.isfinite(network.train_on_batch(images, np.eye(10))[0])
    assert not np.array_equal(before[-1], network.get_weights()[-1])


def test_one_cycle_rises_linearly_falls_along_a_cosine_and_is_over_after_all_epochs():
    values = Hyperparameters(filters=(1,), schedule="one_cycle", epochs=4, learning_rate=0.5)
    network = build_network(values)
    compile_network(network, values, steps_per_epoch=25, steps_per_execution=1)
    rates = {0: 0.5 / 25, 15: 0.26, 30: 0.5, 65: 0.25025, 100: 0.5 / 1000, 105: 0.5 / 1000}
    for step, rate in rates.items():
        network.optimizer.iterations.assign(step)
        assert float(network.optimizer.learning_rate) == pytest.approx(rate, rel=1e-3)


def test_accuracy_is_of_the_likeliest_digit_and_leaves_out_non_digits():
    labels, outputs = np.eye(11, dtype="float32"), np.full((5, 11), 0.05, "float32")
    outputs[:, 3] = 0.15  # the second most probable
    outputs[range(5), [3, 5, 10, 10, 2]] = 0.4
    accuracy = DigitAccuracy()
    accuracy.update_state(labels[[3, 4, 3, 4, 10]], outputs)
    assert float(accuracy.result()) == 0.5
    accuracy.update_state(labels[[10]], outputs[:1])
    assert float(accuracy.result()) == 0.5
    accuracy.reset_state()
    accuracy.update_state(labels[[3, 5], :10], outputs[:2, :10])
    assert float(accuracy.result()) == 1


NETWORKS = {
    "normalized, averaged, dense": {
        "filters": (3, 2),
        "batch_normalization": True,
        "global_average_pooling": True,
        "dense_units": 5,
        "dropout": 0.5,
        "activation": "gelu",
        "scale_pixels": True,
    },
    "with a reject class": {"filters": (3,), "reject_class": True},
    "padded and pooled": {
        "filters": (2, 3, 2),
        "padding": "same",
        "pool_after": (1, 3),
        "strides": (1, 3),
        "dropout": 0.3,
        "activation": "leaky_relu",
        "scale_pixels": True,
    },
}


@pytest.fixture(scope="module", params=NETWORKS.values(), ids=NETWORKS.keys())
def exported(request, tmp_path_factory):
    """A network after some training steps, and ONNX Runtime's outputs to 20 random images."""
    keras.utils.set_random_seed(0)
    values = Hyperparameters(**request.param, learning_rate=0.01)
    network = build_network(values)
    compile_network(network, values, steps_per_epoch=2, steps_per_execution=1)
    pixels = np.random.default_rng(0).integers(0, 256, (20, 28, 28, 1)).astype("float32")
    pixels *= np.linspace(0, 1, 20, dtype="float32")[:, None, None, None]  # or they look alike
    network.fit(
        pixels,
        np.eye(network.output_shape[1])[np.arange(20) % 10],
        batch_size=10,
        epochs=3,
        verbose=0,
    )
    path = tmp_path_factory.mktemp("export") / "model.onnx"
    export_onnx(network, path)
    assert [file.name for file in path.parent.iterdir()] == ["model.onnx"]
    session = onnxruntime.InferenceSession(path)
    names = [output.name for output in session.get_outputs()]
    outputs = dict(zip(names, session.run(names, {"image": pixels}), strict=True))
    return network, pixels, session, outputs


def test_onnx_gives_the_probabilities_of_keras_and_the_features_of_the_last_layer(exported):
    network, pixels, session, outputs = exported
    (image,) = session.get_inputs()
    assert (image.name, image.type, image.shape[1:]) == ("image", "tensor(float)", [28, 28, 1])
    expected = network.predict(pixels, verbose=0)
    kernel, bias = network.get_layer("probabilities").get_weights()
    features = softmax(outputs["features"] @ kernel + bias, axis=1)
    np.testing.assert_allclose(features, expected, atol=1e-5)
    names = {"features", "probabilities"}
    if network.output_shape[1] > 10:
        names.add("digit")
        np.testing.assert_allclose(outputs["digit"][:, 0], 1 - expected[:, 10], atol=1e-5)
        assert outputs["digit"].max() <= 1
        expected = expected[:, :10] / expected[:, :10].sum(axis=1, keepdims=True)
    np.testing.assert_allclose(outputs["probabilities"], expected, atol=1e-5)
    assert np.ptp(expected, axis=0).max() > 1e-3  # the outputs differ, so that a mix-up shows
    assert {name for name in outputs if not name.startswith("convolution_")} == names
    (one,) = session.run(["probabilities"], {"image": pixels[3:4]})
    np.testing.assert_allclose(one, outputs["probabilities"][3:4], atol=1e-5)


def test_onnx_gives_every_convolution_after_its_activation(exported):
    network, pixels, _, outputs = exported
    names = [layer.name for layer in network.layers]
    seen, maps = pixels, {}
    for layer in network.layers[1:]:
        seen = layer(seen)
        kind, _, number = layer.name.rpartition("_")
        if kind == "activation" or (kind == "convolution" and f"activation_{number}" not in names):
            maps[f"convolution_{number}"] = seen
    assert {name for name in outputs if name.startswith("convolution_")} == set(maps)
    for name, expected in maps.items():
        np.testing.assert_allclose(outputs[name], expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_is_exported(activation, tmp_path):
    keras.utils.set_random_seed(0)
    values = Hyperparameters(filters=(2,), kernel_size=7, strides=(3,), activation=activation)
    network = build_network(values)
    export_onnx(network, tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    pixels = np.random.default_rng(0).uniform(0, 9, (5, 28, 28, 1)).astype("float32")
    (outputs,) = session.run(["convolution_1"], {"image": pixels})
    expected = network.get_layer("convolution_1")(pixels)
    np.testing.assert_allclose(outputs, expected, atol=1e-5, rtol=1e-5)
    assert np.ptp(expected) > 0.5

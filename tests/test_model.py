import keras
import numpy as np
import onnxruntime
import pytest

from cnn.hyperparameters import Hyperparameters
from cnn.network.choices import ACTIVATIONS, OPTIMIZERS, SCHEDULES
from cnn.training.export import export_onnx
from cnn.training.model import DigitAccuracy, build_network, compile_network


def test_the_network_is_ready_for_raw_pixels_and_gives_probabilities():
    keras.utils.set_random_seed(0)
    network = build_network(Hyperparameters(filters=(2,), scale_pixels=True))
    assert network.input_shape == (None, 28, 28, 1)
    assert network.input.name == "image"
    pixels = np.random.default_rng(0).integers(0, 256, (3, 28, 28, 1)).astype("float32")
    probabilities = network(pixels).numpy()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(network.layers[1](pixels), pixels / 255, rtol=1e-6)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_each_activation_is_the_one_of_keras(activation):
    network = build_network(Hyperparameters(filters=(2,), dense_units=3, activation=activation))
    expected = keras.activations.get(activation)
    assert network.get_layer("convolution_1").activation is expected
    assert network.get_layer("dense").activation is expected
    assert network.get_layer("probabilities").activation is keras.activations.softmax


def test_with_batch_normalization_the_activation_comes_after_it():
    network = build_network(
        Hyperparameters(filters=(2,), batch_normalization=True, activation="elu", pool_after=(1,))
    )
    assert [layer.name for layer in network.layers[1:5]] == [
        "convolution_1",
        "batch_normalization_1",
        "activation_1",
        "pooling_1",
    ]
    assert network.get_layer("convolution_1").activation is keras.activations.linear
    assert not network.get_layer("convolution_1").use_bias
    assert network.get_layer("activation_1").activation is keras.activations.elu


def test_a_network_is_compiled_as_chosen():
    values = Hyperparameters(
        filters=(1,), learning_rate=0.02, weight_decay=0.01, label_smoothing=0.1
    )
    network = build_network(values)
    compile_network(network, values, steps_per_epoch=10, jump=4)
    assert float(network.optimizer.learning_rate) == pytest.approx(0.02)
    assert network.optimizer.weight_decay == 0.01
    assert network.loss.label_smoothing == 0.1
    assert network.steps_per_execution == 4


def test_the_defaults_are_compiled_as_in_the_tutorial():
    network = build_network(Hyperparameters())
    compile_network(network, Hyperparameters(), steps_per_epoch=10, jump=1)
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
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_optimizer_is_the_one_of_keras_and_trains_with_every_schedule(optimizer, schedule):
    values = Hyperparameters(
        filters=(1,), pool_after=(1,), optimizer=optimizer, schedule=schedule, scale_pixels=True
    )
    network = build_network(values)
    compile_network(network, values, steps_per_epoch=1, jump=1)
    assert type(network.optimizer) is OPTIMIZER_CLASSES[optimizer]
    if optimizer == "sgd":
        assert (network.optimizer.momentum, network.optimizer.nesterov) == (0.9, True)
    before = network.get_weights()
    images = np.random.default_rng(0).integers(0, 256, (10, 28, 28, 1)).astype("float32")
    loss = network.train_on_batch(images, np.eye(10))[0]
    assert np.isfinite(loss)
    assert not np.array_equal(before[-2], network.get_weights()[-2])


@pytest.mark.parametrize("steps", [1, 2, 7, 100])
def test_one_cycle_rises_linearly_and_falls_along_a_cosine_to_nearly_nothing(steps):
    options = SCHEDULES["one_cycle"].options(peak=0.01, steps=steps)
    rates = np.asarray(
        [
            float(keras.optimizers.schedules.CosineDecay(**options)(step))
            for step in range(steps + 5)
        ]
    )
    top = int(0.3 * steps)
    assert np.argmax(rates) == top
    assert rates[top] == pytest.approx(0.01)
    np.testing.assert_allclose(np.diff(rates[: top + 1], n=2), 0, atol=1e-7)
    assert np.all(np.diff(rates[top : steps + 1]) < 0)
    np.testing.assert_allclose(rates[steps:], 0.01 / 1000, rtol=1e-3)
    if top:
        assert rates[0] == pytest.approx(0.01 / 25)


def test_one_cycle_is_over_after_all_epochs():
    values = Hyperparameters(filters=(1,), schedule="one_cycle", epochs=4, learning_rate=0.5)
    network = build_network(values)
    compile_network(network, values, steps_per_epoch=25, jump=1)
    for step, rate in ((0, 0.5 / 25), (30, 0.5), (65, 0.25025), (100, 0.5 / 1000)):
        network.optimizer.iterations.assign(step)
        assert float(network.optimizer.learning_rate) == pytest.approx(rate, rel=1e-3)


ELEVEN = np.eye(11, dtype="float32")


def most_confident_in(*outputs):
    """Return outputs (n, 11) that are surest of these, and next of 3."""
    rows = 0.05 * np.ones((len(outputs), 11), "float32")
    rows[:, 3] = 0.15
    rows[np.arange(len(outputs)), outputs] = 0.4
    return rows


def test_accuracy_counts_digits_and_not_what_is_none():
    accuracy = DigitAccuracy()
    accuracy.update_state(ELEVEN[[3, 4, 10, 10]], most_confident_in(3, 5, 10, 2))
    assert float(accuracy.result()) == 0.5
    accuracy.update_state(ELEVEN[[7]], most_confident_in(7))
    assert float(accuracy.result()) == pytest.approx(2 / 3)
    accuracy.update_state(ELEVEN[[10, 10]], most_confident_in(10, 3))
    assert float(accuracy.result()) == pytest.approx(2 / 3)


def test_a_digit_that_looks_like_none_is_still_read_by_its_likeliest_digit():
    accuracy = DigitAccuracy()
    accuracy.update_state(ELEVEN[[3, 4]], most_confident_in(10, 10))
    assert float(accuracy.result()) == 0.5


def test_accuracy_begins_anew_and_works_for_ten_outputs():
    accuracy = DigitAccuracy()
    accuracy.update_state(ELEVEN[[3]], most_confident_in(4))
    accuracy.reset_state()
    accuracy.update_state(ELEVEN[[3, 4], :10], most_confident_in(3, 4)[:, :10])
    assert float(accuracy.result()) == 1


@pytest.mark.parametrize("reject_class", [False, True])
def test_a_reject_class_is_one_output_more_and_has_its_accuracy_under_the_same_name(reject_class):
    values = Hyperparameters(filters=(1,), reject_class=reject_class)
    network = build_network(values)
    assert network.output_shape == (None, 10 + reject_class)
    compile_network(network, values, steps_per_epoch=1, jump=1)
    images, labels = np.zeros((4, 28, 28, 1), "float32"), np.eye(10 + reject_class)[:4]
    logs = network.evaluate(images, labels, verbose=0, return_dict=True)
    assert set(logs) == {"loss", "accuracy"}


NETWORKS = {
    "as in the tutorial": {"filters": (3, 2)},
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
    compile_network(network, values, steps_per_epoch=2, jump=1)
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


def test_onnx_gives_the_probabilities_of_keras(exported):
    network, pixels, _, outputs = exported
    expected = network.predict(pixels, verbose=0)
    if network.output_shape[1] > 10:
        np.testing.assert_allclose(outputs["digit"][:, 0], 1 - expected[:, 10], atol=1e-5)
        assert outputs["digit"].max() <= 1
        expected = expected[:, :10] / expected[:, :10].sum(axis=1, keepdims=True)
    np.testing.assert_allclose(outputs["probabilities"], expected, atol=1e-5)
    assert np.ptp(expected, axis=0).max() > 1e-3  # the outputs differ, so that a mix-up shows


def test_onnx_takes_raw_pixels_of_any_number_of_images(exported):
    _, pixels, session, outputs = exported
    (image,) = session.get_inputs()
    assert (image.name, image.type, image.shape[1:]) == ("image", "tensor(float)", [28, 28, 1])
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
    assert maps
    assert {name for name in outputs if name.startswith("convolution_")} == set(maps)
    for name, expected in maps.items():
        np.testing.assert_allclose(outputs[name], expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_is_exported(activation, tmp_path):
    keras.utils.set_random_seed(0)
    network = build_network(Hyperparameters(filters=(2,), kernel_size=7, activation=activation))
    export_onnx(network, tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    pixels = np.random.default_rng(0).uniform(0, 9, (5, 28, 28, 1)).astype("float32")
    (outputs,) = session.run(["convolution_1"], {"image": pixels})
    expected = network.get_layer("convolution_1")(pixels)
    np.testing.assert_allclose(outputs, expected, atol=1e-5, rtol=1e-5)
    assert np.ptp(expected) > 0.5


def test_onnx_gives_the_features_that_the_last_layer_sees(exported):
    network, _, _, outputs = exported
    kernel, bias = network.get_layer("probabilities").get_weights()
    logits = (outputs["features"] @ kernel + bias)[:, :10]
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    expected = exponents / exponents.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(outputs["probabilities"], expected, atol=1e-5)


def test_onnx_has_no_other_outputs(exported):
    network, *_, outputs = exported
    others = {name for name in outputs if not name.startswith("convolution_")}
    digit = {"digit"} if network.output_shape[1] > 10 else set()
    assert others == {"features", "probabilities"} | digit

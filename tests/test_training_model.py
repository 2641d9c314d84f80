import dataclasses

import keras
import numpy as np
import onnxruntime
import pytest
import tensorflow as tf

from cnn.data import Digits
from cnn.hyperparameters import CHOICES, Hyperparameters
from cnn.training import augmentation
from cnn.training.augmentation import STRENGTHS, Strength, augment
from cnn.training.export import export_onnx
from cnn.training.model import build_network, compile_network
from cnn.training.pipeline import choose_images, plain_batches, training_batches
from cnn.training.schedule import OneCycle

STILL = Strength(degrees=0, shear=0, zoom=0, shift=0)


@pytest.fixture
def digits():
    """103 images, each of one shade that no other has, so that it can be told in any order."""
    shades = np.arange(103, dtype=np.uint8)
    images = np.broadcast_to(shades[:, None, None], (103, 28, 28)).copy()
    return Digits(images, shades % 10)


def shades(batches):
    """Return which images one epoch of batches holds, in its order."""
    return [int(image[0, 0, 0]) for images, _ in batches for image in images.numpy()]


def adam_rate(network, step):
    network.optimizer.iterations.assign(step)
    return float(network.optimizer.learning_rate)


def test_the_network_is_ready_for_raw_pixels_and_gives_probabilities():
    keras.utils.set_random_seed(0)
    network = build_network(Hyperparameters(filters=(2,), scale_pixels=True))
    assert network.input_shape == (None, 28, 28, 1)
    assert network.input.name == "image"
    pixels = np.random.default_rng(0).integers(0, 256, (3, 28, 28, 1)).astype("float32")
    probabilities = network(pixels).numpy()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(network.layers[1](pixels), pixels / 255, rtol=1e-6)


@pytest.mark.parametrize("activation", CHOICES["activation"])
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


@pytest.mark.parametrize(
    ("optimizer", "kind"),
    [
        ("adam", keras.optimizers.Adam),
        ("sgd", keras.optimizers.SGD),
        ("rmsprop", keras.optimizers.RMSprop),
    ],
)
def test_the_network_is_compiled_as_chosen(optimizer, kind):
    values = Hyperparameters(
        filters=(1,),
        optimizer=optimizer,
        learning_rate=0.02,
        weight_decay=0.01,
        label_smoothing=0.1,
    )
    network = build_network(values)
    compile_network(network, values, steps_per_epoch=10, jump=4)
    assert type(network.optimizer) is kind
    assert float(network.optimizer.learning_rate) == pytest.approx(0.02)
    assert network.optimizer.weight_decay == 0.01
    assert network.loss.label_smoothing == 0.1
    assert network.steps_per_execution == 4


def test_article_is_compiled_as_in_the_tutorial():
    network = build_network(Hyperparameters())
    compile_network(network, Hyperparameters(), steps_per_epoch=10, jump=1)
    tutorial = keras.optimizers.Adam().get_config()
    assert network.optimizer.get_config() | {"name": ""} == tutorial | {"name": ""}
    assert network.loss.label_smoothing == 0.0


def test_every_choice_can_be_compiled():
    for optimizer in CHOICES["optimizer"]:
        for schedule in CHOICES["schedule"]:
            values = Hyperparameters(filters=(1,), optimizer=optimizer, schedule=schedule)
            compile_network(build_network(values), values, steps_per_epoch=1, jump=1)


@pytest.mark.parametrize(
    ("progress", "share"),
    [(0, 1 / 25), (0.15, (1 / 25 + 1) / 2), (0.3, 1), (0.65, (1 + 1 / 1000) / 2), (1, 1 / 1000)],
)
def test_one_cycle_rises_to_its_peak_and_falls_to_nearly_nothing(progress, share):
    schedule = OneCycle(peak=0.01, steps=1000)
    assert float(schedule(1000 * progress)) == pytest.approx(0.01 * share, rel=1e-4)


def test_one_cycle_never_jumps_and_stays_low_after_its_end():
    rates = np.asarray(OneCycle(1.0, 200)(np.arange(260)))
    assert np.argmax(rates) == 60
    assert np.all(np.diff(rates[:61]) > 0)
    assert np.all(np.diff(rates[60:201]) < 0)
    assert np.abs(np.diff(rates)).max() < 0.02
    np.testing.assert_allclose(rates[200:], 1 / 1000, rtol=1e-3)


def test_one_cycle_is_over_after_all_epochs():
    values = Hyperparameters(filters=(1,), schedule="one_cycle", epochs=4, learning_rate=0.5)
    network = build_network(values)
    compile_network(network, values, steps_per_epoch=25, jump=1)
    assert adam_rate(network, 0) == pytest.approx(0.5 / 25)
    assert adam_rate(network, 30) == pytest.approx(0.5)
    assert adam_rate(network, 100) == pytest.approx(0.5 / 1000, rel=1e-3)


def test_a_network_with_one_cycle_is_saved_and_loaded(tmp_path):
    values = Hyperparameters(filters=(1,), schedule="one_cycle", learning_rate=0.5)
    network = build_network(values)
    compile_network(network, values, steps_per_epoch=20, jump=1)
    network.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert adam_rate(loaded, 30) == pytest.approx(0.5)


def dots(count, row, column):
    """Return images (count, 28, 28, 1) with one bright dot of 2×2 pixels."""
    images = np.zeros((count, 28, 28, 1), "float32")
    images[:, row : row + 2, column : column + 2] = 255
    return images


def centres(images):
    """Return where the ink of each image is on average: (n, 2), row and column."""
    ink = np.asarray(images)[..., 0]
    places = np.indices((28, 28)).astype(float)
    return np.einsum("nrc,krc->nk", ink, places) / ink.sum(axis=(1, 2))[:, None]


@pytest.mark.parametrize("strength", STRENGTHS)
def test_augmented_digits_keep_shape_type_and_range(strength):
    pixels = np.random.default_rng(0).integers(0, 256, (64, 28, 28, 1)).astype("float32")
    changed = augment(tf.constant(pixels), strength)
    assert changed.shape == pixels.shape
    assert changed.dtype == tf.float32
    assert 0 <= np.min(changed) < np.max(changed) <= 255


@pytest.mark.parametrize("strength", ["light", "strong"])
@pytest.mark.parametrize("place", [(13, 13), (13, 19), (8, 8), (19, 10)])
def test_ink_moves_but_no_further_than_the_strength_allows(strength, place):
    tf.random.set_seed(1)
    most = STRENGTHS[strength]
    images = dots(400, *place)
    moved = np.linalg.norm(centres(augment(images, strength)) - centres(images), axis=1)
    # The inverse of scale · turn · shear is unshear · unturn · unscale: bounded by the norms.
    shear, turn = most.shear, 2 * np.sin(np.radians(most.degrees) / 2)
    bend = (1 + shear) * (most.zoom + turn) + shear
    radius = np.linalg.norm(centres(images)[0] - 13.5)
    shift = (1 + shear) * (1 + most.zoom) * np.sqrt(2) * most.shift
    assert moved.max() <= bend * radius + shift + 0.5  # half a pixel for the resampling
    assert moved.max() > most.shift
    assert len(np.unique(moved.round(3))) > 350  # each image in its own way


CHANGES = {
    "degrees": Strength(degrees=15, shear=0, zoom=0, shift=0),
    "shear": Strength(degrees=0, shear=0.3, zoom=0, shift=0),
    "zoom": Strength(degrees=0, shear=0, zoom=0.2, shift=0),
    "shift": Strength(degrees=0, shear=0, zoom=0, shift=3),
}


def allowed(change, start, end):
    """Whether one change alone may take ink from start to end, both from the centre: (n, 2)."""
    (row, column), strength = start, CHANGES[change]
    radius = np.linalg.norm(start)
    if change == "degrees":
        angle = np.degrees(np.arctan2(*end.T) - np.arctan2(row, column))
        return (np.abs(np.linalg.norm(end, axis=1) - radius) < 0.5) & (
            np.abs(angle) <= strength.degrees + 1
        )
    if change == "shear":  # along the rows only
        most = strength.shear * abs(row)
        return (np.abs(end[:, 0] - row) < 0.1) & (np.abs(end[:, 1] - column) <= most + 0.5)
    if change == "zoom":
        return np.all(np.abs(end - start) <= strength.zoom * np.abs(start) + 0.5, axis=1)
    return np.all(np.abs(end - start) <= strength.shift + 0.01, axis=1)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("place", [(11, 20), (7, 13), (18, 8)])
def test_each_change_does_what_its_name_says(monkeypatch, change, place):
    tf.random.set_seed(2)
    monkeypatch.setitem(augmentation.STRENGTHS, "light", CHANGES[change])
    images = dots(200, *place)
    start, end = centres(images)[0] - 13.5, centres(augment(images, "light")) - 13.5
    assert np.all(allowed(change, start, end))
    assert np.ptp(end, axis=0).max() > 1


def test_turning_and_shearing_together_keep_the_amount_of_ink(monkeypatch):
    tf.random.set_seed(3)
    turned_and_sheared = STRENGTHS["strong"]._replace(zoom=0, shift=0)
    monkeypatch.setitem(augmentation.STRENGTHS, "strong", turned_and_sheared)
    distance = np.square(np.indices((28, 28)) - 13.5).sum(axis=0)
    blob = np.broadcast_to(255 * np.exp(-distance / 18)[..., None], (200, 28, 28, 1))
    ink = augment(blob.astype("float32"), "strong").numpy().sum(axis=(1, 2, 3))
    np.testing.assert_allclose(ink, blob[0].sum(), rtol=0.01)


def test_without_any_change_the_digits_stay_as_they_are(monkeypatch):
    monkeypatch.setitem(augmentation.STRENGTHS, "light", STILL)
    pixels = np.random.default_rng(0).integers(0, 256, (8, 28, 28, 1)).astype("float32")
    np.testing.assert_allclose(augment(pixels, "light"), pixels, atol=1e-3)


def test_what_leaves_the_picture_is_cut_and_what_comes_in_is_paper(monkeypatch):
    monkeypatch.setitem(augmentation.STRENGTHS, "light", STILL._replace(shift=100))
    tf.random.set_seed(0)
    changed = augment(np.full((50, 28, 28, 1), 255, "float32"), "light").numpy()
    assert (changed == 0).any(axis=(1, 2, 3)).mean() > 0.9
    assert changed.max() <= 255


def test_training_images_are_drawn_with_the_seed(digits):
    values = Hyperparameters(training_images=100)
    first = choose_images(digits, values)
    assert first.images.shape == (100, 28, 28)
    chosen = first.images[:, 0, 0]
    assert len(set(chosen)) == 100
    np.testing.assert_array_equal(first.labels, chosen % 10)
    np.testing.assert_array_equal(choose_images(digits, values).images, first.images)
    other = choose_images(digits, dataclasses.replace(values, seed=1))
    assert set(other.images[:, 0, 0]) != set(chosen)


def test_no_more_training_images_are_drawn_than_there_are(digits):
    assert sorted(choose_images(digits, Hyperparameters()).images[:, 0, 0]) == list(range(103))


@pytest.mark.parametrize("strength", ["off", "light"])
def test_batches_hold_every_digit_once_an_epoch_with_its_label(digits, monkeypatch, strength):
    monkeypatch.setitem(augmentation.STRENGTHS, "light", STILL)
    batches = training_batches(digits, Hyperparameters(batch_size=10, augmentation=strength))
    sizes = [len(labels) for _, labels in batches]
    assert sizes == [10] * 10 + [3]
    assert sorted(shades(batches)) == list(range(103))
    for images, labels in batches:
        assert images.shape[1:] == (28, 28, 1)
        assert images.dtype == labels.dtype == tf.float32
        np.testing.assert_array_equal(
            labels, np.eye(10)[images.numpy()[:, 0, 0, 0].astype(int) % 10]
        )


def test_each_epoch_has_another_order_and_the_seed_repeats_them_all(digits):
    def epochs(seed):
        batches = training_batches(digits, Hyperparameters(batch_size=10, seed=seed))
        return [shades(batches) for _ in range(3)]

    first = epochs(seed=0)
    assert first[0] != first[1] != first[2] != first[0]
    assert first[0] != list(range(103))
    assert epochs(seed=0) == first
    assert epochs(seed=1) != first


def test_augmented_batches_are_bent_and_plain_ones_are_not(digits):
    white = Digits(np.full((64, 28, 28), 255, np.uint8), np.zeros(64, np.uint8))
    ((bent, _),) = training_batches(white, Hyperparameters(batch_size=64, augmentation="strong"))
    ((plain, _),) = training_batches(white, Hyperparameters(batch_size=64))
    assert np.min(bent) == 0
    assert np.min(plain) == 255


def test_digits_to_validate_by_stay_in_their_order(digits):
    batches = plain_batches(digits, 10, batch_size=25)
    assert shades(batches) == list(range(103))
    labels = np.concatenate([labels for _, labels in batches])
    np.testing.assert_array_equal(labels, np.eye(10)[np.arange(103) % 10])


NETWORKS = {
    "like the article": {"filters": (3, 2)},
    "normalized, averaged, dense": {
        "filters": (3, 2),
        "batch_normalization": True,
        "global_average_pooling": True,
        "dense_units": 5,
        "dropout": 0.5,
        "activation": "gelu",
        "scale_pixels": True,
    },
    "padded and pooled": {
        "filters": (2, 3, 2),
        "padding": "same",
        "pool_after": (1, 3),
        "dropout": 0.3,
        "activation": "leaky_relu",
        "scale_pixels": True,
    },
}


@pytest.fixture(scope="module", params=NETWORKS.values(), ids=NETWORKS.keys())
def exported(request, tmp_path_factory):
    """A network after some training steps, and ONNX Runtime's answers to 20 random images."""
    keras.utils.set_random_seed(0)
    values = Hyperparameters(**request.param, learning_rate=0.01)
    network = build_network(values)
    compile_network(network, values, steps_per_epoch=2, jump=1)
    pixels = np.random.default_rng(0).integers(0, 256, (20, 28, 28, 1)).astype("float32")
    pixels *= np.linspace(0, 1, 20, dtype="float32")[:, None, None, None]  # or they look alike
    network.fit(pixels, np.eye(10)[np.arange(20) % 10], batch_size=10, epochs=3, verbose=0)
    path = tmp_path_factory.mktemp("export") / "model.onnx"
    export_onnx(network, path)
    assert [file.name for file in path.parent.iterdir()] == ["model.onnx"]
    session = onnxruntime.InferenceSession(path)
    names = [output.name for output in session.get_outputs()]
    answers = dict(zip(names, session.run(names, {"image": pixels}), strict=True))
    return network, pixels, session, answers


def test_onnx_gives_the_probabilities_of_keras(exported):
    network, pixels, _, answers = exported
    expected = network.predict(pixels, verbose=0)
    np.testing.assert_allclose(answers["probabilities"], expected, atol=1e-5)
    assert np.ptp(expected, axis=0).max() > 1e-3  # the answers differ, so that a mix-up shows


def test_onnx_takes_raw_pixels_of_any_number_of_images(exported):
    _, pixels, session, answers = exported
    (image,) = session.get_inputs()
    assert (image.name, image.type, image.shape[1:]) == ("image", "tensor(float)", [28, 28, 1])
    (one,) = session.run(["probabilities"], {"image": pixels[3:4]})
    np.testing.assert_allclose(one, answers["probabilities"][3:4], atol=1e-5)


def test_onnx_gives_every_convolution_after_its_activation(exported):
    network, pixels, _, answers = exported
    names = [layer.name for layer in network.layers]
    seen, maps = pixels, {}
    for layer in network.layers[1:]:
        seen = layer(seen)
        kind, _, number = layer.name.rpartition("_")
        if kind == "activation" or (kind == "convolution" and f"activation_{number}" not in names):
            maps[f"convolution_{number}"] = seen
    assert maps
    assert {name for name in answers if name.startswith("convolution_")} == set(maps)
    for name, expected in maps.items():
        np.testing.assert_allclose(answers[name], expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("activation", CHOICES["activation"])
def test_every_activation_is_exported(activation, tmp_path):
    keras.utils.set_random_seed(0)
    network = build_network(Hyperparameters(filters=(2,), kernel_size=7, activation=activation))
    export_onnx(network, tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    pixels = np.random.default_rng(0).uniform(0, 9, (5, 28, 28, 1)).astype("float32")
    (answers,) = session.run(["convolution_1"], {"image": pixels})
    expected = network.get_layer("convolution_1")(pixels)
    np.testing.assert_allclose(answers, expected, atol=1e-5, rtol=1e-5)
    assert np.ptp(expected) > 0.5


def test_onnx_gives_the_features_that_the_last_layer_sees(exported):
    network, _, _, answers = exported
    kernel, bias = network.get_layer("probabilities").get_weights()
    logits = answers["features"] @ kernel + bias
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    expected = exponents / exponents.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(answers["probabilities"], expected, atol=1e-5)


def test_onnx_has_no_other_outputs(exported):
    *_, answers = exported
    others = {name for name in answers if not name.startswith("convolution_")}
    assert others == {"features", "probabilities"}

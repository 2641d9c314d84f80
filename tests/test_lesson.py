import runpy
from decimal import Decimal

import keras
import matplotlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnn.data.mnist import DataError
from cnn.hyperparameters import Hyperparameters
from cnn.inference.predictor import Predictor
from cnn.lesson.convolution import EXACT, FirstConvolution, compute, first_convolution
from cnn.lesson.tutorial import VARIANTS, first_training_digits, label_counts, tutorial_code
from cnn.network.layers import layer_table, total_parameters
from cnn.training.export import export_onnx
from cnn.training.model import build_network
from ui.how_it_works.lesson import lesson


def test_the_tutorials_code_runs_as_shown_and_has_its_47410_parameters(
    tiny_mnist, tmp_path, monkeypatch
):
    matplotlib.use("Agg")
    digits = np.load(tiny_mnist)
    train, test = ((digits[f"x_{part}"], digits[f"y_{part}"]) for part in ("train", "test"))
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: (train, test))
    shown = tmp_path / "shown.py"
    shown.write_text("\n\n".join(tutorial_code().values()))
    names = runpy.run_path(str(shown))
    assert names["model"].count_params() == 47_410
    assert names["probabilities"].shape == (3, 10)
    assert list(names["predicted"]) == [0, 1, 2]


images = arrays(np.uint8, (28, 28))
kernels = st.integers(1, 7).flatmap(
    lambda size: arrays(np.float32, (size, size), elements=st.floats(-2, 2, width=32))
)


@given(images, kernels, st.sampled_from([1.0, 255.0]), st.floats(-9, 9), st.data())
def test_rounded_numbers_add_up_to_their_last_decimal(image, kernel, divisor, bias, data):
    kernel = kernel[None] / (1 if divisor > 1 else 50)
    first = FirstConvolution(kernel, np.array([bias]), divisor, padded=False, activation="relu")
    place = [0, *(data.draw(st.integers(0, first.map_side - 1)) for _ in range(2))]
    exact, shown = (compute(first, image, *place, each) for each in (EXACT, first.decimals))
    pixels, weights, products = (
        [Decimal(f"{one:.{digits}f}") for one in table.ravel()]
        for table, digits in zip(shown[:3], first.decimals, strict=True)
    )
    half = Decimal("0.5000001").scaleb(-first.decimals.results)
    for pixel, weight, product in zip(pixels, weights, products, strict=True):
        assert abs(pixel * weight - product) <= half
    total, bias_shown, before = (Decimal(f"{one:.{first.decimals.results}f}") for one in shown[3:6])
    assert sum(products) == total
    assert total + bias_shown == before
    assert shown.output == pytest.approx(exact.output, abs=0.008 * len(products) + 0.01)


@pytest.mark.parametrize(
    "changes",
    [
        {"activation": "relu", "kernel_size": 1},
        {"activation": "elu", "kernel_size": 2, "padding": "same"},
        {"activation": "gelu", "strides": (3,), "batch_normalization": True, "scale_pixels": True},
        {"activation": "silu", "strides": (3,), "padding": "same"},
        {"activation": "tanh", "strides": (2,), "kernel_size": 7, "padding": "same"},
        {"activation": "sigmoid", "kernel_size": 5, "scale_pixels": True, "pool_after": (1,)},
        {"activation": "leaky_relu", "padding": "same", "batch_normalization": True},
    ],
    ids=str,
)
def test_an_output_computed_is_the_networks_own(tmp_path, changes):
    keras.utils.set_random_seed(1)
    hyperparameters = Hyperparameters(filters=(3,), **changes)
    network = build_network(hyperparameters)
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([np.random.default_rng(2).uniform(0.5, 2, 3) for _ in range(4)])
        elif isinstance(layer, keras.layers.Conv2D) and layer.use_bias:
            layer.bias.assign([0.5, -0.5, 3])
    path = tmp_path / "model.onnx"
    export_onnx(network, path)
    image = np.random.default_rng(3).integers(0, 256, (28, 28), np.uint8)
    image[20:] = 0
    first = first_convolution(path, hyperparameters)
    maps = Predictor(path).activations(image)["convolution_1"]
    side = first.map_side
    assert maps.shape == (side, side, 3)
    for row, column in [(0, 0), (0, side - 1), (side - 1, 0), (side - 1, side - 1), (side // 3, 5)]:
        values = [compute(first, image, filter_, row, column).output for filter_ in range(3)]
        assert values == pytest.approx(maps[row, column].tolist(), rel=1e-4, abs=1e-4)


def test_labels_are_counted_and_the_first_digits_come_as_in_the_file(tiny_mnist):
    assert [counts.tolist() for counts in label_counts("mnist")] == [[24] * 10, [4] * 10]
    digits = first_training_digits("mnist", 7)
    with np.load(tiny_mnist) as file:
        assert (digits.images == file["x_train"][:7]).all()
        assert (digits.labels == file["y_train"][:7]).all()


def test_without_mnist_the_samples_digits_are_counted():
    assert label_counts("sample")[0].sum() == 4_000
    assert first_training_digits("sample", 12).images.shape == (12, 28, 28)
    with pytest.raises(DataError, match="not on this computer"):
        label_counts("mnist")


def test_what_was_measured_is_what_step_7_says():
    plain, scaled, pooled, both = (one.mean for one in VARIANTS)
    assert VARIANTS[0].hyperparameters == Hyperparameters()
    parameters = [total_parameters(layer_table(one.hyperparameters)) for one in VARIANTS]
    assert parameters == [47_410, 47_410, 3_330, 3_330]  # a fourteenth
    text = lesson()["Test"].body
    assert f"{100 * plain:.2f}% is what this app measured" in text
    assert 0.01 < scaled - plain < 0.02  # more than a percentage point
    assert 0.004 < pooled - plain < 0.005  # nearly half a percentage point
    assert scaled - both > 0.002  # less than scaled pixels alone

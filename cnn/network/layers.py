"""The layers of a network, their output shapes, parameters and multiply-adds, by arithmetic.

A new kind of layer needs one generator here, which yields a `Layer` with the name of its class in
Keras and that class's arguments, and a place in `_layers`. Training builds the Keras layers from
them, and the layer table, the network diagram and the exported script show them.
"""

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any, NamedTuple

from cnn.hyperparameters import Hyperparameters

IMAGE_SHAPE = (28, 28, 1)
CLASSES = 10
REJECT_CLASS = 10  # the index of the class after those of the digits, where a network has it
MAX_PARAMETERS = 5_000_000

Shape = tuple[int, ...]


class Layer(NamedTuple):
    """One layer as Keras builds it."""

    name: str  # also in Keras and in the exported network
    kind: str  # its class in `keras.layers`
    output_shape: Shape  # without the batch
    parameters: int = 0
    multiply_adds: int = 0  # for one image
    options: Mapping[str, Any] = {}  # arguments of the Keras class, apart from defaults and name


def layer_table(hyperparameters: Hyperparameters) -> tuple[Layer, ...]:
    """Return the network's layers in order, from the pixels to the probabilities.

    Raises:
        ValueError: an image shrinks below what a layer needs, or the network is too large;
            the sentence names the layer.
    """
    layers = tuple(_layers(hyperparameters))
    total = total_parameters(layers)
    if total > MAX_PARAMETERS:
        raise ValueError(
            f"This network would have {total / 1e6:,.1f} million parameters, and the limit is "
            f"{MAX_PARAMETERS / 1e6:.0f} million. Use fewer filters or units, or pool once more."
        )
    return layers


def total_parameters(layers: tuple[Layer, ...]) -> int:
    """Return the number of parameters of all layers, trained or not."""
    return sum(layer.parameters for layer in layers)


def output_count(hyperparameters: Hyperparameters) -> int:
    """Return the number of outputs: ten digits, and one more with a reject class."""
    return CLASSES + hyperparameters.reject_class


def _layers(hyperparameters: Hyperparameters) -> Iterator[Layer]:
    shape: Shape = IMAGE_SHAPE
    if hyperparameters.scale_pixels:
        yield Layer("rescaling", "Rescaling", shape, options={"scale": 1 / 255})
    for number in range(1, len(hyperparameters.filters) + 1):
        for layer in _convolution(hyperparameters, number, shape):
            shape = layer.output_shape
            yield layer
    yield from _head(hyperparameters, shape)


def _convolution(values: Hyperparameters, number: int, shape: Shape) -> Iterator[Layer]:
    """Yield one convolution with its normalization, activation and pooling."""
    filters, size = values.filters[number - 1], values.kernel_size
    height, width, channels = shape
    options: dict[str, Any] = {"filters": filters, "kernel_size": size}
    if values.padding == "same":
        options |= {"padding": "same"}
    else:
        _check_fits(f"convolution {number}", min(height, width), size)
        height, width = height - size + 1, width - size + 1
    if (stride := dict(enumerate(values.strides, start=1)).get(number, 1)) > 1:
        options |= {"strides": stride}
        height, width = -(-height // stride), -(-width // stride)
    out = (height, width, filters)
    activation = {"activation": values.activation}
    weights = size * size * channels * filters
    name, multiply_adds = f"convolution_{number}", weights * height * width
    if values.batch_normalization:  # which has a bias of its own
        options |= {"use_bias": False}
        yield Layer(name, "Conv2D", out, weights, multiply_adds, options)
        yield Layer(f"batch_normalization_{number}", "BatchNormalization", out, 4 * filters)
        yield Layer(f"activation_{number}", "Activation", out, options=activation)
    else:
        yield Layer(name, "Conv2D", out, weights + filters, multiply_adds, options | activation)
    if number in values.pool_after:
        _check_fits(f"the pooling after convolution {number}", min(height, width), 2)
        yield Layer(f"pooling_{number}", "MaxPooling2D", (height // 2, width // 2, filters))


def _check_fits(layer: str, size: int, window: int) -> None:
    if size < window:
        raise ValueError(
            f"The feature maps have shrunk to {size}×{size} before {layer}, which needs "
            f"{window}×{window} pixels. Remove a layer or a pooling, use a smaller kernel, "
            "or padding Same."
        )


def _head(values: Hyperparameters, shape: Shape) -> Iterator[Layer]:
    """Yield what turns feature maps into probabilities."""
    if values.global_average_pooling:
        size = shape[-1]
        yield Layer("global_average_pooling", "GlobalAveragePooling2D", (size,))
    else:
        size = prod(shape)
        yield Layer("flatten", "Flatten", (size,))
    if values.dense_units:
        yield _dense("dense", size, values.dense_units, values.activation)
        size = values.dense_units
    if values.dropout:
        options = {"rate": values.dropout, "seed": values.seed}
        yield Layer("dropout", "Dropout", (size,), options=options)
    yield _dense("probabilities", size, output_count(values), "softmax")


def _dense(name: str, inputs: int, units: int, activation: str) -> Layer:
    options = {"units": units, "activation": activation}
    return Layer(name, "Dense", (units,), (inputs + 1) * units, inputs * units, options)

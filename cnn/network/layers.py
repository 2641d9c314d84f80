"""The layers of a network, their output shapes and parameters, by arithmetic alone."""

from collections.abc import Iterator
from math import prod
from typing import NamedTuple

from cnn.hyperparameters import Hyperparameters

IMAGE_SHAPE = (28, 28, 1)
CLASSES = 10
REJECT_CLASS = 10  # the answer after those for the digits, where a network has it
MAX_PARAMETERS = 5_000_000

Shape = tuple[int, ...]


class Layer(NamedTuple):
    """One layer as Keras builds it."""

    name: str  # also its name in Keras and in the exported network
    kind: str  # the Keras class
    output_shape: Shape  # without the batch
    parameters: int
    units: int = 0  # filters of a convolution, units of a dense layer
    multiply_adds: int = 0  # for one image
    activation: str = ""  # applied by the layer itself


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


def _layers(hyperparameters: Hyperparameters) -> Iterator[Layer]:
    shape: Shape = IMAGE_SHAPE
    if hyperparameters.scale_pixels:
        yield Layer("rescaling", "Rescaling", shape, 0)
    for number, filters in enumerate(hyperparameters.filters, start=1):
        for layer in _convolution(hyperparameters, number, filters, shape):
            shape = layer.output_shape
            yield layer
    yield from _head(hyperparameters, shape)


def _convolution(
    hyperparameters: Hyperparameters, number: int, filters: int, shape: Shape
) -> Iterator[Layer]:
    """Yield one convolution with what belongs to it."""
    kernel = hyperparameters.kernel_size
    height, width, channels = shape
    if hyperparameters.padding == "valid":
        _check_fits(f"convolution {number}", min(height, width), kernel)
        height, width = height - kernel + 1, width - kernel + 1
    out = (height, width, filters)
    weights = kernel * kernel * channels * filters
    normalized = hyperparameters.batch_normalization
    bias = 0 if normalized else filters  # the normalization has a shift of its own
    activation = "" if normalized else hyperparameters.activation
    multiply_adds = weights * height * width
    name = f"convolution_{number}"
    yield Layer(name, "Conv2D", out, weights + bias, filters, multiply_adds, activation)
    if normalized:
        yield Layer(f"batch_normalization_{number}", "BatchNormalization", out, 4 * filters)
        yield Layer(
            f"activation_{number}", "Activation", out, 0, activation=hyperparameters.activation
        )
    if number in hyperparameters.pool_after:
        _check_fits(f"the pooling after convolution {number}", min(height, width), 2)
        yield Layer(f"pooling_{number}", "MaxPooling2D", (height // 2, width // 2, filters), 0)


def _check_fits(layer: str, size: int, window: int) -> None:
    if size < window:
        raise ValueError(
            f"The image has shrunk to {size}×{size} before {layer}, which looks at "
            f"{window}×{window} pixels. Remove a layer or a pooling, use a smaller kernel, "
            "or keep the size with padding."
        )


def _head(hyperparameters: Hyperparameters, shape: Shape) -> Iterator[Layer]:
    """Yield what turns feature maps into probabilities."""
    if hyperparameters.global_average_pooling:
        size = shape[-1]
        yield Layer("global_average_pooling", "GlobalAveragePooling2D", (size,), 0)
    else:
        size = prod(shape)
        yield Layer("flatten", "Flatten", (size,), 0)
    if hyperparameters.dense_units:
        units = hyperparameters.dense_units
        parameters = (size + 1) * units
        activation = hyperparameters.activation
        yield Layer("dense", "Dense", (units,), parameters, units, size * units, activation)
        size = units
    if hyperparameters.dropout:
        yield Layer("dropout", "Dropout", (size,), 0)
    answers = output_count(hyperparameters)
    parameters = (size + 1) * answers
    yield Layer(
        "probabilities", "Dense", (answers,), parameters, answers, size * answers, "softmax"
    )


def output_count(hyperparameters: Hyperparameters) -> int:
    """Return how many answers the network has: ten, and one more if it knows what is no digit."""
    return CLASSES + hyperparameters.non_digits

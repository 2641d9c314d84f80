"""A network's first convolution, computed step by step at one position of an image."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.explanation.explain import load_convolutions
from cnn.hyperparameters import Hyperparameters
from cnn.network.choices import ACTIVATIONS
from cnn.network.layers import IMAGE_SHAPE

SIDE = IMAGE_SHAPE[0]


class Decimals(NamedTuple):
    """How many decimals each kind of number is shown with."""

    pixels: int
    weights: int
    results: int
    """Of products, their sum, the bias and the outputs."""


EXACT = Decimals(15, 15, 15)


class FirstConvolution(NamedTuple):
    """The first layer of a trained network: n filters of k×k weights."""

    kernels: NDArray[np.float32]
    """(n, k, k), with a batch normalization after the convolution folded in, as into biases."""
    biases: NDArray[np.float32]
    divisor: float
    """What pixels, 0–255, are divided by first: 255 or 1."""
    padded: bool
    """Whether zero padding keeps a feature map as large as the image."""
    activation: str
    stride: int = 1

    @property
    def size(self) -> int:
        """The kernel size, in pixels a side."""
        return self.kernels.shape[1]

    def begin(self, position: int) -> int:
        """Return the row or column of the image where the filter begins, from its position."""
        missing = max((self.map_side - 1) * self.stride + self.size - SIDE, 0)
        return position * self.stride - (missing // 2 if self.padded else 0)

    @property
    def map_side(self) -> int:
        """The side of the feature map, in pixels."""
        side = SIDE if self.padded else SIDE - self.size + 1
        return -(-side // self.stride)

    @property
    def decimals(self) -> Decimals:
        """The decimals to show: weights of pixels up to 255 are small, so have more."""
        return Decimals(3, 3, 3) if self.divisor > 1 else Decimals(0, 5, 2)


class Position(NamedTuple):
    """One filter at one position, step by step; tables are (k, k)."""

    pixels: NDArray[np.floating]
    """The pixels under the filter: 0–255, or 0–1 where the network scales them."""
    weights: NDArray[np.floating]
    products: NDArray[np.floating]
    sum: float
    bias: float
    pre_activation: float
    output: float


def compute(
    first: FirstConvolution,
    image: NDArray[np.uint8],
    filter_: int,
    row: int,
    column: int,
    decimals: Decimals = EXACT,
) -> Position:
    """Return what a filter computes at one position of an image (28, 28), 255 is full ink.

    Filter, row and column of the feature map are counted from 0. Each number is rounded before the
    next is computed from it, so that numbers shown with these decimals add up.
    """
    padded = np.pad(image, first.size).astype(float)
    top, left = (first.begin(position) + first.size for position in (row, column))
    patch = padded[top : top + first.size, left : left + first.size]
    pixels = (patch / first.divisor).round(decimals.pixels)
    weights = first.kernels[filter_].astype(float).round(decimals.weights)
    products = (pixels * weights).round(decimals.results)
    total, bias = (
        round(float(value), decimals.results) for value in (products.sum(), first.biases[filter_])
    )
    before = round(total + bias, decimals.results)
    output = round(float(ACTIVATIONS[first.activation].function(before)), decimals.results)
    return Position(pixels, weights, products, total, bias, before, output)


def first_convolution(model_path: Path, hyperparameters: Hyperparameters) -> FirstConvolution:
    """Return the first convolution of a run's model.onnx.

    Raises:
        ValueError: the file is missing or damaged, or has no convolution.
    """
    if not (convolutions := load_convolutions(model_path)):
        raise ValueError(f"The network {model_path} has no convolution. Choose another run.")
    kernels, biases = convolutions[0]
    divisor = 255.0 if hyperparameters.scale_pixels else 1.0
    padded, activation = hyperparameters.padding == "same", hyperparameters.activation
    stride = hyperparameters.strides[0] if hyperparameters.strides else 1
    return FirstConvolution(kernels[:, 0], biases, divisor, padded, activation, stride)

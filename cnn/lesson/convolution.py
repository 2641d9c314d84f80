"""A network's first convolution, worked out number by number for one place of an image."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.explanation.kernels import read_convolutions
from cnn.hyperparameters import Hyperparameters
from cnn.network.choices import ACTIVATIONS
from cnn.network.layers import IMAGE_SHAPE

SIDE = IMAGE_SHAPE[0]


class FirstConvolution(NamedTuple):
    """What a trained network does to an image first. It has n filters of k×k weights."""

    kernels: NDArray[np.float32]
    """(n, k, k). A batch normalization after the convolution is worked into them."""
    biases: NDArray[np.float32]
    """(n,), with the shift of a batch normalization."""
    divisor: float
    """What pixels, 0–255, are divided by first: 255 or 1."""
    padded: bool
    """Whether empty pixels around the image keep a feature map as large as it is."""
    activation: str

    @property
    def size(self) -> int:
        """How many pixels a side a filter looks at."""
        return self.kernels.shape[1]

    @property
    def margin(self) -> int:
        """How many empty pixels are put above the image, and left of it."""
        return (self.size - 1) // 2 if self.padded else 0

    @property
    def map_side(self) -> int:
        """How many places a filter has in a row, and in a column."""
        return SIDE if self.padded else SIDE - self.size + 1


class Place(NamedTuple):
    """One filter at one place, step by step; tables are (k, k)."""

    pixels: NDArray[np.floating]
    """What lies under the filter, as the network sees it: 0–255, or 0–1 where it scales."""
    weights: NDArray[np.floating]
    products: NDArray[np.floating]
    sum: float
    """Of the products."""
    bias: float
    before: float
    """The sum with the bias."""
    value: float
    """After the activation: the pixel of the feature map."""


def work_out(
    first: FirstConvolution, image: NDArray[np.uint8], filter_: int, row: int, column: int
) -> Place:
    """Return what a filter makes of one place of an image.

    Args:
        first: the network's first convolution.
        image: (28, 28), 255 is full ink.
        filter_: which of the filters, from 0.
        row: of the feature map, from 0.
        column: of the feature map, from 0.

    Raises:
        ValueError: there is no such filter or place.
    """
    count, side = len(first.kernels), first.map_side
    if not (0 <= filter_ < count and 0 <= row < side and 0 <= column < side):
        raise ValueError(
            f"There is no filter {filter_ + 1} at row {row + 1}, column {column + 1}: there are "
            f"{count} filters and {side} rows and columns."
        )
    pixels = _patch(first, image, row, column) / np.float32(first.divisor)
    weights = first.kernels[filter_]
    products = pixels * weights
    total, bias = float(products.sum(dtype=float)), float(first.biases[filter_])
    value = float(ACTIVATIONS[first.activation].function(total + bias))
    return Place(pixels, weights, products, total, bias, total + bias, value)


def _patch(
    first: FirstConvolution, image: NDArray[np.uint8], row: int, column: int
) -> NDArray[np.float32]:
    """Return the pixels, 0–255, under a filter, (k, k)."""
    after = first.size - 1 - first.margin if first.padded else 0
    padded = np.pad(image, (first.margin, after))
    return padded[row : row + first.size, column : column + first.size].astype(np.float32)


def first_convolution(model_path: Path, hyperparameters: Hyperparameters) -> FirstConvolution:
    """Return the first convolution of an exported network, kept until its file changes.

    Args:
        model_path: a run's model.onnx.
        hyperparameters: what the run was started with.

    Raises:
        ValueError: the file is missing or damaged, or its network is another one.
    """
    try:
        modified = model_path.stat().st_mtime_ns
    except OSError as error:
        raise ValueError(f"The network {model_path} can't be opened ({error.strerror}).") from error
    return _first_convolution(model_path, modified, hyperparameters)


@lru_cache(maxsize=8)
def _first_convolution(
    model_path: Path, modified: int, hyperparameters: Hyperparameters
) -> FirstConvolution:
    kernels, biases = _read_weights(model_path)
    size, filters = hyperparameters.kernel_size, hyperparameters.filters[0]
    if kernels.shape != (filters, 1, size, size) or biases.shape != (filters,):
        raise ValueError(
            f"The network {model_path} does not begin with {filters} filters of {size}×{size}, as "
            "its settings say. Choose another run."
        )
    return FirstConvolution(
        kernels[:, 0],
        biases,
        255.0 if hyperparameters.scale_pixels else 1.0,
        hyperparameters.padding == "same",
        hyperparameters.activation,
    )


def _read_weights(model_path: Path) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the kernels (n, 1, k, k) and biases (n,) of the first convolution in a file."""
    try:
        kernels, biases = read_convolutions(model_path)[0]
        if kernels is None or biases is None:
            raise ValueError("its weights are no constants")
    except Exception as error:  # protobuf's and ONNX's errors have no other class in common
        raise ValueError(
            f"The network {model_path} is damaged. Train it again, or choose another run."
        ) from error
    return kernels, biases

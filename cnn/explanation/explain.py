"""Explanations of a prediction: feature maps, kernels, occlusion, nearest training digits."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.data.mnist import Digits
from cnn.inference.predictor import SIDE, Predictor
from cnn.runs.files import cached_by_stat

Kernels = dict[str, NDArray[np.float32]]

PATCH = 5  # pixels a side
MAX_MULTIPLY_ADDS_OF_STRIDE_1 = 20e6  # of a network whose occlusion map has every patch

MAX_DIGITS, MIN_DIGITS = 10_000, 500  # in the index of nearest digits
MAX_MULTIPLY_ADDS_OF_INDEX = 200e9  # a few seconds
MAX_FEATURES = 128  # stored for a digit
BATCH_SIZE = 50  # a digit may have 100,000 features before they are projected
PROJECTION_SEED, SIGNS = 28, np.array([-1, 1], np.float32)


class LayerMaps(NamedTuple):
    """The feature maps of one convolution for one image."""

    name: str
    maps: NDArray[np.uint8]
    """(n, height, width): 0 is the layer's minimum activation, 255 its maximum."""
    numbers: tuple[int, ...]
    """(n,), the filter of each of these maps, counted from 0."""


class Neighbor(NamedTuple):
    """A training digit whose features are near those of the image."""

    image: NDArray[np.uint8]
    label: int
    distance: float
    """Euclidean, between the features."""


class DigitIndex(NamedTuple):
    """Training digits with their features, the inputs of a network's last layer."""

    digits: Digits
    features: NDArray[np.float32]
    """(n, at most 128), projected where the network has more."""


def feature_maps(predictor: Predictor, image: NDArray[np.uint8]) -> tuple[LayerMaps, ...]:
    """Return the feature maps of each convolution, from first to last layer.

    Those with the largest standard deviation come first; a layer's maps share one scale. The image
    is (28, 28) uint8, 255 is full ink.
    """
    outputs = predictor.activations(image).items()
    return tuple(_layer(name, maps) for name, maps in outputs if maps.ndim == 3)


def _layer(name: str, activation: NDArray[np.float32]) -> LayerMaps:
    maps = np.nan_to_num(activation).astype(float).transpose(2, 0, 1)
    order = np.argsort(-maps.std(axis=(1, 2)), kind="stable")
    maps = maps[order] - maps.min()
    scaled = np.rint(255 * maps / max(float(maps.max()), 1e-9)).astype(np.uint8)
    return LayerMaps(name, scaled, tuple(order.tolist()))


def occlusion_maps(
    predictor: Predictor, image: NDArray[np.uint8], digits: Sequence[int], stride: int = 1
) -> NDArray[np.float32]:
    """Return how much less probable each digit is without the ink around each pixel.

    Patches of 5×5 pixels are set to 0, one at a time, wherever they cover ink (M. Zeiler and
    R. Fergus, Visualizing and Understanding Convolutional Networks, 2014, arXiv 1311.2901). A
    pixel's importance is the mean drop in probability over the patches that cover it. The image is
    (28, 28), 255 is full ink; `stride` is pixels from one patch to the next, 1 to 5.

    Returns:
        (digits, 28, 28), -1 to 1: positive where the ink raises the digit's probability, negative
        where it lowers it, 0 where there is no ink.
    """
    masks = _patches(stride)
    masks = masks[(masks & (image > 0)).any(axis=(1, 2))]
    images = np.concatenate([image[np.newaxis], np.where(masks, 0, image).astype(np.uint8)])
    probabilities = np.nan_to_num(predictor.probabilities(images)[:, list(digits)])
    drops = probabilities[0] - probabilities[1:]
    total = np.tensordot(drops.T, masks.astype(np.float32), axes=1)
    mean = total / np.maximum(masks.sum(axis=0), 1)
    return np.where(image > 0, mean, 0).astype(np.float32)


def _patches(stride: int) -> NDArray[np.bool_]:
    """Return a mask of each patch, (n, 28, 28), including those cut by the border."""
    first = np.arange(stride // 2 + 1 - PATCH, SIDE, stride)
    within = (np.arange(SIDE) >= first[:, None]) & (np.arange(SIDE) < first[:, None] + PATCH)
    return (within[:, None, :, None] & within[None, :, None, :]).reshape(-1, SIDE, SIDE)


def occlusion_stride(multiply_adds: int) -> int:
    """Return a stride, 1 to 5, with which so many multiply-adds an image are quick too."""
    return min(max(math.ceil((multiply_adds / MAX_MULTIPLY_ADDS_OF_STRIDE_1) ** 0.5), 1), PATCH)


def index_size(multiply_adds: int) -> int:
    """Return how many digits to index, so that so many multiply-adds an image take seconds."""
    affordable = int(MAX_MULTIPLY_ADDS_OF_INDEX / max(multiply_adds, 1))
    return min(max(affordable, MIN_DIGITS), MAX_DIGITS)


def index_digits(predictor: Predictor, digits: Digits) -> DigitIndex:
    """Return an index of training digits by their features.

    Raises:
        ValueError: the network has no output with its features.
    """
    batches = np.split(digits.images, range(BATCH_SIZE, len(digits.images), BATCH_SIZE))
    features = [_project(predictor.features(batch)) for batch in batches]
    return DigitIndex(digits, np.concatenate(features))


def nearest_digits(
    predictor: Predictor, image: NDArray[np.uint8], index: DigitIndex, count: int = 5
) -> list[Neighbor]:
    """Return so many digits of the network's index, nearest first, for an image (28, 28)."""
    features = _project(predictor.features(image[np.newaxis]))
    distances = np.linalg.norm(index.features - features, axis=1)
    nearest = np.argsort(distances, kind="stable")[:count]
    images, labels = index.digits
    return [Neighbor(images[one], int(labels[one]), float(distances[one])) for one in nearest]


def _project(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return at most 128 numbers for each row, which nearly preserve distances between rows.

    A count sketch: each feature is added to one of 128 sums with a random sign (M. Charikar,
    K. Chen and M. Farach-Colton, Finding Frequent Items in Data Streams, 2002). A dense random
    projection would need a matrix as large as the network.
    """
    size = features.shape[1]
    if size <= MAX_FEATURES:
        return features
    generator = np.random.default_rng(PROJECTION_SEED)
    order, signs = generator.permutation(size), generator.choice(SIGNS, size)
    firsts = np.linspace(0, size, MAX_FEATURES, endpoint=False).astype(int)
    return np.add.reduceat(features[:, order] * signs, firsts, axis=1)


class Convolution(NamedTuple):
    """The weights of a convolution; a batch normalization after it is folded into them."""

    kernels: NDArray[np.float32]
    """(filters, channels, k, k)."""
    biases: NDArray[np.float32]
    """(filters,), zeros where it has none."""


def load_kernels(model_path: Path) -> Kernels:
    """Return each convolution's kernels by the layer's name; raises as `load_convolutions`."""
    convolutions = load_convolutions(model_path)
    return {f"convolution_{number}": one.kernels for number, one in enumerate(convolutions, 1)}


def load_convolutions(model_path: Path) -> tuple[Convolution, ...]:
    """Return all convolutions of an ONNX file in order, cached until the file changes.

    Raises:
        ValueError: the file is missing or damaged.
    """
    try:
        return _load(model_path)
    except Exception as error:  # OSError, and protobuf's and ONNX's, which share no class
        raise ValueError(
            f"The network {model_path} can't be read. Train it again, or choose another run."
        ) from error


@cached_by_stat(8)
def _load(model_path: Path) -> tuple[Convolution, ...]:
    import onnx  # a third of a second: only where filters are shown

    graph = onnx.load(model_path).graph
    stored = {one.name: onnx.numpy_helper.to_array(one) for one in graph.initializer}
    found = []
    for node in graph.node:
        if node.op_type == "Conv":
            kernels, *biases = (stored[name].astype(np.float32) for name in node.input[1:])
            zeros = np.zeros(len(kernels), np.float32)
            found.append(Convolution(kernels, biases[0] if biases else zeros))
    return tuple(found)

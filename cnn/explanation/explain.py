"""Why a network answers as it does: feature maps, which ink mattered, nearest training digits."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.data.mnist import Digits
from cnn.inference.predictor import SIDE, Predictor

MAX_MAPS = 16  # of a layer
PATCH = 5  # pixels a side
CHEAP_MULTIPLY_ADDS = 20e6  # of a network that is asked about each place of a patch

MAX_DIGITS, MIN_DIGITS = 10_000, 500  # among which the nearest are looked for
MAX_MULTIPLY_ADDS = 200e9  # to learn their features: a few seconds
MAX_FEATURES = 128  # kept of a digit
DIGITS_AT_ONCE = 50  # a digit may have 100,000 features before they are summed up
SUM_SEED = 28


class LayerMaps(NamedTuple):
    """What one convolution makes of an image."""

    name: str
    filters: int
    """How many feature maps the layer has; not all of them need be here."""
    maps: NDArray[np.uint8]
    """(shown, height, width): 0 is the layer's weakest, 255 its strongest response."""
    numbers: tuple[int, ...]
    """(shown,), which filter made each of these maps, counted from 0."""


class Neighbor(NamedTuple):
    """A training digit that the network sees much like the image."""

    image: NDArray[np.uint8]
    """(28, 28), 255 is full ink."""
    label: int
    distance: float
    """Euclidean, between what the network's last layer sees of the two."""


class DigitIndex(NamedTuple):
    """Training digits with what a network's last layer sees of each."""

    digits: Digits
    features: NDArray[np.float32]
    """(n, at most 128), summed up by `_sum_up` where the network has more."""


def feature_maps(
    predictor: Predictor, image: NDArray[np.uint8], most: int | None = MAX_MAPS
) -> tuple[LayerMaps, ...]:
    """Return the feature maps of each convolution, from first to last layer.

    Those that tell most places of this image apart come first; a layer's maps share one scale.

    Args:
        predictor: the network.
        image: (28, 28) uint8, 255 is full ink.
        most: how many maps of a layer, None for all.
    """
    activations = predictor.activations(image)
    return tuple(_layer(name, maps, most) for name, maps in activations.items() if maps.ndim == 3)


def _layer(name: str, activation: NDArray[np.float32], most: int | None) -> LayerMaps:
    maps = np.nan_to_num(activation).astype(float).transpose(2, 0, 1)
    most_active = np.argsort(-maps.std(axis=(1, 2)), kind="stable")[:most]
    shown = maps[most_active] - maps[most_active].min()
    scaled = np.rint(255 * shown / max(float(shown.max()), 1e-9)).astype(np.uint8)
    return LayerMaps(name, len(maps), scaled, tuple(most_active.tolist()))


def occlusion_maps(
    predictor: Predictor, image: NDArray[np.uint8], digits: Sequence[int], stride: int = 1
) -> NDArray[np.float32]:
    """Return how much less probable each digit is without the ink around each pixel.

    Patches of 5×5 pixels are made paper, one at a time, wherever they hide ink (M. Zeiler and
    R. Fergus, Visualizing and Understanding Convolutional Networks, 2014, arXiv 1311.2901). A
    pixel has the mean fall of the patches that hide it.

    Args:
        predictor: the network.
        image: (28, 28) uint8, 255 is full ink.
        digits: the answers that are asked about.
        stride: pixels from one patch to the next, 1 to 5: larger is coarser and faster.

    Returns:
        (digits, 28, 28), -1 to 1: positive where the ink speaks for the digit, negative where
        against it, 0 where there is no ink.
    """
    masks = _patches(stride)
    masks = masks[(masks & (image > 0)).any(axis=(1, 2))]
    images = np.concatenate([image[np.newaxis], np.where(masks, 0, image).astype(np.uint8)])
    probabilities = np.nan_to_num(predictor.probabilities(images)[:, list(digits)])
    importance = probabilities[0] - probabilities[1:]
    total = np.tensordot(importance.T, masks.astype(np.float32), axes=1)
    mean = total / np.maximum(masks.sum(axis=0), 1)
    return np.where(image > 0, mean, 0).astype(np.float32)


def _patches(stride: int) -> NDArray[np.bool_]:
    """Return all places of a patch, (n, 28, 28), also such that the border cuts."""
    first = np.arange(stride // 2 + 1 - PATCH, SIDE, stride)
    within = (np.arange(SIDE) >= first[:, None]) & (np.arange(SIDE) < first[:, None] + PATCH)
    return (within[:, None, :, None] & within[None, :, None, :]).reshape(-1, SIDE, SIDE)


def occlusion_stride(multiply_adds: int) -> int:
    """Return the stride with which an occlusion map of a large network is quick too, 1 to 5.

    Args:
        multiply_adds: of the network, for one image.
    """
    return min(max(math.ceil((multiply_adds / CHEAP_MULTIPLY_ADDS) ** 0.5), 1), PATCH)


def index_size(multiply_adds: int) -> int:
    """Return among how many digits to look, so that a large network is ready in seconds too.

    Args:
        multiply_adds: of the network, for one image.
    """
    affordable = int(MAX_MULTIPLY_ADDS / max(multiply_adds, 1))
    return min(max(affordable, MIN_DIGITS), MAX_DIGITS)


def index_digits(predictor: Predictor, digits: Digits) -> DigitIndex:
    """Return an index of digits by what the network's last layer sees of them.

    Args:
        predictor: the network.
        digits: training digits, such as `data.load_first_training` gives them.

    Raises:
        ValueError: the network does not show its features.
    """
    batches = [
        _sum_up(predictor.features(digits.images[first : first + DIGITS_AT_ONCE]))
        for first in range(0, len(digits.labels), DIGITS_AT_ONCE)
    ]
    return DigitIndex(digits, np.concatenate(batches))


def nearest_digits(
    predictor: Predictor, image: NDArray[np.uint8], index: DigitIndex, count: int = 5
) -> list[Neighbor]:
    """Return the training digits that the network sees most like the image, nearest first.

    Args:
        predictor: the network that made the index.
        image: (28, 28) uint8, 255 is full ink.
        index: as `index_digits` returns it.
        count: how many.
    """
    features = _sum_up(predictor.features(image[np.newaxis]))
    distances = np.linalg.norm(index.features - features, axis=1)
    nearest = np.argsort(distances, kind="stable")[:count]
    digits = index.digits
    return [
        Neighbor(digits.images[one], int(digits.labels[one]), float(distances[one]))
        for one in nearest
    ]


def _sum_up(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return at most 128 numbers for each row, which keep the distances between rows nearly.

    Each is the sum of some of the features with random signs, every feature being in one sum: a
    Johnson–Lindenstrauss projection without its matrix, which would be as large as the network
    (M. Charikar, K. Chen and M. Farach-Colton, Finding Frequent Items in Data Streams, 2002).
    """
    size = features.shape[1]
    if size <= MAX_FEATURES:
        return features
    generator = np.random.default_rng(SUM_SEED)
    order = generator.permutation(size)
    signs = generator.choice(np.array([-1, 1], np.float32), size)
    firsts = np.linspace(0, size, MAX_FEATURES, endpoint=False).astype(int)
    return np.add.reduceat(features[:, order] * signs, firsts, axis=1)

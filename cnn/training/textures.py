"""Images without any stroke: clouds, boxes, blobs and stripes."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from cnn.drawing.pen import SIDE


def texture(generator: np.random.Generator) -> NDArray[np.uint8]:
    """Return one such image, (28, 28): photos shrunk to this size look like it."""
    kinds = (_clouds, _boxes, _blobs, _stripes)
    brightness = kinds[generator.integers(len(kinds))](generator)
    return np.rint(255 * np.clip(brightness, 0, 1)).astype(np.uint8)


def _clouds(generator: np.random.Generator) -> NDArray[np.floating]:
    noise = _noise(generator, generator.uniform(0.5, 4))
    return noise * (noise > generator.uniform(0, 0.6))


def _noise(generator: np.random.Generator, sigma: float) -> NDArray[np.floating]:
    """Return smooth noise from 0 to 1."""
    noise = gaussian_filter(generator.normal(size=(SIDE, SIDE)), sigma)
    return (noise - noise.min()) / np.ptp(noise)


def _boxes(generator: np.random.Generator) -> NDArray[np.floating]:
    image = np.zeros((SIDE, SIDE))
    for _ in range(generator.integers(1, 4)):
        (top, left), (height, width) = generator.integers(0, 20, 2), generator.integers(5, 28, 2)
        box = image[top : top + height, left : left + width]
        np.maximum(box, generator.uniform(0.3, 1), out=box)
    grain = generator.normal(0, generator.uniform(0, 0.2), image.shape)
    return image + grain * (image > 0)


def _blobs(generator: np.random.Generator) -> NDArray[np.floating]:
    rows, columns = np.indices((SIDE, SIDE))
    image = np.zeros((SIDE, SIDE))
    for _ in range(generator.integers(1, 4)):
        (y, x), (height, width) = generator.uniform(6, 22, 2), generator.uniform(3, 14, 2)
        inside = ((rows - y) / height) ** 2 + ((columns - x) / width) ** 2 < 1
        image = np.maximum(image, inside * generator.uniform(0.3, 1))
    return image * (1 - generator.uniform(0, 0.7) * _noise(generator, 1))


def _stripes(generator: np.random.Generator) -> NDArray[np.floating]:
    rows, columns = np.indices((SIDE, SIDE))
    angle, pace = generator.uniform(0, np.pi), generator.uniform(0.3, 2)
    wave = np.sin((columns * np.cos(angle) + rows * np.sin(angle)) * pace)
    image = (wave > generator.uniform(-0.5, 0.5)) * generator.uniform(0.4, 1)
    image[: generator.integers(0, 8)] = 0
    image[:, SIDE - generator.integers(0, 8) :] = 0
    return image

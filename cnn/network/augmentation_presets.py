"""How far augmentation may change a digit, and what else is made to learn from."""

from typing import NamedTuple


class Augmentation(NamedTuple):
    """Largest change in either direction, drawn evenly."""

    degrees: float
    shear: float  # sideways shift per pixel of height
    zoom: float  # share of the size
    shift: float  # pixels
    bend: float = 0.0  # pixels: standard deviation of a smooth field of shifts
    pen: float = 0.0  # share of the way to lines two pixels wider, or thinner
    contrast: float = 1.0  # most; a bent image's edges are soft, and a real pen's are not
    untouched: float = 0.0  # share of images that stay as they are


AUGMENTATIONS = {
    "light": Augmentation(degrees=10, shear=0.10, zoom=0.10, shift=2),
    "strong": Augmentation(degrees=15, shear=0.30, zoom=0.20, shift=3),
    "hands": Augmentation(
        degrees=10,
        shear=0.15,
        zoom=0.12,
        shift=1.5,
        bend=0.5,
        pen=0.3,
        contrast=2.2,
        untouched=0.25,
    ),
}

STYLE_VERSIONS = 2  # that each image is written in, before the training begins
MAX_NON_DIGITS = 10_000  # made before the training begins, and seen again each epoch
DIGITS_PER_NON_DIGIT = 12

"""How far augmentation may change a digit, and what else is made to learn from."""

from typing import NamedTuple


class Strength(NamedTuple):
    """Largest change in either direction, drawn evenly."""

    degrees: float
    shear: float  # sideways shift per pixel of height
    zoom: float  # share of the size
    shift: float  # pixels
    bend: float = 0.0  # pixels: standard deviation of a smooth field of shifts
    pen: float = 0.0  # share of the way to lines two pixels wider, or thinner
    contrast: float = 1.0  # most; a bent image's edges are soft, and a real pen's are not
    untouched: float = 0.0  # share of images that stay as they are


STRENGTHS = {
    "light": Strength(degrees=10, shear=0.10, zoom=0.10, shift=2),
    "strong": Strength(degrees=15, shear=0.30, zoom=0.20, shift=3),
    "hands": Strength(
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

OTHER_HANDS = 2  # that each image is written in, before the training begins
MOST_NON_DIGITS = 10_000  # made before the training begins, and seen again each epoch
DIGITS_PER_NON_DIGIT = 12

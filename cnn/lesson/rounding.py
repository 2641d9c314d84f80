"""A place of the lesson in rounded numbers whose arithmetic works out as it is shown."""

from typing import NamedTuple

from cnn.lesson.convolution import FirstConvolution, Place
from cnn.network.choices import ACTIVATIONS


class Decimals(NamedTuple):
    """How many decimals each kind of number is shown with."""

    pixels: int
    weights: int
    results: int
    """Of products, their sum, the bias and what comes of them."""


_RAW, _SCALED = Decimals(0, 5, 2), Decimals(3, 3, 3)


def decimals_of(first: FirstConvolution) -> Decimals:
    """Return the decimals for a network: weights of pixels up to 255 are small, so have more."""
    return _SCALED if first.divisor > 1 else _RAW


def rounded(place: Place, first: FirstConvolution) -> Place:
    """Return a place worked out again from its rounded pixels, weights and bias.

    Each number is exactly what follows from those that are shown before it, so that it differs
    from the network's own by a few units of the last decimal.

    Args:
        place: as the network works it out.
        first: its convolution.
    """
    pixel_places, weight_places, places = decimals_of(first)
    pixels = place.pixels.astype(float).round(pixel_places)
    weights = place.weights.astype(float).round(weight_places)
    products = (pixels * weights).round(places)
    total, bias = round(float(products.sum()), places), round(place.bias, places)
    before = round(total + bias, places)
    value = round(float(ACTIVATIONS[first.activation].function(before)), places)
    return Place(pixels, weights, products, total, bias, before, value)

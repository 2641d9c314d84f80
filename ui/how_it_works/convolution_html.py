"""One filter at one position of an image, as HTML."""

import numpy as np
from numpy.typing import NDArray

from cnn.lesson.convolution import SIDE, FirstConvolution, Position
from cnn.network.choices import ACTIVATIONS
from cnn.plots.palette import THEMED, rgb
from ui.how_it_works.tables import figure_html, number, pixel_table, signed_table
from ui.shared.digit_tile import png_address

FAINT = 0.22  # of a pixel's opacity, at positions that the filter has not reached


def places_html(
    image: NDArray[np.uint8],
    feature_map: NDArray[np.float32],
    first: FirstConvolution,
    row: int,
    column: int,
) -> str:
    """Return the image (28, 28) with the filter on it, and the feature map up to this position.

    Row and column are the feature map's, from 0.
    """
    patch = _square(first.begin(row), first.begin(column), first.size, SIDE)
    pixel = _square(row, column, 1, first.map_side)
    map_address = png_address(map_picture(feature_map, row, column))
    digit = f'<img src="{png_address(image)}" alt="The test digit">{patch}'
    output = f'<img class="plain" src="{map_address}" alt="The feature map">{pixel}'
    tiles = (
        (digit, "The image, with the filter on it"),
        (output, "Feature map, faint where not reached yet"),
    )
    figures = "".join(
        figure_html(f'<div class="tile">{content}</div>', caption) for content, caption in tiles
    )
    return f'<div class="lesson places">{figures}</div>'


def map_picture(feature_map: NDArray[np.float32], row: int, column: int) -> NDArray[np.uint8]:
    """Return a feature map in color, (side, side, RGBA), faint after this position."""
    values = np.nan_to_num(feature_map) - min(float(np.nan_to_num(feature_map).min()), 0.0)
    opacity = values / max(float(values.max()), 1e-9)
    order = np.arange(values.size).reshape(values.shape)
    opacity[order > row * len(values) + column] *= FAINT
    color = np.broadcast_to(np.array(rgb(THEMED["primary"][1])), (*values.shape, 3))
    return np.dstack([color, np.rint(255 * opacity)]).astype(np.uint8)


def _square(row: int, column: int, size: int, side: int) -> str:
    """Return a square of so many pixels on a picture of `side` pixels."""
    left, top, width = (100 * one / side for one in (column, row, size))
    return f'<i style="left:{left:.2f}%;top:{top:.2f}%;width:{width:.2f}%;height:{width:.2f}%"></i>'


def arithmetic_html(position: Position, first: FirstConvolution) -> str:
    """Return pixels × weights = products, and the sum, bias and activation under them.

    The position is rounded, so that the numbers shown add up.
    """
    pixels, weights, results = first.decimals
    tables = (
        (pixel_table(position.pixels, 255 / first.divisor, "Pixels", pixels), "Pixels"),
        (signed_table(position.weights, "Weights", weights), "Kernel: the filter's weights"),
        (signed_table(position.products, "Products", results), "Products"),
    )
    pixels_figure, kernel, products = (figure_html(*one) for one in tables)
    return (
        f'<div class="lesson"><div class="row">{pixels_figure}<span class="sign">×</span>{kernel}'
        f'<span class="sign">=</span>{products}</div>{_terms(position, first)}</div>'
    )


def _terms(position: Position, first: FirstConvolution) -> str:
    """Return the sum, the bias and the activation as terms, each with its sign, that wrap."""
    name = ACTIVATIONS[first.activation].label
    terms = (
        ("", position.sum, "sum of the products", ""),
        ("+", position.bias, "bias", ""),
        ("=", position.pre_activation, f"before {name}", ""),
        ("→", position.output, f"after {name}: the pixel of the feature map", "output"),
    )
    parts = "".join(
        f'<div><i>{sign}</i><div class="{kind}" data-testid="{kind}">'
        f"<b>{number(value, first.decimals.results)}</b><span>{text}</span></div></div>"
        for sign, value, text, kind in terms
    )
    return f'<div class="terms">{parts}</div>'

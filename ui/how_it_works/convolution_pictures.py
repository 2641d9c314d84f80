"""One filter at one place of a picture, as HTML."""

import numpy as np
from numpy.typing import NDArray

from cnn.lesson.convolution import SIDE, FirstConvolution, Place
from cnn.lesson.rounding import decimals_of
from cnn.network.choices import ACTIVATIONS
from ui.how_it_works.tables import STYLE, number, pixel_cells, signed_cells
from ui.shared.digit_tile import png_address

MAP_COLOR = (101, 112, 228)
YET_TO_COME = 0.22  # of a pixel's strength, at places that the filter has not reached

_STYLE = f"""{STYLE}<style>
.lesson.places {{display: grid; grid-template-columns: repeat(2, minmax(0, 17rem)); gap: 1rem}}
.lesson.places .tile {{position: relative}}
.lesson.places .tile .plain {{mix-blend-mode: normal}}
.lesson.places i {{position: absolute; box-sizing: border-box;
  border: 2px solid var(--highlight); border-radius: 2px;
  box-shadow: 0 0 0 1px var(--background)}}
.lesson .steps {{display: flex; flex-wrap: wrap; gap: .5rem .9rem; align-items: center;
  margin-top: .75rem; font-size: 1rem}}
.lesson .steps > div {{display: flex; gap: .9rem; align-items: center; text-align: center}}
.lesson .steps i {{font-style: normal}}
.lesson .steps b {{display: block; font-size: 1.35rem; line-height: 1.3}}
.lesson .steps span {{font-size: .8rem; opacity: .75}}
.lesson .steps .result {{padding: .15rem .9rem .3rem; border-radius: .5rem;
  box-shadow: inset 0 0 0 2px var(--highlight)}}
</style>"""


def places_html(
    image: NDArray[np.uint8],
    feature_map: NDArray[np.float32],
    first: FirstConvolution,
    row: int,
    column: int,
) -> str:
    """Return the picture with the filter's place on it, and the feature map as far as it is.

    Args:
        image: (28, 28), 255 is full ink.
        feature_map: (side, side), of the chosen filter.
        first: the convolution.
        row: of the feature map, from 0.
        column: of the feature map, from 0.
    """
    patch = _frame(row - first.margin, column - first.margin, first.size, SIDE)
    pixel = _frame(row, column, 1, first.map_side)
    return (
        f'{_STYLE}<div class="lesson places"><figure><div class="tile">'
        f'<img src="{png_address(image)}" alt="The test digit">{patch}</div>'
        f"<figcaption>The picture, with the filter on it</figcaption></figure>"
        f'<figure><div class="tile"><img class="plain" '
        f'src="{png_address(map_picture(feature_map, row, column))}" alt="The feature map">{pixel}'
        "</div><figcaption>Its feature map; faint is yet to come</figcaption></figure></div>"
    )


def map_picture(feature_map: NDArray[np.float32], row: int, column: int) -> NDArray[np.uint8]:
    """Return a feature map in color, (side, side, RGBA), faint after this place."""
    values = np.nan_to_num(feature_map) - min(float(np.nan_to_num(feature_map).min()), 0.0)
    strength = values / max(float(values.max()), 1e-9)
    order = np.arange(values.size).reshape(values.shape)
    strength[order > row * len(values) + column] *= YET_TO_COME
    color = np.broadcast_to(np.array(MAP_COLOR), (*values.shape, 3))
    alpha = np.rint(255 * strength)[..., None]
    return np.concatenate([color, alpha], axis=2).astype(np.uint8)


def _frame(row: int, column: int, size: int, side: int) -> str:
    """Return a square of so many pixels on a picture of `side` pixels."""
    left, top, width = (100 * one / side for one in (column, row, size))
    return f'<i style="left:{left:.2f}%;top:{top:.2f}%;width:{width:.2f}%;height:{width:.2f}%"></i>'


def arithmetic_html(place: Place, first: FirstConvolution) -> str:
    """Return pixels × weights = products, and the sum, bias and activation under them.

    Args:
        place: rounded, so that the numbers shown work out.
        first: the convolution.
    """
    most, places = 255 / first.divisor, decimals_of(first)
    pixels = pixel_cells(place.pixels, most, "Pixels", places.pixels)
    weights = signed_cells(place.weights, "Weights", places.weights)
    products = signed_cells(place.products, "Products", places.results)
    tables = (
        (pixels, "Pixels under the filter", "×"),
        (weights, "Kernel: the filter's weights", "="),
        (products, f"{place.products.size} products", ""),
    )
    figures = "".join(
        f"<figure>{table}<figcaption>{caption}</figcaption></figure>"
        + (f'<span class="sign">{sign}</span>' if sign else "")
        for table, caption, sign in tables
    )
    return (
        f'{_STYLE}<div class="lesson"><div class="row">{figures}</div>{_steps(place, first)}</div>'
    )


def _steps(place: Place, first: FirstConvolution) -> str:
    """Return the sum, the bias and the activation as terms, each with its sign, that wrap."""
    name = ACTIVATIONS[first.activation].label
    places = decimals_of(first).results
    terms = (
        ("", place.sum, "sum of the products"),
        ("+", place.bias, "bias"),
        ("=", place.before, f"before {name}"),
    )
    parts = "".join(
        f"<div>{f'<i>{sign}</i>' if sign else ''}<div><b>{number(value, places)}</b>"
        f"<span>{words}</span></div></div>"
        for sign, value, words in terms
    )
    return (
        f'<div class="steps">{parts}<div><i>→</i><div class="result" data-testid="pixel">'
        f"<b>{number(place.value, places)}</b>"
        f"<span>after {name}: the pixel of the feature map</span></div></div></div>"
    )

"""Feature maps and the filters that made them, as HTML."""

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from cnn.explanation.explain import LayerMaps
from cnn.explanation.kernels import Kernels
from cnn.plots.colormaps import activation_picture, weight_picture
from ui.shared.digit_tile import TILE_STYLE, png_address

MAX_SUMMANDS = 8  # kernels of one map that are shown

_STYLE = f"""<style>{TILE_STYLE}
.maps {{font-size: .875rem; line-height: 1.35; margin-bottom: 1.25rem;
  container-type: inline-size}}
.maps .quiet {{opacity: .75}}
.maps .row {{display: grid; grid-template-columns: repeat(8, minmax(0, 4.5rem)); gap: .35rem;
  margin-top: .4rem}}
@container (min-width: 46rem) {{
  .maps .row {{grid-template-columns: repeat(16, minmax(0, 4.5rem))}}}}
.maps .sum {{display: flex; align-items: center; gap: .75rem; margin-top: .5rem}}
.maps .sum .row {{display: flex; flex-wrap: wrap; margin: 0}}
.maps .sum .row div {{width: 4.5rem}}
@container (max-width: 28rem) {{
  .maps .sum .row div {{width: 2.6rem}}}}
.maps .sum .arrow {{font-size: 1.5rem}}
.maps .sum .whole {{flex: 0 1 7rem; min-width: 4rem}}
.maps img {{display: block; width: 100%; aspect-ratio: 1; image-rendering: pixelated;
  border-radius: .3rem}}
.maps .kernel {{border-radius: .15rem; margin-bottom: .2rem;
  box-shadow: 0 0 0 1px var(--tile-border)}}
.maps .number {{text-align: center; font-variant-numeric: tabular-nums}}
.maps .swatch {{display: inline-block; width: .75rem; height: .75rem; border-radius: .2rem;
  vertical-align: -.05rem}}
</style>"""
_WEIGHTS = (
    '<span class="swatch" style="background: var(--positive)"></span> is a weight above zero, '
    '<span class="swatch" style="background: var(--negative)"></span> below'
)


def layer_title(name: str) -> str:
    """Return a layer's name as people write it."""
    return name.replace("_", " ").capitalize()


def maps_html(layers: Sequence[LayerMaps], kernels: Kernels | None = None) -> str:
    """Return the feature maps, a row of tiles for each layer.

    Args:
        layers: from first to last.
        kernels: where the filters are to be seen too: those of the first layer above their maps,
            of the others in words.
    """
    rows = "".join(_layer_html(number, layers, kernels) for number in range(len(layers)))
    return f"{_STYLE}{rows}"


def _layer_html(number: int, layers: Sequence[LayerMaps], kernels: Kernels | None) -> str:
    layer = layers[number]
    shown, height, width = layer.maps.shape
    name = escape(layer_title(layer.name))
    which = f"{layer.filters} maps of {height}×{width}"
    if shown < layer.filters:
        which += f", the {shown} most active"
    filters = None if kernels is None else kernels.get(layer.name)
    return (
        f'<div class="maps"><b>{name}</b> <span class="quiet">· {which}</span>'
        f"<div>{_meaning(number, len(layers))}{_filter_words(number, filters)}</div>"
        f'<div class="row" role="img" aria-label="{name}: {which}">'
        f"{_tiles(number, layer, filters)}</div></div>"
    )


def _filter_words(number: int, filters: NDArray[np.float32] | None) -> str:
    """Say how the filters of a layer make its maps."""
    if filters is None:
        return ""
    inputs, size = filters.shape[1], filters.shape[2]
    if number == 0:
        return f" Above each map, the {size}×{size} weights of its filter: {_WEIGHTS}."
    return f" Each map adds up {inputs} kernels of {size}×{size}, one for each map before."


def _tiles(number: int, layer: LayerMaps, filters: NDArray[np.float32] | None) -> str:
    heats = [f'<img src="{png_address(heat)}" alt="">' for heat in activation_picture(layer.maps)]
    if filters is None:
        return "".join(heats)
    pictures = weight_picture(filters[list(layer.numbers), 0])
    above = [_kernel(one) if number == 0 else "" for one in pictures]
    return "".join(
        f'<div>{kernel}{heat}<div class="number">{one + 1}</div></div>'
        for kernel, heat, one in zip(above, heats, layer.numbers, strict=True)
    )


def _kernel(picture: NDArray[np.uint8]) -> str:
    return f'<img class="kernel" src="{png_address(picture)}" alt="">'


def one_map_html(
    layer: LayerMaps, number: int, before: LayerMaps, filters: NDArray[np.float32]
) -> str:
    """Return how one map comes about: the maps before, the kernels slid over them, and the sum.

    Args:
        layer: whose map it is, with all its maps.
        number: which filter, from 0.
        before: the maps of the layer before, all of them; or the image, as the only one.
        filters: of the layer, (filters, inputs, k, k).
    """
    kernel = filters[number]
    strongest = np.argsort(-np.abs(kernel).sum(axis=(1, 2)), kind="stable")[:MAX_SUMMANDS]
    heats = dict(zip(before.numbers, activation_picture(before.maps), strict=True))
    pictures = weight_picture(kernel[strongest])
    summands = "".join(
        f'<div>{_kernel(picture)}<img src="{png_address(heats[one])}" alt=""></div>'
        for one, picture in zip(strongest.tolist(), pictures, strict=True)
    )
    whole = png_address(activation_picture(layer.maps[layer.numbers.index(number)]))
    words = _sum_words(layer, number, before, kernel)
    return (
        f'{_STYLE}<div class="maps"><div>{words}</div>'
        f'<div class="sum" role="img" aria-label="{words}"><div class="row">{summands}</div>'
        f'<span class="arrow">→</span><img class="whole" src="{whole}" alt=""></div></div>'
    )


def _sum_words(
    layer: LayerMaps, number: int, before: LayerMaps, kernel: NDArray[np.float32]
) -> str:
    inputs, size = kernel.shape[:2]
    title = f"Map {number + 1} of {layer_title(layer.name).lower()}"
    if inputs == 1:
        return (
            f"{title}: one kernel of {size}×{size} weights slides over the digit. At each place "
            "the pixels under it are multiplied by its weights and added up."
        )
    which = "" if inputs <= MAX_SUMMANDS else f" Here are the {MAX_SUMMANDS} with most weight."
    return (
        f"{title}: {inputs} kernels of {size}×{size} slide over the {inputs} maps of "
        f"{layer_title(before.name).lower()}, and what they find is added up.{which}"
    )


def _meaning(number: int, layers: int) -> str:
    """Say what such a layer usually finds."""
    if layers == 1:
        return "Finds edges and pieces of strokes. The answer is made from these maps."
    if number == 0:
        return "Finds edges: each filter another direction of the strokes' borders."
    if number == layers - 1:
        return "Sees larger parts, such as loops and tails. The answer is made from these maps."
    if number == 1:
        return "Puts edges together: corners, arcs and crossings."
    return "Puts the patterns of the layer before together."

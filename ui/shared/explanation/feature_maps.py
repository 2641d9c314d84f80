"""Feature maps, the filters that made them, and how one map is computed."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.explanation import explain
from cnn.explanation.explain import Kernels, LayerMaps
from cnn.inference.predictor import Predictor
from cnn.plots.colormaps import activation_picture, weight_picture
from cnn.runs.store import Run, RunError
from ui.shared.digit_tile import png_address

MAPS_HELP = (
    "Each filter of a layer detects one pattern everywhere in the image. Its feature map is bright "
    "where it finds it. The most active map of a layer comes first; all of them share one scale."
)
ONE_MAP_HELP = (
    "A filter is a small square of weights, its kernel, one for each map of the layer before. "
    "Where the maps match the kernels, the new map is bright."
)
MAX_MAPS, MAX_KERNELS = 16, 8  # of a layer, and of one map, that are shown
_WEIGHTS = (
    '<span class="legend"><i class="positive"></i></span>positive, '
    '<span class="legend"><i class="negative"></i></span>negative'
)


def show_feature_maps(layers: Sequence[LayerMaps], kernels: Kernels | None = None) -> None:
    """Show the feature maps of each layer, and with kernels also the filters."""
    st.markdown("##### Feature maps of each layer", help=MAPS_HELP)
    st.html(maps_html(layers, kernels))


def maps_html(layers: Sequence[LayerMaps], kernels: Kernels | None = None) -> str:
    """Return the feature maps, a row of tiles for each layer, from first to last.

    The first layer's kernels are shown above their maps, and of the others their size.
    """
    return "".join(_layer_html(number, layers, kernels or {}) for number in range(len(layers)))


def _layer_html(number: int, layers: Sequence[LayerMaps], kernels: Kernels) -> str:
    layer, filters = layers[number], kernels.get(layers[number].name)
    maps, height, width = layer.maps.shape
    name = escape(_title(layer.name))
    count = f"{maps} maps of {height}×{width}"
    if maps > MAX_MAPS:
        count += f", the {MAX_MAPS} most active"
    return (
        f'<div class="maps"><b>{name}</b> <span class="quiet">· {count}</span>'
        f"<div>{_meaning(number, len(layers))}{_filter_text(number, filters)}</div>"
        f'<div class="row" role="img" aria-label="{name}: {count}">'
        f"{_tiles(number, layer, filters)}</div></div>"
    )


def _title(layer_name: str) -> str:
    return layer_name.replace("_", " ").capitalize()


def _filter_text(number: int, filters: NDArray[np.float32] | None) -> str:
    """Return how the filters of a layer compute its maps."""
    if filters is None:
        return ""
    inputs, size = filters.shape[1], filters.shape[2]
    if number == 0:
        return f" Above each map, the {size}×{size} weights of its filter: {_WEIGHTS}."
    return f" Each map is a sum over {inputs} kernels of {size}×{size}, one for each map before."


def _tiles(number: int, layer: LayerMaps, filters: NDArray[np.float32] | None) -> str:
    maps = [_image(picture) for picture in activation_picture(layer.maps[:MAX_MAPS])]
    numbers = layer.numbers[:MAX_MAPS]
    if filters is None:
        return "".join(maps)
    above = [""] * len(maps)
    if number == 0:
        above = [_kernel(one) for one in weight_picture(filters[list(numbers), 0])]
    return "".join(
        f'<div>{kernel}{picture}<div class="number">{one + 1}</div></div>'
        for kernel, picture, one in zip(above, maps, numbers, strict=True)
    )


def _image(picture: NDArray[np.uint8], kind: str = "map") -> str:
    return f'<img class="{kind}" src="{png_address(picture)}" alt="">'


def _kernel(picture: NDArray[np.uint8]) -> str:
    return _image(picture, "kernel")


def _meaning(number: int, layers: int) -> str:
    """Return what such a layer usually detects."""
    if layers == 1:
        return "Detects edges and parts of strokes. The output is computed from these maps."
    if number == 0:
        return "Detects edges: each filter another direction."
    if number == layers - 1:
        return "Detects larger parts, such as loops. The output is computed from these maps."
    if number == 1:
        return "Combines edges: corners, arcs and crossings."
    return "Combines the patterns of the layer before."


@st.fragment
def choose_map(run: Run, predictor: Predictor, image: NDArray[np.uint8], kernels: Kernels) -> None:
    """Show a choice of the maps of an image (28, 28), and how the chosen one is computed.

    A layer without kernels is not offered.
    """
    layers = {
        layer.name: layer
        for layer in explain.feature_maps(predictor, image)
        if layer.name in kernels
    }
    if not layers:
        return
    st.markdown("##### How one map is computed", help=ONE_MAP_HELP)
    with st.container(horizontal=True):
        name = st.selectbox("Layer", list(layers), format_func=_title, key="map_layer", width=180)
        number = st.selectbox(
            "Map",
            layers[name].numbers,
            format_func=lambda number: str(number + 1),
            key=f"map_of_{name}",
            width=120,
        )
    try:
        pool_after = run.hyperparameters.pool_after
    except RunError:
        pool_after = ()  # the layer's own maps are shown all the same
    inputs = inputs_of(name, layers, image, pool_after)
    st.html(one_map_html(layers[name], number, inputs, kernels[name]))


def inputs_of(
    name: str, layers: Mapping[str, LayerMaps], image: NDArray[np.uint8], pool_after: Sequence[int]
) -> LayerMaps:
    """Return the inputs of a layer: the maps of the layer before, pooled or not, or the image.

    `pool_after` has the numbers, from 1, of the convolutions with a pooling after them.
    """
    position = list(layers).index(name)
    if not position:
        return LayerMaps("image", image[np.newaxis], (0,))
    before = list(layers.values())[position - 1]
    if position not in pool_after:
        return before
    count, height, width = before.maps.shape
    even = before.maps[:, : height // 2 * 2, : width // 2 * 2]
    pooled = even.reshape(count, height // 2, 2, width // 2, 2).max(axis=(2, 4))
    return before._replace(name=f"{before.name}, pooled", maps=pooled)


def one_map_html(
    layer: LayerMaps, number: int, before: LayerMaps, filters: NDArray[np.float32]
) -> str:
    """Return how one map is computed: the inputs, the kernels slid over them, and the sum.

    `number` is the filter's, from 0; filters are (filters, inputs, k, k).
    """
    kernel = filters[number]
    largest = np.argsort(-np.abs(kernel).sum(axis=(1, 2)), kind="stable")[:MAX_KERNELS]
    inputs = dict(zip(before.numbers, activation_picture(before.maps), strict=True))
    summands = "".join(
        f"<div>{_kernel(picture)}{_image(inputs[one])}</div>"
        for one, picture in zip(largest.tolist(), weight_picture(kernel[largest]), strict=True)
    )
    result = _image(activation_picture(layer.maps[layer.numbers.index(number)]), "result")
    text = _sum_text(layer, number, before, kernel)
    return (
        f'<div class="maps"><div>{text}</div><div class="sum" role="img" aria-label="{text}">'
        f'<div class="row">{summands}</div><span class="arrow">→</span>{result}</div></div>'
    )


def _sum_text(layer: LayerMaps, number: int, before: LayerMaps, kernel: NDArray[np.float32]) -> str:
    inputs, size = kernel.shape[:2]
    title = f"Map {number + 1} of {_title(layer.name).lower()}"
    if inputs == 1:
        return (
            f"{title}: one kernel of {size}×{size} weights slides over the digit. At each position "
            "the pixels under it are multiplied by its weights and added up."
        )
    shown = "" if inputs <= MAX_KERNELS else f" Shown are the {MAX_KERNELS} largest."
    return (
        f"{title}: {inputs} kernels of {size}×{size} slide over the {inputs} maps of "
        f"{_title(before.name).lower()}, and the results are added up.{shown}"
    )

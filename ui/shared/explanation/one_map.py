"""How one feature map comes about, for a map of choice."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.explanation import explain
from cnn.explanation.explain import LayerMaps
from cnn.explanation.kernels import Kernels
from cnn.inference.predictor import Predictor
from ui.shared.explanation import map_pictures

HELP = (
    "A filter is a small square of weights, its kernel, one for each map of the layer before. "
    "Where the maps look like the kernels, the new map is bright."
)


@st.fragment
def choose_map(predictor: Predictor, image: NDArray[np.uint8], kernels: Kernels) -> None:
    """Show a choice of maps, and how the chosen one is made of those before.

    Args:
        predictor: the network.
        image: (28, 28) uint8, 255 is full ink.
        kernels: the network's; a layer that is not among them cannot be chosen.
    """
    layers = {
        layer.name: layer
        for layer in explain.feature_maps(predictor, image, max_maps=None)
        if layer.name in kernels
    }
    if not layers:
        return
    st.markdown("##### How one map is made", help=HELP)
    with st.container(horizontal=True):
        name = st.selectbox(
            "Layer", list(layers), format_func=map_pictures.layer_title, key="map_layer", width=180
        )
        number = st.selectbox(
            "Map", layers[name].numbers, format_func=_map_title, key=f"map_of_{name}", width=120
        )
    before = _before(name, layers, image, kernels[name].shape[-1])
    st.html(map_pictures.one_map_html(layers[name], number, before, kernels[name]))


def _map_title(number: int) -> str:
    return str(number + 1)


def _before(
    name: str, layers: dict[str, LayerMaps], image: NDArray[np.uint8], kernel_size: int
) -> LayerMaps:
    """Return what a layer looks at: the maps of the layer before, pooled or not, or the image."""
    place = list(layers).index(name)
    if not place:
        return LayerMaps("image", 1, image[np.newaxis], (0,))
    before, side = list(layers.values())[place - 1], layers[name].maps.shape[1]
    is_pooled = before.maps.shape[1] not in (side, side + kernel_size - 1)
    return _pooled(before) if is_pooled else before


def _pooled(layer: LayerMaps) -> LayerMaps:
    """Return maps as max pooling leaves them: the strongest of each 2×2."""
    count, height, width = layer.maps.shape
    even = layer.maps[:, : height // 2 * 2, : width // 2 * 2]
    maps = even.reshape(count, height // 2, 2, width // 2, 2).max(axis=(2, 4))
    return layer._replace(name=f"{layer.name}, pooled", maps=maps)

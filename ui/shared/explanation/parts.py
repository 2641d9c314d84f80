"""The parts of an explanation on the screen: which ink mattered, the nearest digits, the maps."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.explanation import explain
from cnn.explanation.explain import Neighbor
from cnn.inference.predictor import Predictor
from cnn.runs.store import Run
from ui.shared.explanation import digit_index, pictures

INK_HELP = (
    "Squares of 5×5 pixels are turned into paper, one after the other, and the network is asked "
    "again. Where its answer becomes less probable, the ink mattered."
)
NEAREST_HELP = (
    "The network turns an image into a list of numbers, and its last layer answers from that. "
    "These are the training digits with the most similar lists, the most similar first."
)
MAPS_HELP = (
    "Each filter of a layer looks for one pattern everywhere in the image. Its feature map is "
    "bright where it finds it. The most active map of a layer comes first; all of them share one "
    "scale."
)


def show_ink(
    predictor: Predictor, run: Run, image: NDArray[np.uint8], digits: Sequence[int]
) -> NDArray[np.float32]:
    """Show which ink speaks for each of these answers, and return it, (digits, 28, 28)."""
    st.markdown("##### Which ink mattered", help=INK_HELP)
    stride = explain.occlusion_stride(digit_index.multiply_adds(run))
    maps = explain.occlusion_maps(predictor, image, digits, stride)
    st.html(pictures.inks_html(image, maps, digits))
    return maps


def show_nearest(
    predictor: Predictor, run: Run, image: NDArray[np.uint8], digit: int
) -> list[Neighbor]:
    """Show the five nearest training digits, or why there are none, and return them."""
    st.markdown("##### Five nearest training digits", help=NEAREST_HELP)
    try:
        index = digit_index.index_of(run, predictor)
        neighbors = explain.nearest_digits(predictor, image, index)
    except ValueError as error:
        st.info(str(error), icon=":material/info:")
        return []
    st.html(pictures.nearest_html(neighbors, digit))
    return neighbors

"""Nearest neighbors: the training digits whose features are nearest to an image's."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.data import mnist
from cnn.explanation import explain
from cnn.explanation.explain import DigitIndex, Neighbor
from cnn.inference.predictor import Predictor
from cnn.network.layers import layer_table
from cnn.runs.store import Run
from ui.shared.digit_tile import png_address
from ui.shared.number_text import a_digit
from ui.shared.run_cache import cached_by_run

HELP = (
    "The network turns an image into a list of numbers, from which its last layer computes the "
    "probabilities. These are the training digits with the most similar lists."
)
MAX_INDEXES = 4  # of 10,000 digits each, cached for all visitors: 5 MB or less


def show_nearest(
    predictor: Predictor, run: Run, image: NDArray[np.uint8], digit: int
) -> list[Neighbor]:
    """Show the five nearest training digits of an image (28, 28), or why there are none.

    `digit` is the prediction for the image.
    """
    st.markdown("##### Five nearest neighbors", help=HELP)
    try:
        neighbors = explain.nearest_digits(predictor, image, index(run, predictor))
    except ValueError as error:
        st.info(str(error), icon=":material/info:")
        return []
    st.html(nearest_html(neighbors, digit))
    return neighbors


@cached_by_run(
    "model.onnx", max_entries=MAX_INDEXES, show_spinner="Indexing the training digits, once …"
)
def index(run: Run, _predictor: Predictor) -> DigitIndex:
    """Return an index of training digits by the features of a run's network, cached.

    Raises:
        ValueError: the network has no features.
    """
    count = explain.index_size(multiply_adds(run))
    digits = mnist.load_first_training(explain.MAX_DIGITS)
    return explain.index_digits(_predictor, mnist.Digits(*(part[:count] for part in digits)))


def multiply_adds(run: Run) -> int:
    """Return the multiply-adds of one image, or 0 if the hyperparameters cannot be read."""
    try:
        return sum(layer.multiply_adds for layer in layer_table(run.hyperparameters))
    except ValueError:
        return 0


def nearest_html(neighbors: Sequence[Neighbor], digit: int) -> str:
    """Return training digits with their labels, and how many of them are the predicted digit."""
    items = "".join(
        f'<div role="listitem"><div class="tile"><img src="{png_address(one.image)}" '
        f'alt="Training digit"></div><b>{one.label}</b></div>'
        for one in neighbors
    )
    same = sum(one.label == digit for one in neighbors)
    count = {0: "None of them", len(neighbors): "All of them"}.get(same, f"{same} of them")
    return (
        f'<div class="explanation nearest" role="list">{items}</div>'
        f"<div>{count} {'are' if same > 1 else 'is'} {a_digit(digit)}.</div>"
    )

"""The training digits among which the nearest are looked for, once for all visitors."""

import streamlit as st

from cnn.data import mnist
from cnn.data.mnist import Source
from cnn.explanation import explain
from cnn.explanation.explain import DigitIndex
from cnn.inference.predictor import Predictor
from cnn.network.layers import layer_table
from cnn.runs.store import Run

MAX_INDEXES = 4  # of 10,000 digits each, kept for all visitors: 5 MB and less


def index_of(run: Run, predictor: Predictor) -> DigitIndex:
    """Return the index of a run's network, made once until its file or the digits change.

    Raises:
        ValueError: the run is gone, or its network does not show its features.
    """
    file = run.model_path
    try:
        stamp = (str(file), file.stat().st_mtime_ns, file.stat().st_size)
    except OSError as error:
        raise ValueError("This run was deleted meanwhile. Choose another one.") from error
    count = explain.index_size(multiply_adds(run))
    return _index(predictor, stamp, count, mnist.find_source()[0])


@st.cache_resource(
    max_entries=MAX_INDEXES, show_spinner="Looking through the training digits, once …"
)
def _index(
    _predictor: Predictor, stamp: tuple[str, int, int], count: int, source: Source
) -> DigitIndex:
    digits = mnist.load_first_training(explain.MAX_DIGITS)
    return explain.index_digits(_predictor, mnist.Digits(*(part[:count] for part in digits)))


def multiply_adds(run: Run) -> int:
    """Return how much work one image is, or 0 where the run's settings can't be read."""
    try:
        return sum(layer.multiply_adds for layer in layer_table(run.hyperparameters))
    except ValueError:
        return 0

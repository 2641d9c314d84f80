"""Why a network answers as it does, as a part of a page."""

import streamlit as st
from numpy import uint8
from numpy.typing import NDArray

from cnn import data
from cnn.architecture import layer_table
from cnn.data import Source
from cnn.drawing.drawing import Drawing
from cnn.drawing.steps import steps
from cnn.reading import explanation
from cnn.reading.explanation import DigitIndex
from cnn.reading.predictor import Predictor, load_predictor
from cnn.runs import Run
from ui.drawing import why_pictures

MOST_INDEXES = 4  # of 10,000 digits each, kept for all visitors: 5 MB and less
STEPS_HELP = (
    "MNIST's digits were fitted in a box of 20×20 pixels and placed by their centre of mass. "
    "What you draw is brought into the same form: the network knows no other."
)
INK_HELP = (
    "Squares of 5×5 pixels are turned into paper, one after the other, and the network is asked "
    "again. Where its answer becomes less probable, the ink mattered."
)
NEAREST_HELP = (
    "The network turns an image into a list of numbers, and its last layer answers from that. "
    "These are the training digits with the most similar lists. The distance says how similar."
)
MAPS_HELP = (
    "Each filter of a layer looks for one pattern everywhere in the image. Its feature map is "
    "bright where it finds it. The maps of a layer share one scale."
)


def show_why(drawing: Drawing, run: Run) -> None:
    """Show the steps to 28×28, which ink mattered, the nearest training digits, feature maps.

    Args:
        drawing: one digit.
        run: the run whose network is asked. At the first time it looks at thousands of training
            digits, which takes a few seconds and is kept for all visitors.
    """
    try:
        way = steps(drawing)
        image, predictor = way[-1].image, load_predictor(run.model_path)
        digit = int(predictor.probabilities(image[None])[0].argmax())
    except ValueError as error:
        st.error(str(error), icon=":material/error:")
        return
    st.markdown("##### From your drawing to 28×28", help=STEPS_HELP)
    st.html(why_pictures.steps_html(way))
    ink, nearest = st.columns([2, 3], gap="medium")
    with ink:
        _show_ink(predictor, run, image, digit)
    st.markdown("##### What each layer sees", help=MAPS_HELP)
    st.html(why_pictures.maps_html(explanation.feature_maps(predictor, image)))
    with nearest:  # last, as it may take a moment
        _show_nearest(predictor, run, image, digit)


def _show_ink(predictor: Predictor, run: Run, image: NDArray[uint8], digit: int) -> None:
    st.markdown("##### Which ink mattered", help=INK_HELP)
    stride = explanation.occlusion_stride(_multiply_adds(run))
    falls = explanation.occlusion_map(predictor, image, digit, stride)
    st.html(why_pictures.ink_html(image, falls, digit))


def _show_nearest(predictor: Predictor, run: Run, image: NDArray[uint8], digit: int) -> None:
    st.markdown("##### Five nearest training digits", help=NEAREST_HELP)
    try:
        index = _index_of(run, predictor)
        neighbours = explanation.nearest_digits(predictor, image, index)
    except ValueError as error:
        st.info(str(error), icon=":material/info:")
        return
    st.html(why_pictures.nearest_html(neighbours, digit))


def _index_of(run: Run, predictor: Predictor) -> DigitIndex:
    """Return the index of a run's network, until its file or the digits change."""
    file = run.model_path
    try:
        stamp = (str(file), file.stat().st_mtime_ns, file.stat().st_size)
    except OSError as error:
        raise ValueError("This run was deleted meanwhile. Choose another one.") from error
    count = explanation.index_size(_multiply_adds(run))
    return _index(predictor, stamp, count, data.find_source()[0])


@st.cache_resource(
    max_entries=MOST_INDEXES, show_spinner="Looking through the training digits, once …"
)
def _index(
    _predictor: Predictor, stamp: tuple[str, int, int], count: int, source: Source
) -> DigitIndex:
    digits = data.load_first_training(explanation.MOST_DIGITS)
    return explanation.index_digits(_predictor, data.Digits(*(part[:count] for part in digits)))


def _multiply_adds(run: Run) -> int:
    """Return how much work one image is, or 0 where the run's settings can't be read."""
    try:
        return sum(layer.multiply_adds for layer in layer_table(run.hyperparameters))
    except ValueError:
        return 0

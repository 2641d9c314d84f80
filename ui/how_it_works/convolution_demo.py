"""One convolution in numbers: choose a digit, a filter and a position, and see the arithmetic."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.inference.predictor import load_predictor
from cnn.lesson.convolution import FirstConvolution, compute, first_convolution
from cnn.runs.store import Run
from ui.how_it_works.convolution_html import arithmetic_html, places_html
from ui.how_it_works.digits import explain_sample, test_digits
from ui.how_it_works.tables import number
from ui.shared.run_state import explain_absence

BESIDE = 3  # pixels a side: larger tables need the whole width


@st.fragment
def show_convolution(run: Run) -> None:
    """Show a filter at a position of a test digit; without a network, why not."""
    st.markdown("#### One convolution in numbers")
    try:
        _show(run)
    except ValueError as error:  # here, as a fragment runs without the page around it
        explain_absence(run, str(error))


def _show(run: Run) -> None:
    predictor = load_predictor(run.model_path)
    first = first_convolution(run.model_path, run.hyperparameters)
    images = test_digits(run).images
    digit, filter_ = _choose_digit_and_filter(len(images), len(first.kernels))
    feature_map = predictor.activations(images[digit])["convolution_1"][:, :, filter_]
    row, column = _choose_position(first.map_side, feature_map)
    shown = compute(first, images[digit], filter_, row, column, first.decimals)
    pictures = numbers = st.container()
    if first.size <= BESIDE:
        pictures, numbers = st.columns([2, 3], gap="large", vertical_alignment="center")
    pictures.html(places_html(images[digit], feature_map, first, row, column))
    numbers.html(arithmetic_html(shown, first))
    own = number(feature_map[row, column], first.decimals.results)
    st.caption(f"Computed with the rounded numbers shown; unrounded, the network gets {own}.")
    _explain(first, feature_map, run.hyperparameters.batch_normalization)
    explain_sample(run)


def _choose_digit_and_filter(digits: int, filters: int) -> tuple[int, int]:
    """Show the choice of digit and filter, and return both, from 0."""
    _clip_state("picture", 0, digits - 1)
    _clip_state("filter", 1, filters)
    left, right = st.columns(2, gap="large")
    digit = left.number_input(
        f"Test digit, 0 to {digits - 1:,}",
        0,
        digits - 1,
        key="picture",
        bind="query-params",
        help="Its index in x_test, counted from 0.",
    )
    if filters == 1:
        return int(digit), 0
    chosen = right.slider("Filter", 1, filters, key="filter", bind="query-params")
    return int(digit), int(chosen) - 1


def _choose_position(side: int, feature_map: NDArray[np.float32]) -> tuple[int, int]:
    """Show the choice of a position, and return its row and column, from 0."""
    maximum = divmod(int(np.nan_to_num(feature_map).argmax()), side)
    for key, value in zip(("row", "column"), maximum, strict=True):
        if key not in st.query_params:
            st.session_state.setdefault(key, value + 1)
        _clip_state(key, 1, side)
    left, right = st.columns(2, gap="large")
    row = left.slider("Row", 1, side, key="row", bind="query-params")
    column = right.slider("Column", 1, side, key="column", bind="query-params")
    with st.container(horizontal=True):
        st.button(
            "Next position",
            icon=":material/arrow_forward:",
            on_click=_go_to,
            args=divmod(((row - 1) * side + column) % side**2, side),
        )
        st.button(
            "Maximum activation",
            icon=":material/flare:",
            on_click=_go_to,
            args=maximum,
            help="Where this filter matches its pattern best.",
        )
    return int(row) - 1, int(column) - 1


def _go_to(row: int, column: int) -> None:
    st.session_state["row"], st.session_state["column"] = row + 1, column + 1


def _clip_state(key: str, minimum: int, maximum: int) -> None:
    """Clip a value that another network, or other digits, allowed."""
    if key in st.session_state:
        st.session_state[key] = min(max(st.session_state[key], minimum), maximum)


def _explain(first: FirstConvolution, feature_map: NDArray[np.float32], normalized: bool) -> None:
    """Say what is particular about this network and this feature map."""
    sentences = {
        "This network scales its pixels: full ink is 1.": first.divisor > 1,
        "Its batch normalization is folded into the weights and the bias.": normalized,
        "Padding: the image is surrounded by zeros, empty pixels.": first.padded,
        "This feature map is 0 everywhere.": not np.nan_to_num(feature_map).any(),
    }
    st.caption(" ".join(sentence for sentence, applies in sentences.items() if applies))

"""One convolution, step by step: choose a digit, a filter and a place, and see the numbers."""

from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.lesson.convolution import FirstConvolution, Place, first_convolution, work_out
from cnn.lesson.rounding import decimals_of, rounded
from cnn.runs.store import Run
from ui.how_it_works.convolution_pictures import arithmetic_html, places_html
from ui.how_it_works.digits import digits_of, explain_sample, predictor_of
from ui.how_it_works.tables import number
from ui.shared.run_predictions import explain_absence

BESIDE = 3  # pixels a side: three larger tables need the whole width


@st.fragment
def walk(run: Run) -> None:
    """Show a filter at a place of a test digit, with its arithmetic; without a network, why not."""
    st.markdown("#### One convolution in numbers")
    try:
        _walk(run)
    except ValueError as error:  # here, as a fragment runs without the page around it
        explain_absence(run, str(error))


def _walk(run: Run) -> None:
    predictor = predictor_of(run)
    first = first_convolution(run.model_path, run.hyperparameters)
    images = digits_of(run).images
    digit, filter_ = _choose_what(len(images), len(first.kernels))
    feature_map = predictor.activations(images[digit])["convolution_1"][:, :, filter_]
    row, column = _choose_place(first.map_side, feature_map)
    place = work_out(first, images[digit], filter_, row, column)
    pictures = numbers = st.container()
    if first.size <= BESIDE:
        pictures, numbers = st.columns([2, 3], gap="large", vertical_alignment="center")
    pictures.html(places_html(images[digit], feature_map, first, row, column))
    shown = rounded(place, first)
    numbers.html(arithmetic_html(shown, first))
    st.caption(_exactness(place, shown, first))
    _explain(first, feature_map, run.hyperparameters.batch_normalization)
    explain_sample(run)


def _choose_what(digits: int, filters: int) -> tuple[int, int]:
    """Show the choice of digit and filter, and return both, from 0."""
    _keep_within("picture", 0, digits - 1)
    _keep_within("filter", 1, filters)
    left, right = st.columns(2, gap="large")
    digit = left.number_input(
        f"Test digit, 0 to {digits - 1:,}",
        0,
        digits - 1,
        key="picture",
        bind="query-params",
        help="Its place in x_test, counted from 0.",
    )
    if filters == 1:
        return int(digit), 0
    chosen = right.slider("Filter", 1, filters, key="filter", bind="query-params")
    return int(digit), int(chosen) - 1


def _choose_place(side: int, feature_map: NDArray[np.float32]) -> tuple[int, int]:
    """Show the choice of a place, and return its row and column, from 0."""
    strongest = divmod(int(np.nan_to_num(feature_map).argmax()), side)
    for key, value in zip(("row", "column"), strongest, strict=True):
        if key not in st.query_params:
            st.session_state.setdefault(key, value + 1)
    for key in ("row", "column"):
        _keep_within(key, 1, side)
    left, right = st.columns(2, gap="large")
    row = left.slider("Row", 1, side, key="row", bind="query-params")
    column = right.slider("Column", 1, side, key="column", bind="query-params")
    with st.container(horizontal=True):
        st.button(
            "Next place",
            icon=":material/arrow_forward:",
            on_click=_go_to,
            args=divmod(((row - 1) * side + column) % side**2, side),
        )
        st.button(
            "Strongest place",
            icon=":material/flare:",
            on_click=partial(_go_to, *strongest),
            help="Where this filter finds its pattern best.",
        )
    return int(row) - 1, int(column) - 1


def _go_to(row: int, column: int) -> None:
    st.session_state["row"], st.session_state["column"] = row + 1, column + 1


def _keep_within(key: str, smallest: int, largest: int) -> None:
    """Bring a value back that another network, or other digits, allowed."""
    if key in st.session_state:
        st.session_state[key] = min(max(st.session_state[key], smallest), largest)


def _exactness(place: Place, shown: Place, first: FirstConvolution) -> str:
    """Say how near the rounded numbers come to the network's own."""
    places = decimals_of(first).results
    exact = number(place.value, places)
    if exact == number(shown.value, places):
        return "Numbers are rounded."
    return f"Worked out with the rounded numbers shown; unrounded, the network gets {exact}."


def _explain(first: FirstConvolution, feature_map: NDArray[np.float32], normalized: bool) -> None:
    """Say what is particular about this network and this feature map."""
    sentences = []
    if first.divisor > 1:
        sentences.append("This network scales its pixels: full ink is 1.")
    if normalized:
        sentences.append("Its batch normalization is worked into the weights and the bias.")
    if first.padded:
        sentences.append("Padding: at the border the filter looks at empty pixels too.")
    if not np.nan_to_num(feature_map).any():
        sentences.append("This filter finds nothing in this picture: its whole map is 0.")
    if sentences:
        st.caption(" ".join(sentences))

"""One convolution in numbers: choose a digit, a filter and a position, and see the arithmetic."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.inference.predictor import load_predictor
from cnn.lesson.convolution import (
    SIDE,
    FirstConvolution,
    Position,
    compute,
    first_convolution,
)
from cnn.network.choices import ACTIVATIONS
from cnn.plots.palette import THEMED, rgb
from cnn.runs.store import Run
from ui.how_it_works.digits import explain_sample, test_digits
from ui.how_it_works.tables import figure_html, number, pixel_table, signed_table
from ui.shared.digit_tile import png_address
from ui.shared.run_state import explain_absence

BESIDE = 3  # pixels a side: larger tables need the whole width
FAINT = 0.22  # of a pixel's opacity, at positions that the filter has not reached


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


def places_html(
    image: NDArray[np.uint8],
    feature_map: NDArray[np.float32],
    first: FirstConvolution,
    row: int,
    column: int,
) -> str:
    """Return the image (28, 28) with the filter on it, and the feature map up to this position.

    Row and column are the feature map's, from 0.
    """
    patch = _square(first.begin(row), first.begin(column), first.size, SIDE)
    pixel = _square(row, column, 1, first.map_side)
    map_address = png_address(map_picture(feature_map, row, column))
    digit = f'<img src="{png_address(image)}" alt="The test digit">{patch}'
    output = f'<img class="plain" src="{map_address}" alt="The feature map">{pixel}'
    tiles = (
        (digit, "The image, with the filter on it"),
        (output, "Feature map, faint where not reached yet"),
    )
    figures = "".join(
        figure_html(f'<div class="tile">{content}</div>', caption) for content, caption in tiles
    )
    return f'<div class="lesson places">{figures}</div>'


def map_picture(feature_map: NDArray[np.float32], row: int, column: int) -> NDArray[np.uint8]:
    """Return a feature map in color, (side, side, RGBA), faint after this position."""
    values = np.nan_to_num(feature_map) - min(float(np.nan_to_num(feature_map).min()), 0.0)
    opacity = values / max(float(values.max()), 1e-9)
    order = np.arange(values.size).reshape(values.shape)
    opacity[order > row * len(values) + column] *= FAINT
    color = np.broadcast_to(np.array(rgb(THEMED["primary"][1])), (*values.shape, 3))
    return np.dstack([color, np.rint(255 * opacity)]).astype(np.uint8)


def _square(row: int, column: int, size: int, side: int) -> str:
    """Return a square of so many pixels on a picture of `side` pixels."""
    left, top, width = (100 * one / side for one in (column, row, size))
    return f'<i style="left:{left:.2f}%;top:{top:.2f}%;width:{width:.2f}%;height:{width:.2f}%"></i>'


def arithmetic_html(position: Position, first: FirstConvolution) -> str:
    """Return pixels × weights = products, and the sum, bias and activation under them.

    The position is rounded, so that the numbers shown add up.
    """
    pixels, weights, results = first.decimals
    tables = (
        (pixel_table(position.pixels, 255 / first.divisor, "Pixels", pixels), "Pixels"),
        (signed_table(position.weights, "Weights", weights), "Kernel: the filter's weights"),
        (signed_table(position.products, "Products", results), "Products"),
    )
    pixels_figure, kernel, products = (figure_html(*one) for one in tables)
    return (
        f'<div class="lesson"><div class="row">{pixels_figure}<span class="sign">×</span>{kernel}'
        f'<span class="sign">=</span>{products}</div>{_terms(position, first)}</div>'
    )


def _terms(position: Position, first: FirstConvolution) -> str:
    """Return the sum, the bias and the activation as terms, each with its sign, that wrap."""
    name = ACTIVATIONS[first.activation].label
    terms = (
        ("", position.sum, "sum of the products", ""),
        ("+", position.bias, "bias", ""),
        ("=", position.pre_activation, f"before {name}", ""),
        ("→", position.output, f"after {name}: the pixel of the feature map", "output"),
    )
    parts = "".join(
        f'<div><i>{sign}</i><div class="{kind}" data-testid="{kind}">'
        f"<b>{number(value, first.decimals.results)}</b><span>{text}</span></div></div>"
        for sign, value, text, kind in terms
    )
    return f'<div class="terms">{parts}</div>'

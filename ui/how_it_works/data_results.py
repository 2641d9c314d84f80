"""Steps 1 to 3: how many digits there are, what they look like, and how they are prepared."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.data import mnist
from cnn.data.mnist import Digits
from cnn.lesson.tutorial import first_training_digits, label_counts
from cnn.runs.store import Run
from ui.how_it_works.digits import dataset_of
from ui.how_it_works.network_results import show_differences
from ui.how_it_works.tables import cell, figure_html, head, pixel_table, table_html
from ui.shared.bars import Bar, bars_html
from ui.shared.digit_tile import png_address

EXAMPLES = 20
CROP = slice(8, 20)  # the middle 12×12 pixels: their numbers can be read on a phone too
CROP_ROW = 5  # of the middle, where the first training digit has ink


def show_counts(run: Run) -> None:
    """Show the sizes of the three sets, and how many digits there are of each class."""
    counts = label_counts(dataset_of(run))
    train, test = (int(each.sum()) for each in counts)
    validation = mnist.held_out(train) if dataset_of(run) == "mnist" else mnist.SAMPLE_HELD_OUT
    sizes = {"Training": train - validation, "Validation": validation, "Test": test}
    with st.grid(3, min_column_width=95):
        for name, size in sizes.items():
            st.metric(f"{name} set", f"{size:,}", border=True, height="stretch")
    st.caption("Images of each digit: training and validation set + test set.")
    most = int(counts[0].max())
    st.html(
        bars_html(
            Bar(str(digit), train / most, f"{train:,} + {test:,}")
            for digit, (train, test) in enumerate(zip(*counts, strict=True))
        )
    )


def show_examples(run: Run) -> None:
    """Show the first training digits with their labels, and the numbers of one of them."""
    digits = first_training_digits(dataset_of(run), EXAMPLES)
    tiles = "".join(
        f'<div><div class="tile"><img src="{png_address(image)}" alt="Handwritten {label}"></div>'
        f"{label}</div>"
        for image, label in zip(*digits, strict=True)
    )
    st.html(f'<div class="lesson examples">{tiles}</div>')
    _show_pixels(digits)


@st.fragment
def _show_pixels(digits: Digits) -> None:
    chosen = st.slider("Pixels of", 0, len(digits.labels) - 1, format="x_train[%d]")
    pixels = digits.images[chosen][CROP, CROP].astype(np.float32)
    table = pixel_table(pixels, 255, "The middle 12 by 12 pixels", 0)
    caption = "The middle 12 × 12 of its 28 × 28 pixels: the image is these numbers"
    st.html(f'<div class="lesson zoom">{figure_html(table, caption)}</div>')


def show_preparation(run: Run) -> None:
    """Show a row of pixels before and after scaling, and three labels one-hot encoded."""
    digits = first_training_digits(dataset_of(run), 3)
    row = digits.images[0][CROP, CROP][CROP_ROW : CROP_ROW + 1].astype(np.float32)
    raw = figure_html(pixel_table(row, 255, "Raw pixels", 0), "Raw, 0–255")
    scaled = pixel_table(row / 255, 1, "Scaled pixels", 2)
    st.markdown("##### A row of pixels")
    st.html(
        f'<div class="lesson zoom">{raw}<br>{figure_html(scaled, "Scaled: divided by 255")}</div>'
    )
    st.markdown("##### The first three labels")
    st.html(f'<div class="lesson">{one_hot_html(digits.labels)}</div>')
    st.markdown(
        "The chosen network scales: first of all, it divides each pixel by 255."
        if run.hyperparameters.scale_pixels
        else "The chosen network takes raw pixels, like the tutorial's."
    )
    show_differences(run, "Prepare")


def one_hot_html(labels: NDArray[np.uint8]) -> str:
    """Return labels as rows of ten numbers, a 1 at the label's place."""
    rows = (
        [head(f"{label} →"), *(cell(int(place == label), place == label) for place in range(10))]
        for label in labels
    )
    return table_html(rows, "One-hot labels", "cells ten")

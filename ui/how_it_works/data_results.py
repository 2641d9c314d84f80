"""Steps 1 to 3: how many digits there are, what they look like, and what becomes of them."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn.data import mnist
from cnn.data.mnist import Digits
from cnn.data.split import held_out
from cnn.lesson.examples import LabelCounts, first_training_digits, label_counts
from cnn.runs.store import Run
from ui.how_it_works.digits import dataset_of, explain_sample
from ui.how_it_works.network_results import show_differences
from ui.how_it_works.tables import STYLE, pixel_cells
from ui.shared.bars import Bar, bars_html
from ui.shared.digit_tile import png_address

EXAMPLES = 20
CROP = slice(8, 20)  # the middle 12×12 pixels: their numbers can be read on a phone too
CROP_ROW = 5  # of the middle, where the first training digit has ink

_STYLE = f"""{STYLE}<style>
.lesson.examples {{display: grid; grid-template-columns: repeat(10, minmax(0, 1fr)); gap: .4rem;
  text-align: center}}
@media (max-width: 640px) {{.lesson.examples {{grid-template-columns: repeat(5, 1fr)}}}}
.lesson.closer {{container-type: inline-size; max-width: 34rem}}
.lesson.closer .cells {{width: 100%; table-layout: fixed; border-spacing: 1px}}
.lesson.closer .cells.small td {{width: auto; min-width: 0; padding: 0; border-radius: 2px;
  height: calc(100cqw / 12 - 1px); font-size: clamp(.6rem, 2.3cqw, .85rem)}}
.lesson.one-hot table {{border-spacing: 3px}}
.lesson.one-hot td {{width: 2rem; height: 2rem; background: var(--tile)}}
.lesson.one-hot td.hot {{background: var(--primary); color: var(--on-primary); font-weight: 600}}
.lesson.one-hot th {{padding-right: .6rem}}
</style>"""


def show_counts(run: Run) -> None:
    """Show how many digits there are to learn, to validate and to test, and of each kind."""
    counts = label_counts(dataset_of(run))
    train, test = int(counts.train.sum()), int(counts.test.sum())
    validation = held_out(train) if dataset_of(run) == "mnist" else mnist.SAMPLE_HELD_OUT
    with st.grid(3, min_column_width=95):
        st.metric("Training digits", f"{train - validation:,}", border=True, height="stretch")
        st.metric("For validation", f"{validation:,}", border=True, height="stretch")
        st.metric("Test digits", f"{test:,}", border=True, height="stretch")
    st.caption("Of each digit: training digits, with those for validation, + test digits.")
    st.html(counts_html(counts))
    explain_sample(run)


def counts_html(counts: LabelCounts) -> str:
    """Return a bar for each digit, with its numbers in the training and in the test digits."""
    most = int(counts.train.max())
    return bars_html(
        Bar(str(digit), train / most, f"{train:,} + {test:,}")
        for digit, (train, test) in enumerate(zip(*counts, strict=True))
    )


def show_examples(run: Run) -> None:
    """Show the first training digits with their labels, and the numbers of one of them."""
    digits = first_training_digits(dataset_of(run), EXAMPLES)
    tiles = "".join(
        f'<div><div class="tile"><img src="{png_address(image)}" alt="Handwritten {label}"></div>'
        f"{label}</div>"
        for image, label in zip(*digits, strict=True)
    )
    st.html(f'{_STYLE}<div class="lesson examples">{tiles}</div>')
    _look_closer(digits)
    explain_sample(run)


@st.fragment
def _look_closer(digits: Digits) -> None:
    chosen = st.slider("Look closer at", 0, len(digits.labels) - 1, format="x_train[%d]")
    st.html(closer_html(digits.images[chosen]))


def closer_html(image: NDArray[np.uint8]) -> str:
    """Return the middle of a picture as numbers on their shades."""
    pixels = image[CROP, CROP].astype(np.float32)
    table = pixel_cells(pixels, 255, "The middle 12 by 12 pixels", 0)
    return (
        f'{_STYLE}<div class="lesson closer"><figure>{table}<figcaption>The middle 12 × 12 of its '
        "28 × 28 pixels: the picture is these numbers</figcaption></figure></div>"
    )


def show_preparation(run: Run) -> None:
    """Show a row of pixels before and after scaling, and three labels as one-hot numbers."""
    digits = first_training_digits(dataset_of(run), 3)
    row = digits.images[0][CROP, CROP][CROP_ROW : CROP_ROW + 1].astype(np.float32)
    st.markdown("##### A row of pixels")
    st.html(
        f'{_STYLE}<div class="lesson closer"><figure>{pixel_cells(row, 255, "Raw pixels", 0)}'
        "<figcaption>As they come, 0–255</figcaption></figure><br>"
        f"<figure>{pixel_cells(row / 255, 1, 'Scaled pixels', 2)}"
        "<figcaption>Scaled: each divided by 255</figcaption></figure></div>"
    )
    st.markdown("##### The first three labels")
    st.html(one_hot_html(digits.labels))
    scales = run.hyperparameters.scale_pixels
    st.markdown(
        "The chosen network scales: first of all, it divides each pixel by 255."
        if scales
        else "The chosen network takes the pixels as they come, like the tutorial's."
    )
    show_differences(run, "Prepare")
    explain_sample(run)


def one_hot_html(labels: NDArray[np.uint8]) -> str:
    """Return labels as rows of ten numbers, a 1 at the label's place."""
    rows = "".join(
        f"<tr><th>{label} →</th>"
        + "".join(
            '<td class="hot">1</td>' if place == label else "<td>0</td>" for place in range(10)
        )
        + "</tr>"
        for label in labels
    )
    table = f'<table aria-label="One-hot labels">{rows}</table>'
    return f'{_STYLE}<div class="lesson one-hot">{table}</div>'

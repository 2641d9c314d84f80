"""Steps 8 to 10: ten probabilities, the largest of them, and the labeled images."""

import numpy as np
import streamlit as st

from cnn.evaluation.predictions import Predictions
from cnn.inference.predictor import load_predictor
from cnn.plots.gallery import gallery_figure
from cnn.runs.store import Run
from ui.how_it_works.digits import test_digits
from ui.how_it_works.network_results import explain_reject_class
from ui.how_it_works.tables import cell, head, table_html
from ui.shared import run_picker
from ui.shared.bars import probability_bars
from ui.shared.digit_tile import png_address
from ui.shared.downloads import offer_downloads

SHOWN = 3  # test digits, as in the tutorial


def show_probabilities(run: Run) -> None:
    """Show the first test digits, each with the ten probabilities the chosen network gives."""
    predictions = _first(run)
    items = "".join(
        f'<div role="listitem"><div class="tile"><img src="{png_address(image)}" '
        f'alt="Test digit"></div>{probability_bars(row, int(row.argmax()))}</div>'
        for image, row in zip(predictions.images, predictions.probabilities, strict=True)
    )
    st.html(f'<div class="lesson predictions bars-beside" role="list">{items}</div>')
    explain_reject_class(run)


def show_argmax(run: Run) -> None:
    """Show the probabilities as rows of ten numbers, the largest marked, and its index."""
    predictions = _first(run)
    rows = (
        [
            *(cell(f"{share:.3f}", index == digit) for index, share in enumerate(row)),
            head(f'→ <b data-testid="argmax">{digit}</b>'),
        ]
        for row, digit in zip(predictions.probabilities, predictions.predicted, strict=True)
    )
    table = table_html([map(head, range(10)), *rows], "Probabilities", "cells ten")
    st.html(f'<div class="lesson"><figure>{table}</figure></div>')
    explain_reject_class(run)


def show_labeled_images(run: Run) -> None:
    """Show the first test digits with prediction and label, and offer them as a file."""
    predictions = _first(run)
    st.html(_labeled_html(predictions))
    st.markdown(f"{int(predictions.correct.sum())} of {len(predictions)} are correct.")
    title = run_picker.run_label(run)
    offer_downloads(
        "first-three-digits", lambda: gallery_figure(predictions, np.arange(SHOWN), title)
    )


def _first(run: Run) -> Predictions:
    """Return the chosen network's predictions for the first test digits, computed now."""
    images, labels = (part[:SHOWN] for part in test_digits(run))
    return Predictions(load_predictor(run.model_path).probabilities(images), labels, images)


def _labeled_html(predictions: Predictions) -> str:
    items = "".join(
        f'<div role="listitem"><b>Predicted: {predicted}</b><div class="tile">'
        f'<img src="{png_address(image)}" alt="Handwritten {label}"></div><span class="quiet">'
        f"{'✓ correct' if predicted == label else f'✗ true label {label}'}</span></div>"
        for image, predicted, label in zip(
            predictions.images, predictions.predicted, predictions.labels, strict=True
        )
    )
    return f'<div class="lesson predictions large" role="list">{items}</div>'

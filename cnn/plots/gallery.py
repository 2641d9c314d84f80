"""Test digits with their predictions as a picture to save."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnn.data.label_errors import has_label_error
from cnn.evaluation.predictions import Predictions
from cnn.evaluation.selection import confidence_percent
from cnn.plots.figure import mosaic, new_figure
from cnn.plots.palette import CORRECT_TEXT, MISTAKE_TEXT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLUMNS = 10
_CELL = 42  # an image of 28 pixels and the room for its text
_MARGIN = (_CELL - 28) // 2


def gallery_figure(
    predictions: Predictions, indices: NDArray[np.intp], title: str = ""
) -> "Figure":
    """Draw the digits of these indices with their predictions, ten in a row.

    Raises:
        ValueError: there is no digit to draw.
    """
    if len(indices) == 0:
        raise ValueError("There are no digits to draw. Choose a filter that shows some.")
    images = np.zeros((len(indices), _CELL, _CELL), np.uint8)
    images[:, :28, _MARGIN : _MARGIN + 28] = predictions.images[indices]
    rows = -(-len(indices) // _COLUMNS)
    figure = new_figure(10, rows + 0.6)
    axes = figure.add_subplot()
    axes.imshow(mosaic(images, _COLUMNS), cmap="gray_r", interpolation="none")
    for place, index in enumerate(indices):
        row, column = divmod(place, _COLUMNS)
        axes.text(
            (column + 0.5) * _CELL,
            row * _CELL + 29,
            _caption(predictions, int(index)),
            color=CORRECT_TEXT if predictions.correct[index] else MISTAKE_TEXT,
            fontsize=8,
            ha="center",
            va="top",
        )
    axes.set_axis_off()
    axes.set_title(title, loc="left")
    return figure


def _caption(predictions: Predictions, index: int) -> str:
    """Return the prediction, the label if it is another, and the confidence."""
    predicted, label = predictions.predicted[index], predictions.labels[index]
    confidence = confidence_percent(predictions.confidence[index])
    if predicted == label:
        return f"✓ {predicted}\n{confidence}"
    name = "label" if has_label_error(predictions.labels)[index] else "true label"
    return f"✗ {predicted}, {name} {label}\n{confidence}"

"""Test digits with their answers as a picture to keep."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnn.data.label_errors import has_label_error
from cnn.evaluation.predictions import Predictions
from cnn.evaluation.selection import confidence_percent
from cnn.plots.figure import new_figure
from cnn.plots.palette import CORRECT_TEXT, MISTAKE_TEXT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLUMNS = 10
_CELL = 42  # an image of 28 pixels and the room for its text


def gallery_figure(
    predictions: Predictions, indices: NDArray[np.intp], title: str = ""
) -> "Figure":
    """Draw some digits with the network's answers, ten in a row.

    Args:
        indices: which digits, in the order to draw them; at least one.
        title: what they are, above them.

    Raises:
        ValueError: there is nothing to draw.
    """
    if len(indices) == 0:
        raise ValueError("There are no digits to draw. Choose a filter that shows some.")
    rows = -(-len(indices) // _COLUMNS)
    figure = new_figure(10, rows + 0.6)
    axes = figure.add_subplot()
    axes.imshow(_mosaic(predictions.images[indices], rows), cmap="gray_r", interpolation="none")
    doubtful = has_label_error(predictions.labels)
    for place, index in enumerate(indices):
        _write_answer(axes, predictions, int(index), place, bool(doubtful[index]))
    axes.set_axis_off()
    axes.set_title(title, loc="left")
    return figure


def _mosaic(images: NDArray[np.uint8], rows: int) -> NDArray[np.uint8]:
    """Put images (n, 28, 28) side by side: one image (rows * _CELL, _COLUMNS * _CELL)."""
    margin = (_CELL - 28) // 2
    cells = np.zeros((rows * _COLUMNS, _CELL, _CELL), np.uint8)
    cells[: len(images), :28, margin : margin + 28] = images
    grid = cells.reshape(rows, _COLUMNS, _CELL, _CELL)
    return grid.swapaxes(1, 2).reshape(rows * _CELL, _COLUMNS * _CELL)


def _write_answer(
    axes: "Axes", predictions: Predictions, index: int, place: int, is_doubtful: bool
) -> None:
    """Write the answer under the picture at this place, counted row by row."""
    right = bool(predictions.correct[index])
    answer = f"{'✓' if right else '✗'} {predictions.predicted[index]}"
    is_so = "labeled" if is_doubtful else "really"
    truth = "" if right else f", {is_so} {predictions.labels[index]}"
    text = f"{answer}{truth}\n{confidence_percent(predictions.confidence[index])}"
    row, column = divmod(place, _COLUMNS)
    x, y = (column + 0.5) * _CELL, row * _CELL + 29
    color = CORRECT_TEXT if right else MISTAKE_TEXT
    axes.text(x, y, text, color=color, fontsize=8, ha="center", va="top")

"""Pictures to keep, drawn with matplotlib.

Only `Figure` is used, never pyplot: pyplot's figures are global state, and visitors are many.
"""

import io
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from cnn.evaluation.predictions import Predictions
from cnn.evaluation.selection import percent_sure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ImageFormat = Literal["png", "svg"]

_RIGHT, _WRONG, _ACCENT = "#15703a", "#b3261e", "#4f5bd5"
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
    figure = _new_figure(10, rows + 0.6)
    axes = figure.add_subplot()
    axes.imshow(_mosaic(predictions.images[indices], rows), cmap="gray_r", interpolation="none")
    for place, index in enumerate(indices):
        _write_answer(axes, predictions, int(index), place)
    axes.set_axis_off()
    axes.set_title(title, loc="left")
    return figure


def confusion_matrix_figure(matrix: NDArray[np.intp], title: str = "") -> "Figure":
    """Draw a confusion matrix (10, 10), rows actual, columns predicted, with its counts.

    Mistakes have a scale of colours of their own, else the diagonal would outshine them.
    """
    figure = _new_figure(6, 6.2)
    axes = figure.add_subplot()
    mistakes = matrix - np.diag(np.diag(matrix))
    axes.imshow(np.sqrt(mistakes), cmap="Reds", vmin=0, vmax=max(1, mistakes.max()) ** 0.5 * 2.4)
    for actual, predicted in np.argwhere(matrix):
        right = actual == predicted
        style: dict[str, Any] = {"color": _ACCENT, "weight": "bold"} if right else {}
        count = f"{matrix[actual, predicted]}"
        axes.text(predicted, actual, count, ha="center", va="center", **style)
    axes.set(xticks=range(len(matrix)), yticks=range(len(matrix)))
    axes.set(xlabel="Read as", ylabel="Really", title=title)
    return figure


def figure_bytes(figure: "Figure", image_format: ImageFormat) -> bytes:
    """Return a figure as the bytes of a PNG (160 dots an inch) or SVG file.

    Raises:
        ValueError: another format was asked for.
    """
    if image_format not in get_args(ImageFormat):
        raise ValueError(f"Pictures can be saved as png or svg, not {image_format!r}.")
    buffer = io.BytesIO()
    figure.savefig(buffer, format=image_format, dpi=160)
    return buffer.getvalue()


def _new_figure(width: float, height: float) -> "Figure":
    """Return an empty figure, its size in inches."""
    from matplotlib.figure import Figure  # a second to import: only for who saves a picture

    return Figure(figsize=(width, height), layout="constrained")


def _mosaic(images: NDArray[np.uint8], rows: int) -> NDArray[np.uint8]:
    """Put images (n, 28, 28) side by side: one image (rows * _CELL, _COLUMNS * _CELL)."""
    margin = (_CELL - 28) // 2
    cells = np.zeros((rows * _COLUMNS, _CELL, _CELL), np.uint8)
    cells[: len(images), :28, margin : margin + 28] = images
    grid = cells.reshape(rows, _COLUMNS, _CELL, _CELL)
    return grid.swapaxes(1, 2).reshape(rows * _CELL, _COLUMNS * _CELL)


def _write_answer(axes: "Axes", predictions: Predictions, index: int, place: int) -> None:
    """Write the answer under the picture at this place, counted row by row."""
    right = bool(predictions.correct[index])
    answer = f"{'✓' if right else '✗'} {predictions.predicted[index]}"
    truth = "" if right else f", really {predictions.labels[index]}"
    text = f"{answer}{truth}\n{percent_sure(predictions.confidence[index])}"
    row, column = divmod(place, _COLUMNS)
    x, y = (column + 0.5) * _CELL, row * _CELL + 29
    color = _RIGHT if right else _WRONG
    axes.text(x, y, text, color=color, fontsize=8, ha="center", va="top")

"""Images side by side as pictures to save: test digits with their predictions, and filters."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnn.evaluation.predictions import Predictions
from cnn.evaluation.replay import Replay
from cnn.evaluation.selection import confidence_percent
from cnn.plots.figure import mosaic, new_figure
from cnn.plots.palette import CORRECT_TEXT, MISTAKE_TEXT, NEGATIVE, POSITIVE, TILE
from cnn.runs.snapshots import START

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLUMNS = 10
_CELL = 42  # an image of 28 pixels and the room for its text
_MARGIN = (_CELL - 28) // 2
MAX_FILTERS, _FILTER_COLUMNS = 32, 8


def gallery_figure(
    predictions: Predictions, indices: NDArray[np.intp], title: str = ""
) -> "Figure":
    """Draw the digits of these indices, at least one, with their predictions, ten in a row."""
    images = np.zeros((len(indices), _CELL, _CELL), np.uint8)
    images[:, :28, _MARGIN : _MARGIN + 28] = predictions.images[indices]
    rows = -(-len(indices) // _COLUMNS)
    figure = new_figure(10, rows + 0.6)
    axes = figure.add_subplot()
    axes.imshow(mosaic(images, _COLUMNS), cmap="gray_r", interpolation="none")
    for place, index in enumerate(indices):
        row, column = divmod(place, _COLUMNS)
        x, y, text = (column + 0.5) * _CELL, row * _CELL + 29, _caption(predictions, int(index))
        color = CORRECT_TEXT if predictions.correct[index] else MISTAKE_TEXT
        axes.text(x, y, text, color=color, fontsize=8, ha="center", va="top")
    axes.set_axis_off()
    axes.set_title(title, loc="left", parse_math=False)
    return figure


def _caption(predictions: Predictions, index: int) -> str:
    """Return the prediction, the label if it is another, and the confidence."""
    predicted, label = predictions.predicted[index], predictions.labels[index]
    confidence = confidence_percent(predictions.confidence[index])
    if predicted == label:
        return f"✓ {predicted}\n{confidence}"
    name = "label" if predictions.label_errors[index] else "true label"
    return f"✗ {predicted}, {name} {label}\n{confidence}"


def filters_figure(replay: Replay, title: str = "") -> "Figure":
    """Draw the first filters of the first and of the last epoch of a replay, on one scale."""
    from matplotlib.colors import LinearSegmentedColormap  # a second: only for saving

    shown_epochs = sorted({0, len(replay.numbers) - 1})
    mosaics = [_mosaic(replay.filters[epoch, ..., :MAX_FILTERS]) for epoch in shown_epochs]
    scale = float(np.abs(replay.filters[shown_epochs]).max()) or 1.0
    height = 5.5 * mosaics[0].shape[0] / mosaics[0].shape[1] + 0.5
    figure = new_figure(7, height * len(shown_epochs) + 0.4)
    figure.suptitle(title, parse_math=False)
    all_axes = figure.subplots(len(shown_epochs), squeeze=False)[:, 0]
    colors = LinearSegmentedColormap.from_list("weights", (NEGATIVE, TILE, POSITIVE))
    for axes, epoch, image in zip(all_axes, shown_epochs, mosaics, strict=True):
        shown = axes.imshow(image, cmap=colors, vmin=-scale, vmax=scale, interpolation="none")
        axes.set_axis_off()
        number = replay.numbers[epoch]
        name = "Before training" if number == START else f"After epoch {number}"
        axes.set_title(name, loc="left", fontsize="medium")
    figure.colorbar(shown, ax=list(all_axes), label="Weight", shrink=0.8)
    return figure


def _mosaic(filters: NDArray[np.float32]) -> NDArray[np.float32]:
    """Put filters (k, k, n) side by side, eight a row, with a gap of NaN between them."""
    gaps = np.pad(np.moveaxis(filters, -1, 0), ((0, 0), (1, 0), (1, 0)), constant_values=np.nan)
    return mosaic(gaps, _FILTER_COLUMNS)[1:, 1:]

"""The first layer's filters before and after, as a picture to keep."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnn.evaluation.replay import Replay
from cnn.plots.palette import NEGATIVE, POSITIVE, TILE
from cnn.runs.snapshots import START

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAX_FILTERS = 32
_COLUMNS = 8


def filters_figure(replay: Replay, title: str = "") -> "Figure":
    """Draw the first filters at the first and at the last moment of a replay, on one scale.

    Args:
        replay: at least one moment.
        title: whose they are, above them.
    """
    from matplotlib.colors import LinearSegmentedColormap  # a second to import, only for who saves
    from matplotlib.figure import Figure

    moments = sorted({0, len(replay.numbers) - 1})
    mosaics = [_mosaic(replay.filters[moment, ..., :MAX_FILTERS]) for moment in moments]
    scale = float(np.abs(replay.filters[moments]).max()) or 1.0
    height = 5.5 * mosaics[0].shape[0] / mosaics[0].shape[1] + 0.5
    figure = Figure(figsize=(7, height * len(moments) + 0.4), layout="constrained")
    figure.suptitle(title)
    all_axes = figure.subplots(len(moments), squeeze=False)[:, 0]
    colors = LinearSegmentedColormap.from_list("weights", (NEGATIVE, TILE, POSITIVE))
    for axes, moment, mosaic in zip(all_axes, moments, mosaics, strict=True):
        shown = axes.imshow(mosaic, cmap=colors, vmin=-scale, vmax=scale, interpolation="none")
        axes.set_axis_off()
        number = replay.numbers[moment]
        words = "Before the training" if number == START else f"After epoch {number}"
        axes.set_title(words, loc="left", fontsize="medium")
    figure.colorbar(shown, ax=list(all_axes), label="weight", shrink=0.8)
    return figure


def _mosaic(filters: NDArray[np.float32]) -> NDArray[np.float32]:
    """Put filters (k, k, n) side by side, eight in a row, with a gap of nothing between them."""
    side, count = filters.shape[0] + 1, filters.shape[-1]
    rows = -(-count // _COLUMNS)
    cells = np.full((rows * _COLUMNS, side, side), np.nan, np.float32)
    cells[:count, 1:, 1:] = np.moveaxis(filters, -1, 0)
    grid = cells.reshape(rows, _COLUMNS, side, side).swapaxes(1, 2)
    return grid.reshape(rows * side, _COLUMNS * side)[1:, 1:]

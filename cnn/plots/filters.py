"""The first layer's filters before and after training, as a picture to save."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnn.evaluation.replay import Replay
from cnn.plots.figure import mosaic, new_figure
from cnn.plots.palette import NEGATIVE, POSITIVE, TILE
from cnn.runs.snapshots import START

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAX_FILTERS = 32
_COLUMNS = 8


def filters_figure(replay: Replay, title: str = "") -> "Figure":
    """Draw the first filters of the first and of the last epoch of a replay, on one scale."""
    from matplotlib.colors import LinearSegmentedColormap  # a second: only for saving

    shown_epochs = sorted({0, len(replay.numbers) - 1})
    mosaics = [_mosaic(replay.filters[epoch, ..., :MAX_FILTERS]) for epoch in shown_epochs]
    scale = float(np.abs(replay.filters[shown_epochs]).max()) or 1.0
    height = 5.5 * mosaics[0].shape[0] / mosaics[0].shape[1] + 0.5
    figure = new_figure(7, height * len(shown_epochs) + 0.4)
    figure.suptitle(title)
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
    """Put filters (k, k, n) side by side, eight in a row, with a gap of NaN between them."""
    gaps = np.pad(np.moveaxis(filters, -1, 0), ((0, 0), (1, 0), (1, 0)), constant_values=np.nan)
    return mosaic(gaps, _COLUMNS)[1:, 1:]

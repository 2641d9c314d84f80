"""The first layer's filters before and after, as a picture to keep."""

from typing import TYPE_CHECKING

import numpy as np

from cnn.epochs import START
from cnn.replay import Replay

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_FILTERS = 32
_COLUMNS = 8
# Against ink, no matter, for ink: told apart by colour-blind people, and in black and white by no
# more than their place beside the scale.
_COLOURS = ("#d66214", "#f1f1f4", "#2e7ede")


def filters_figure(replay: Replay, title: str = "") -> "Figure":
    """Draw the first filters at the first and at the last moment of a replay, on one scale.

    Args:
        replay: at least one moment.
        title: whose they are, above them.
    """
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure  # a second to import: only for who saves a picture

    filters = replay.filters[..., :MOST_FILTERS]
    scale = float(np.abs(filters).max()) or 1.0
    rows = -(-filters.shape[-1] // _COLUMNS)
    moments = sorted({0, len(replay.numbers) - 1})
    figure = Figure(figsize=(_COLUMNS * 0.9, (rows * 0.9 + 0.5) * len(moments) + 0.6))
    figure.set_layout_engine("constrained")
    figure.suptitle(title)
    colours = LinearSegmentedColormap.from_list("weights", _COLOURS)
    parts = figure.subfigures(len(moments), 1, squeeze=False)[:, 0]
    for part, moment in zip(parts, moments, strict=True):
        part.suptitle(_moment_words(replay.numbers[moment]), fontsize="medium")
        grid = part.subplots(rows, _COLUMNS, squeeze=False).ravel()
        for axes in grid:
            axes.set_axis_off()
        for axes, weights in zip(grid, np.moveaxis(filters[moment], -1, 0), strict=False):
            shown = axes.imshow(weights, cmap=colours, vmin=-scale, vmax=scale)
    figure.colorbar(shown, ax=figure.axes, label="weight", shrink=0.8)
    return figure


def _moment_words(number: int) -> str:
    return "Before the training" if number == START else f"After epoch {number}"

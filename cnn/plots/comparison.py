"""The difference of two confusion matrices as a picture to keep, drawn with matplotlib."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnn.plots.figure import new_figure
from cnn.plots.palette import NEGATIVE, POSITIVE, WHITE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PALE = 1.4  # of the largest difference: keeps its color from hiding the count


def difference_matrix_figure(difference: NDArray[np.intp], first: str, second: str) -> "Figure":
    """Draw one confusion matrix minus another, (10, 10), with signed counts, blue and orange.

    Args:
        difference: rows actual, columns predicted, the second's counts minus the first's.
        first: the name of the network whose counts were taken away.
        second: the name of the other one.
    """
    from matplotlib.colors import LinearSegmentedColormap

    figure = new_figure(6, 6.6)
    axes = figure.add_subplot()
    roots = np.sign(difference) * np.sqrt(np.abs(difference))  # so that single ones show
    limit = max(1.0, float(np.abs(roots).max()))
    colors = LinearSegmentedColormap.from_list("difference", (NEGATIVE, WHITE, POSITIVE))
    axes.imshow(roots, cmap=colors, vmin=-_PALE * limit, vmax=_PALE * limit)
    for actual, predicted in np.argwhere(difference):
        count = f"{difference[actual, predicted]:+,}".replace("-", "−")
        axes.text(predicted, actual, count, ha="center", va="center")
    axes.set(xticks=range(len(difference)), yticks=range(len(difference)))
    axes.set(xlabel="Read as", ylabel="Really")
    axes.set_title(f"Blue: more often by B, {second}\nOrange: more often by A, {first}", loc="left")
    return figure

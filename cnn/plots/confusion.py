"""What is taken for what, and how well each digit is read, as pictures to keep."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnn.evaluation.accuracy import ClassMetrics
from cnn.plots.figure import new_figure
from cnn.plots.palette import ACCENT, GRID, MISTAKE

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def confusion_matrix_figure(matrix: NDArray[np.intp], title: str = "") -> "Figure":
    """Draw a confusion matrix (10, 10), rows actual, columns predicted, with its counts.

    Mistakes are tinted on a scale of their own, else the diagonal would outshine them.
    """
    figure = new_figure(6, 6.2)
    axes = figure.add_subplot()
    axes.imshow(_tints(matrix))
    for actual, predicted in np.argwhere(matrix):
        count = f"{matrix[actual, predicted]:,}"
        axes.text(predicted, actual, count, ha="center", va="center", size=9)
    digits = range(len(matrix))
    axes.set(xticks=digits, yticks=digits, xlabel="Read as", ylabel="Really", title=title)
    axes.xaxis.set_label_position("top")
    axes.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
    borders = np.arange(len(matrix) + 1) - 0.5
    axes.set_xticks(borders, minor=True)
    axes.set_yticks(borders, minor=True)
    axes.tick_params(which="minor", length=0)
    axes.grid(which="minor", color=GRID)
    return figure


def _tints(matrix: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the colors of the cells, (10, 10, RGBA): the more mistakes, the less transparent."""
    from matplotlib.colors import to_rgb

    right = np.eye(len(matrix), dtype=bool)
    most = max(1, matrix[~right].max())
    shade = np.where(matrix > 0, 0.12 + 0.48 * np.sqrt(matrix / most), 0)
    colors = np.where(right[..., None], to_rgb(ACCENT), to_rgb(MISTAKE))
    return np.dstack([colors, np.where(right, 0.18, shade)])


def classes_figure(classes: Sequence[ClassMetrics], average: float, title: str = "") -> "Figure":
    """Draw how many pictures of each digit are read right, from the average of all digits.

    Args:
        classes: the figures; a digit that there is none of is left out.
        average: the accuracy on all digits, 0 to 1.
        title: what they are of, above them.
    """
    figure = new_figure(6, 4)
    axes = figure.add_subplot()
    axes.axvline(average, linestyle="--", color="gray", linewidth=1)
    recalls = {one.digit: one.recall for one in classes if one.recall is not None}
    for digit, recall in recalls.items():
        color = ACCENT if recall >= average else MISTAKE
        axes.plot([average, recall], [digit, digit], color=color, linewidth=3)
        axes.plot([recall], [digit], "o", color=color, markersize=9)
        words = f"{recall * 100:.1f}%"
        axes.text(1.02, digit, words, transform=axes.get_yaxis_transform(), va="center")
    lowest = min(0.999, *recalls.values())
    axes.set(xlim=(lowest - (1 - lowest) * 0.1, 1 + (1 - lowest) * 0.03), xticks=[])
    axes.set(yticks=list(recalls), ylabel="Digit", title=title)
    axes.set_xlabel(f"Dashed: all digits, {average * 100:.1f}%")
    axes.invert_yaxis()
    axes.spines[:].set_visible(False)
    return figure

"""What is taken for what, and how well each digit is read, as pictures to keep."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnn.evaluation.accuracy import ClassFigures
from cnn.plots.figure import ACCENT, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def confusion_matrix_figure(matrix: NDArray[np.intp], title: str = "") -> "Figure":
    """Draw a confusion matrix (10, 10), rows actual, columns predicted, with its counts.

    Mistakes have a scale of colours of their own, else the diagonal would outshine them.
    """
    figure = new_figure(6, 6.2)
    axes = figure.add_subplot()
    mistakes = matrix - np.diag(np.diag(matrix))
    axes.imshow(np.sqrt(mistakes), cmap="Reds", vmin=0, vmax=max(1, mistakes.max()) ** 0.5 * 2.4)
    for actual, predicted in np.argwhere(matrix):
        right = actual == predicted
        style: dict[str, Any] = {"color": ACCENT, "weight": "bold"} if right else {}
        count = f"{matrix[actual, predicted]}"
        axes.text(predicted, actual, count, ha="center", va="center", **style)
    axes.set(xticks=range(len(matrix)), yticks=range(len(matrix)))
    axes.set(xlabel="Read as", ylabel="Really", title=title)
    return figure


def classes_figure(classes: Sequence[ClassFigures], title: str = "") -> "Figure":
    """Draw precision and recall of each digit, in percent; what does not exist is left out."""
    figure = new_figure(6, 4)
    axes = figure.add_subplot()
    for name, marker in (("precision", "o"), ("recall", "s")):
        percent = [(one.digit, getattr(one, name)) for one in classes]
        points = [(digit, share * 100) for digit, share in percent if share is not None]
        axes.plot(*zip(*points, strict=True), marker, label=name.capitalize())
    axes.set(xticks=[one.digit for one in classes], xlabel="Digit", ylabel="%", title=title)
    axes.grid(axis="y", alpha=0.3)
    axes.legend()
    return figure

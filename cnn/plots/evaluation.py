"""Confusion matrices, accuracy by class, calibration and confidence as pictures to save."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cnn.evaluation.metrics import expected_calibration_error
from cnn.plots.colormaps import diverging
from cnn.plots.figure import new_figure
from cnn.plots.palette import ACCENT, GRID, MISTAKE, WHITE, rgb

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PALE = 1.4  # of the largest difference: keeps its color from hiding the count
_QUARTERS = (0, 25, 50, 75, 100)
_PERCENT = "{x:.0f}%"


def confusion_matrix_figure(matrix: NDArray[np.intp], title: str = "") -> "Figure":
    """Draw a confusion matrix (10, 10), rows true label, columns predicted, with its counts.

    Mistakes are tinted on a scale of their own, else the diagonal would hide them.
    """
    return _matrix_figure(matrix, _tints(matrix), "{:,}", title)


def difference_matrix_figure(difference: NDArray[np.intp], first: str, second: str) -> "Figure":
    """Draw the second network's confusion matrix minus the first's, (10, 10), with signed counts.

    Rows are true labels, columns predictions; `first` and `second` name the networks.
    """
    roots = np.sign(difference) * np.sqrt(np.abs(difference))  # so that single ones show
    colors = diverging(roots / (max(1.0, float(np.abs(roots).max())) * _PALE), rgb(WHITE)) / 255
    title = f"Blue: more often by B, {second}\nOrange: more often by A, {first}"
    return _matrix_figure(difference, colors, "{:+,}", title)


def _matrix_figure(
    matrix: NDArray[np.intp], colors: NDArray[np.float64], form: str, title: str
) -> "Figure":
    """Draw cells in these colors (10, 10, RGB or RGBA), with each count that is not 0."""
    figure = new_figure(6, 6.5)
    axes = figure.add_subplot()
    axes.imshow(colors)
    for label, predicted in np.argwhere(matrix):
        count = form.format(matrix[label, predicted]).replace("-", "−")
        axes.text(predicted, label, count, ha="center", va="center", size=9)
    digits = range(len(matrix))
    axes.set(xticks=digits, yticks=digits, xlabel="Predicted", ylabel="True label")
    axes.xaxis.set_label_position("top")
    axes.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
    for border in np.arange(len(matrix) + 1) - 0.5:
        axes.axhline(border, color=GRID, linewidth=0.8)
        axes.axvline(border, color=GRID, linewidth=0.8)
    axes.set_title(title, loc="left")
    return figure


def _tints(matrix: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the colors of the cells, (10, 10, RGBA): the more mistakes, the less transparent."""
    correct = np.eye(len(matrix), dtype=bool)
    most = max(1, matrix[~correct].max())
    opacity = np.where(matrix > 0, 0.12 + 0.48 * np.sqrt(matrix / most), 0)
    colors = np.where(correct[..., None], rgb(ACCENT), rgb(MISTAKE)) / 255
    return np.dstack([colors, np.where(correct, 0.18, opacity)])


def classes_figure(classes: pd.DataFrame, average: float, title: str = "") -> "Figure":
    """Draw the accuracy of each digit with support, as its distance from `average`, 0 to 1."""
    figure = new_figure(6, 4)
    axes = figure.add_subplot()
    axes.axvline(average, linestyle="--", color="gray", linewidth=1)
    recalls = classes["recall"].dropna().to_dict()
    for digit, recall in recalls.items():
        color = ACCENT if recall >= average else MISTAKE
        axes.plot([average, recall], [digit, digit], color=color, linewidth=3)
        axes.plot([recall], [digit], "o", color=color, markersize=9)
        percent = f"{recall:.1%}"
        axes.text(1.02, digit, percent, transform=axes.get_yaxis_transform(), va="center")
    lowest = min(0.999, *recalls.values())
    axes.set(xlim=(lowest - (1 - lowest) * 0.1, 1 + (1 - lowest) * 0.03), xticks=[])
    axes.set(yticks=list(recalls), ylabel="Digit", title=title)
    axes.set_xlabel(f"Accuracy; dashed: all digits, {average:.1%}")
    axes.invert_yaxis()
    axes.spines[:].set_visible(False)
    return figure


def reliability_figure(diagram: pd.DataFrame, title: str = "") -> "Figure":
    """Draw accuracy against confidence, both in percent, with the line of perfect calibration.

    The more predictions a dot stands for, the larger it is.
    """
    figure = new_figure(5, 5)
    axes = figure.add_subplot()
    axes.plot([0, 100], [0, 100], "--", color="gray", label="Perfect calibration")
    confidence, accuracy = diagram["confidence"] * 100, diagram["accuracy"] * 100
    name = f"Expected calibration error {expected_calibration_error(diagram):.1%}"
    axes.plot(confidence, accuracy, color=ACCENT, alpha=0.5, label=name)
    sizes = 15 + 30 * np.log10(diagram["total"])
    axes.scatter(confidence, accuracy, sizes, color=ACCENT, zorder=3)
    axes.set(xlabel="Confidence", ylabel="Accuracy", title=title, aspect="equal")
    axes.set(xlim=(0, 103), ylim=(0, 103), xticks=_QUARTERS, yticks=_QUARTERS)
    axes.xaxis.set_major_formatter(_PERCENT)
    axes.yaxis.set_major_formatter(_PERCENT)
    axes.legend()
    return figure


def confidence_figure(bins: pd.DataFrame, title: str = "") -> "Figure":
    """Draw how many correct predictions and how many mistakes have each confidence.

    Each has a scale of its own: beside thousands of correct ones the few mistakes would vanish.
    """
    figure = new_figure(6, 4.5)
    upper, lower = figure.subplots(2, sharex=True)
    for axes, kind, color in ((upper, "correct", ACCENT), (lower, "mistakes", MISTAKE)):
        axes.bar(
            bins["lower"] * 100,
            bins[kind],
            100 / len(bins),
            align="edge",
            color=color,
            edgecolor="white",
        )
        axes.set(ylabel=kind.capitalize(), xlim=(0, 100))
        axes.yaxis.set_major_formatter("{x:,.0f}")
        axes.yaxis.get_major_locator().set_params(integer=True)
    upper.set_title(title)
    lower.set(xlabel="Confidence", xticks=_QUARTERS)
    lower.xaxis.set_major_formatter(_PERCENT)
    return figure

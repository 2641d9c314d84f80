"""A network's calibration and confidence as pictures to save."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnn.evaluation.reliability import ConfidenceBin, expected_calibration_error
from cnn.plots.figure import new_figure
from cnn.plots.palette import ACCENT, MISTAKE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_QUARTERS = (0, 25, 50, 75, 100)
_PERCENT = "{x:.0f}%"


def reliability_figure(diagram: Sequence[ConfidenceBin], title: str = "") -> "Figure":
    """Draw accuracy against confidence, both in percent, with the line of perfect calibration.

    The more predictions a dot stands for, the larger it is.
    """
    figure = new_figure(5, 5)
    axes = figure.add_subplot()
    axes.plot([0, 100], [0, 100], "--", color="gray", label="Perfect calibration")
    confidence = [one.confidence * 100 for one in diagram]
    accuracy = [one.accuracy * 100 for one in diagram]
    name = f"Expected calibration error {expected_calibration_error(diagram):.1%}"
    axes.plot(confidence, accuracy, color=ACCENT, alpha=0.5, label=name)
    sizes = [15 + 30 * math.log10(one.total) for one in diagram]
    axes.scatter(confidence, accuracy, sizes, color=ACCENT, zorder=3)
    axes.set(xlabel="Confidence", ylabel="Accuracy", title=title, aspect="equal")
    axes.set(xlim=(0, 103), ylim=(0, 103), xticks=_QUARTERS, yticks=_QUARTERS)
    axes.xaxis.set_major_formatter(_PERCENT)
    axes.yaxis.set_major_formatter(_PERCENT)
    axes.legend()
    return figure


def confidence_figure(bins: Sequence[ConfidenceBin], title: str = "") -> "Figure":
    """Draw how many correct predictions and how many mistakes have each confidence.

    Each has a scale of its own: beside thousands of correct ones the few mistakes would vanish.
    """
    figure = new_figure(6, 4.5)
    upper, lower = figure.subplots(2, sharex=True)
    for axes, kind, color in ((upper, "correct", ACCENT), (lower, "mistakes", MISTAKE)):
        axes.bar(
            [one.lower * 100 for one in bins],
            [getattr(one, kind) for one in bins],
            [(one.upper - one.lower) * 100 for one in bins],
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

"""How sure a network is, and how rightly, as pictures to keep."""

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
    """Draw how often answers are right against how sure they are, both in percent.

    The more answers a dot stands for, the larger it is.
    """
    figure = new_figure(5, 5)
    axes = figure.add_subplot()
    axes.plot([0, 100], [0, 100], "--", color="gray", label="As right as sure")
    sure = [one.confidence * 100 for one in diagram]
    right = [one.accuracy * 100 for one in diagram]
    error = expected_calibration_error(diagram)
    name = f"Expected calibration error {error * 100:.1f}%"
    axes.plot(sure, right, color=ACCENT, alpha=0.5, label=name)
    sizes = [15 + 30 * math.log10(one.total) for one in diagram]
    axes.scatter(sure, right, sizes, color=ACCENT, zorder=3)
    axes.set(xlabel="How sure", ylabel="Share right", title=title)
    axes.set(xlim=(0, 103), ylim=(0, 103), aspect="equal")
    axes.set(xticks=_QUARTERS, yticks=_QUARTERS)
    axes.xaxis.set_major_formatter(_PERCENT)
    axes.yaxis.set_major_formatter(_PERCENT)
    axes.legend()
    return figure


def confidence_figure(bins: Sequence[ConfidenceBin], title: str = "") -> "Figure":
    """Draw how many right and how many wrong answers are how sure, in percent.

    Each on a scale of its own: beside thousands of right answers the few wrong ones would vanish.
    """
    figure = new_figure(6, 4.5)
    upper, lower = figure.subplots(2, sharex=True)
    for axes, name, color in ((upper, "correct", ACCENT), (lower, "mistakes", MISTAKE)):
        axes.bar(
            [one.lower * 100 for one in bins],
            [getattr(one, name) for one in bins],
            [(one.upper - one.lower) * 100 for one in bins],
            align="edge",
            color=color,
            edgecolor="white",
        )
        axes.set(ylabel=f"{name.capitalize()} answers", xlim=(0, 100))
        axes.yaxis.set_major_formatter("{x:,.0f}")
        axes.yaxis.get_major_locator().set_params(integer=True)
    upper.set_title(title)
    lower.set(xlabel="How sure", xticks=_QUARTERS)
    lower.xaxis.set_major_formatter(_PERCENT)
    return figure

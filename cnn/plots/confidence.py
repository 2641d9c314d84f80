"""How sure a network is, and how rightly, as pictures to keep."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnn.evaluation.reliability import ConfidenceBin, expected_calibration_error
from cnn.plots.figure import ACCENT, RIGHT, WRONG, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def reliability_figure(diagram: Sequence[ConfidenceBin], title: str = "") -> "Figure":
    """Draw how often answers are right against how sure they are, both 0 to 1."""
    figure = new_figure(5, 5)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], "--", color="grey", label="As right as sure")
    error = expected_calibration_error(diagram)
    axes.plot(
        [one.confidence for one in diagram],
        [one.accuracy for one in diagram],
        "o-",
        color=ACCENT,
        label=f"This network (error {error * 100:.1f} %)",
    )
    axes.set(xlabel="Confidence", ylabel="Share right", title=title)
    axes.set(xlim=(0, 1.03), ylim=(0, 1.03), aspect="equal")
    axes.legend()
    return figure


def confidence_figure(bins: Sequence[ConfidenceBin], title: str = "") -> "Figure":
    """Draw how many right and how many wrong answers have each confidence.

    Each on a scale of its own: beside thousands of right answers the few wrong ones would vanish.
    """
    figure = new_figure(6, 4.5)
    upper, lower = figure.subplots(2, sharex=True)
    for axes, name, color in ((upper, "right", RIGHT), (lower, "wrong", WRONG)):
        axes.bar(
            [one.lower for one in bins],
            [getattr(one, name) for one in bins],
            [one.upper - one.lower for one in bins],
            align="edge",
            color=color,
            edgecolor="white",
        )
        axes.set_ylabel(f"{name.capitalize()} answers")
    upper.set_title(title)
    lower.set_xlabel("Confidence")
    return figure

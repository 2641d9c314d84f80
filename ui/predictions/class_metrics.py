"""The figures of a network on its test digits: how well it reads each, how rightly it is sure."""

import pandas as pd
import streamlit as st

from cnn.evaluation import tables
from cnn.evaluation.accuracy import (
    ClassMetrics,
    accuracy,
    confusion_matrix,
    macro_average,
    metrics_per_class,
)
from cnn.evaluation.predictions import Predictions
from cnn.evaluation.reliability import (
    HISTOGRAM_BINS,
    confidence_bins,
    expected_calibration_error,
    reliability_diagram,
)
from cnn.plots.confidence import confidence_figure, reliability_figure
from cnn.plots.confusion import classes_figure
from cnn.runs.store import Run
from ui.predictions import evaluation_charts
from ui.shared.downloads import offer_downloads
from ui.shared.number_text import percent
from ui.shared.run_picker import run_label

_SHARES = ("Precision", "Recall", "F1")

TABLE_HELP = """
- **Precision**: of all pictures that the network reads as this digit, how many are it.
- **Recall**: of all pictures of this digit, how many are read as it.
- **F1**: both in one figure, their harmonic mean. It is high only if both are.
- **Pictures**: how many of this digit there are.
- **Average**: the mean of the ten digits, each counting the same (the macro average).
"""
CLASSES_HELP = (
    "Recall as a picture: how many pictures of each digit were read right. The dashed line is the "
    "accuracy on all digits: what is left of it is harder than the average."
)
RELIABILITY_HELP = (
    "Of all answers that are about 90% sure, are 90% right? The answers are put into ten groups "
    "by how sure they are, and each dot is a group; a small dot is a few answers, and says "
    "little. On the dashed line a network is as often right as it is sure; below it, it is too "
    "sure; above it, too modest. The **expected calibration error** is how far the groups are "
    "from the line on average, each weighed by its answers."
)
CONFIDENCE_HELP = (
    "How many answers are how sure, the right ones above and the wrong ones below. Mind the two "
    "scales: there are far fewer wrong ones. A good network is sure where it is right and unsure "
    "where it is wrong."
)


def show_class_metrics(run: Run, predictions: Predictions) -> None:
    """Show precision, recall and F1 of each digit, as a table and as a chart."""
    classes = metrics_per_class(confusion_matrix(predictions))
    average, title = accuracy(predictions), run_label(run)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("##### Each digit in figures", help=TABLE_HELP)
        st.table(
            class_table(classes),
            border="horizontal",
            hide_index=True,
            alt="Precision, recall and F1 of each digit",
        )
        offer_downloads("per-digit", table=lambda: tables.class_table(classes), run=run)
    with right:
        st.markdown("##### Read right, digit by digit", help=CLASSES_HELP)
        st.altair_chart(
            evaluation_charts.class_chart(classes, average),
            alt=evaluation_charts.hardest_digit(classes),
        )
        offer_downloads(
            "digits-read-right", lambda: classes_figure(classes, average, title), run=run
        )


def class_table(classes: tuple[ClassMetrics, ...]) -> pd.DataFrame:
    """Return the figures of each digit as a person would say them, their averages last."""
    total = sum(one.support for one in classes)
    rows = [
        (str(one.digit), one.precision, one.recall, one.f1, f"{one.support:,}") for one in classes
    ]
    rows.append(("Average", *macro_average(classes), f"{total:,}"))
    table = pd.DataFrame(rows, columns=["Digit", *_SHARES, "Pictures"], dtype=object)
    return table.assign(**{name: table[name].map(percent) for name in _SHARES})


def show_confidence_metrics(run: Run, predictions: Predictions) -> None:
    """Show whether the network is as often right as it is sure, and how sure it is."""
    left, right = st.columns(2, gap="large")
    with left:
        _show_reliability(run, predictions)
    with right:
        _show_confidence(run, predictions)


def _show_reliability(run: Run, predictions: Predictions) -> None:
    diagram, title = reliability_diagram(predictions), run_label(run)
    error = percent(expected_calibration_error(diagram))
    st.markdown("##### Is it as right as it is sure?", help=RELIABILITY_HELP)
    st.markdown(f"Expected calibration error **{error}**")
    st.altair_chart(
        evaluation_charts.reliability_chart(diagram),
        alt=f"Calibration curve: confidence and accuracy differ by {error} on average.",
    )
    offer_downloads("calibration", lambda: reliability_figure(diagram, title), run=run)


def _show_confidence(run: Run, predictions: Predictions) -> None:
    bins, title = confidence_bins(predictions, HISTOGRAM_BINS), run_label(run)
    st.markdown("##### How sure it is", help=CONFIDENCE_HELP)
    for kind in ("correct", "mistakes"):
        st.altair_chart(
            evaluation_charts.confidence_chart(bins, kind),
            alt=f"How sure the {sum(getattr(one, kind) for one in bins):,} {kind} answers are",
        )
    offer_downloads("confidence", lambda: confidence_figure(bins, title), run=run)

"""The metrics of a network on its test digits: each class, calibration and confidence."""

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
from cnn.plots.evaluation import classes_figure, confidence_figure, reliability_figure
from cnn.runs.store import Run
from ui.predictions import charts
from ui.shared.downloads import offer_downloads
from ui.shared.number_text import percent
from ui.shared.run_picker import run_label

_SHARES = ("Precision", "Recall", "F1")

TABLE_HELP = """
- **Precision**: of the digits predicted as this class, how many belong to it.
- **Recall**: of the digits of this class, how many are predicted correctly.
- **F1**: the harmonic mean of both. It is high only if both are.
- **Support**: how many digits of this class there are.
- **Macro average**: the mean of the ten classes, each counting the same.
"""
CLASSES_HELP = (
    "Recall as a chart: how many digits of each class are predicted correctly. The dashed line is "
    "the accuracy on all digits."
)
RELIABILITY_HELP = (
    "Of the predictions with a confidence of about 90%, are 90% correct? Each dot is one of ten "
    "bins; a small dot is a few predictions, and says little. On the dashed line, confidence "
    "equals accuracy; below it the network is overconfident, above it underconfident. The "
    "**expected calibration error** is the mean distance from the line, each bin weighted by its "
    "predictions."
)
CONFIDENCE_HELP = (
    "How many predictions have which confidence: correct ones above, mistakes below, on two "
    "scales, as there are far fewer mistakes. A good network has high confidence where it is "
    "correct and low confidence where it is not."
)


def show_class_metrics(run: Run, predictions: Predictions) -> None:
    """Show precision, recall and F1 of each digit, as a table and as a chart."""
    classes = metrics_per_class(confusion_matrix(predictions))
    average, title = accuracy(predictions), run_label(run)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("##### Precision, recall, F1 by class", help=TABLE_HELP)
        alt = "Precision, recall, F1 and support of each digit"
        st.table(class_table(classes), border="horizontal", hide_index=True, alt=alt)
        offer_downloads("class-metrics", table=lambda: tables.class_table(classes), run=run)
    with right:
        st.markdown("##### Accuracy by class", help=CLASSES_HELP)
        st.altair_chart(charts.class_chart(classes, average), alt=charts.hardest_digit(classes))
        offer_downloads("class-accuracy", lambda: classes_figure(classes, average, title), run=run)


def class_table(classes: tuple[ClassMetrics, ...]) -> pd.DataFrame:
    """Return the metrics of each digit in percent, their macro average last."""
    rows = [
        (str(one.digit), one.precision, one.recall, one.f1, f"{one.support:,}") for one in classes
    ]
    support = f"{sum(one.support for one in classes):,}"
    rows.append(("Macro average", *macro_average(classes), support))
    table = pd.DataFrame(rows, columns=["Digit", *_SHARES, "Support"], dtype=object)
    return table.assign(**{name: table[name].map(percent) for name in _SHARES})


def show_confidence_metrics(run: Run, predictions: Predictions) -> None:
    """Show the calibration and the distribution of the confidence."""
    title = run_label(run)
    left, right = st.columns(2, gap="large")
    with left:
        diagram = reliability_diagram(predictions)
        error = percent(expected_calibration_error(diagram))
        st.markdown("##### Calibration", help=RELIABILITY_HELP)
        st.markdown(f"Expected calibration error **{error}**")
        alt = f"Calibration: confidence and accuracy differ by {error} on average."
        st.altair_chart(charts.reliability_chart(diagram), alt=alt)
        offer_downloads("calibration", lambda: reliability_figure(diagram, title), run=run)
    with right:
        bins = confidence_bins(predictions, HISTOGRAM_BINS)
        st.markdown("##### Confidence", help=CONFIDENCE_HELP)
        for kind in ("correct", "mistakes"):
            count = sum(getattr(one, kind) for one in bins)
            chart = charts.confidence_chart(bins, kind)
            st.altair_chart(chart, alt=f"Confidence of {count:,} {kind}")
        offer_downloads("confidence", lambda: confidence_figure(bins, title), run=run)

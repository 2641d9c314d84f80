"""The metrics of a network on its test digits: each class, calibration and confidence."""

import pandas as pd
import streamlit as st

from cnn.evaluation.metrics import (
    HISTOGRAM_BINS,
    class_metrics,
    confidence_bins,
    expected_calibration_error,
    reliability_diagram,
    with_macro_average,
)
from cnn.evaluation.predictions import Predictions
from cnn.runs.store import Run
from ui.predictions import charts
from ui.shared.downloads import offer_downloads
from ui.shared.number_text import percent
from ui.shared.run_picker import run_label

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
    classes, title = class_metrics(predictions.confusion_matrix), run_label(run)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("##### Precision, recall, F1 by class", help=TABLE_HELP)
        alt = "Precision, recall, F1 and support of each digit"
        st.table(class_table(classes), border="horizontal", hide_index=True, alt=alt)
        csv = with_macro_average(classes).to_csv
        offer_downloads("class-metrics", table=lambda: csv().encode(), run=run)
    with right:
        average, alt = predictions.accuracy, charts.hardest_digit(classes)
        st.markdown("##### Accuracy by class", help=CLASSES_HELP)
        chart = charts.class_chart(classes, average)
        st.altair_chart(chart, alt=alt)
        offer_downloads("class-accuracy", lambda: charts.saved(title, chart), run=run)


def class_table(classes: pd.DataFrame) -> pd.DataFrame:
    """Return the metrics of each digit in percent, their macro average last."""
    table = with_macro_average(classes)
    support = table.pop("support").map("{:,}".format)
    table = table.map(percent, na_action="ignore").fillna("–").assign(support=support)
    return table.reset_index().astype(str).rename(columns=str.capitalize)


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
        chart = charts.reliability_chart(diagram)
        st.altair_chart(chart, alt=alt)
        offer_downloads("calibration", lambda: charts.saved(title, chart), run=run)
    with right:
        bins = confidence_bins(predictions, HISTOGRAM_BINS)
        st.markdown("##### Confidence", help=CONFIDENCE_HELP)
        both = {kind: charts.confidence_chart(bins, kind) for kind in ("correct", "mistakes")}
        for kind, histogram in both.items():
            st.altair_chart(histogram, alt=f"Confidence of {bins[kind].sum():,} {kind}")
        offer_downloads("confidence", lambda: charts.saved(title, *both.values()), run=run)

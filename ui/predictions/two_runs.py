"""Two networks on the same digits: what only one of them reads, and whether that is chance."""

import pandas as pd
import streamlit as st

from cnn.evaluation.accuracy import accuracy, confusion_matrix
from cnn.evaluation.comparison import Comparison
from cnn.evaluation.predictions import Predictions
from cnn.plots.confusion import confusion_matrix_figure, difference_matrix_figure
from cnn.runs.store import Run
from ui.predictions import two_runs_charts, two_runs_gallery
from ui.predictions.confusion import worst_pair
from ui.predictions.second_run import comparison_with, pick_second
from ui.predictions.two_runs_charts import MORE_A, MORE_B
from ui.predictions.two_runs_words import chance_sentence, verdict
from ui.shared import run_picker
from ui.shared.downloads import offer_downloads
from ui.shared.number_text import percent, points, with_minus

CHANCE_HELP = (
    "McNemar's test (1947, in its exact form) looks only at the digits that one network reads "
    "right and the other wrong. Were both equally good, each of them would be A's or B's as by "
    "the toss of a coin. A split that tosses make in less than 5% of all cases is called more "
    "than chance."
)


def compare_runs(run: Run, predictions: Predictions) -> None:
    """Show a choice of a second network, and how the two differ.

    Args:
        run: the first network, A.
        predictions: its answers.
    """
    second = pick_second(run)
    if second is None:
        return
    comparison = comparison_with(predictions, second)
    if comparison is None:
        return
    names = run_picker.run_label(run), run_picker.run_label(second)
    st.markdown(
        f":small[**A**, the network chosen above: {names[0]}]  \n"
        f":small[**B**, to compare: {names[1]}]"
    )
    _explain_seen(comparison)
    _show_split(comparison)
    st.markdown("##### Digit by digit")
    two_runs_gallery.browse(run, comparison)
    offer_downloads(f"only-one-right-{run.id}-{second.id}", table=lambda: _csv(comparison))
    matrices = st.columns(3, gap="medium")
    for column, name, one, answers, color in (
        (matrices[0], "A", run, predictions, MORE_A),
        (matrices[1], "B", second, comparison.second, MORE_B),
    ):
        with column:
            _show_matrix(name, one, answers, color)
    with matrices[2]:
        _show_difference(comparison, run, second)


def _explain_seen(comparison: Comparison) -> None:
    seen = {"A": comparison.first.seen_in_training, "B": comparison.second.seen_in_training}
    names = " and ".join(name for name, is_seen in seen.items() if is_seen)
    if names:
        st.info(
            f"{names} may have learned from these very digits, so this is no fair comparison.",
            icon=":material/school:",
        )


def _show_split(comparison: Comparison) -> None:
    """Show both accuracies, the four counts, and whether the difference is chance."""
    with st.container(horizontal=True, gap="medium"):
        for name, one in {"A": comparison.first, "B": comparison.second}.items():
            st.metric(f"{name} reads right", percent(accuracy(one), 2), width="content")
        difference = with_minus(points(comparison.difference))
        st.metric("B minus A", difference, width="content")
    counts, words = st.columns([2, 3], gap="large")
    with counts:
        st.html(two_runs_charts.split_html(comparison))
    with words:
        st.markdown(f"**{verdict(comparison)}**", help=CHANCE_HELP)
        st.markdown(chance_sentence(comparison))


def disagreements(comparison: Comparison) -> pd.DataFrame:
    """Return a row for each digit that only one of the two reads right, in the test's order."""
    indices = comparison.disagreements
    first, second = comparison.first, comparison.second
    return pd.DataFrame(
        {
            "index": indices,
            "label": first.labels[indices],
            "a_read_as": first.predicted[indices],
            "a_confidence": first.confidence[indices],
            "b_read_as": second.predicted[indices],
            "b_confidence": second.confidence[indices],
            "right": ["A" if right else "B" for right in first.correct[indices]],
        }
    )


def _csv(comparison: Comparison) -> bytes:
    return disagreements(comparison).to_csv(index=False).encode()


def _show_matrix(name: str, run: Run, predictions: Predictions, color: str) -> None:
    """Show the confusion matrix of one of the two."""
    matrix, title = confusion_matrix(predictions), f"{name}: {run_picker.run_label(run)}"
    st.markdown(f"##### Confusion matrix of {name}", help=two_runs_charts.COUNTS_HELP)
    st.altair_chart(two_runs_charts.counts_chart(matrix, color), alt=worst_pair(matrix))
    offer_downloads(f"confusion-matrix-{run.id}", lambda: confusion_matrix_figure(matrix, title))


def _show_difference(comparison: Comparison, first: Run, second: Run) -> None:
    """Show B's confusion matrix minus A's."""
    difference = comparison.matrix_difference
    names = run_picker.run_label(first), run_picker.run_label(second)
    st.markdown("##### B minus A", help=two_runs_charts.DIFFERENCE_HELP)
    st.altair_chart(
        two_runs_charts.difference_chart(difference),
        alt=two_runs_charts.largest_difference(difference),
    )
    st.html(two_runs_charts.LEGEND)
    st.markdown(f":small[{two_runs_charts.DIFFERENCE_CAPTION}]")
    offer_downloads(
        f"confusion-matrix-{second.id}-minus-{first.id}",
        lambda: difference_matrix_figure(difference, *names),
    )

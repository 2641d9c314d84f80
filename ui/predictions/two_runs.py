"""Two networks on the same digits: what only one of them reads, and whether that is chance."""

import pandas as pd
import streamlit as st

from cnn import comparison_plot, plots
from cnn.evaluation.accuracy import accuracy, confusion_matrix
from cnn.evaluation.comparison import Comparison
from cnn.evaluation.predictions import Predictions
from cnn.plots import ImageFormat
from cnn.runs import Run
from ui import run_picker
from ui.numbers import percent, points
from ui.predictions import evaluation_charts, two_runs_charts, two_runs_gallery
from ui.predictions.gallery import offer_picture
from ui.predictions.second_run import comparison_with, pick_second
from ui.predictions.two_runs_words import chance_sentence, verdict

CHANCE_HELP = (
    "McNemar's test (1947, in its exact form) looks only at the digits that one network reads "
    "right and the other wrong. Were both equally good, each of them would be A's or B's as by "
    "the toss of a coin. A split that tosses make in less than 5 % of all cases is called more "
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
    st.caption(f"**A** {names[0]}  \n**B** {names[1]}")
    _explain_seen(comparison)
    _show_split(comparison)
    st.markdown("##### Digits that they read differently")
    two_runs_gallery.browse(comparison)
    _offer_table(comparison)
    _show_matrices(comparison, names)


def _explain_seen(comparison: Comparison) -> None:
    seen = {"A": comparison.first.seen_in_training, "B": comparison.second.seen_in_training}
    names = " and ".join(name for name, is_seen in seen.items() if is_seen)
    if names:
        st.info(
            f"{names} may have learnt from these very digits, so this is no fair comparison.",
            icon=":material/school:",
        )


def _show_split(comparison: Comparison) -> None:
    """Show both accuracies, the four counts, and whether the difference is chance."""
    with st.container(horizontal=True, gap="large"):
        for name, one in {"A": comparison.first, "B": comparison.second}.items():
            st.metric(f"{name} reads right", percent(accuracy(one), 2), width="content")
        st.metric("B less A", points(comparison.difference), width="content")
    counts, words = st.columns([2, 3], gap="large")
    with counts:
        st.html(two_runs_charts.split_html(comparison))
    with words:
        st.markdown(f"**{verdict(comparison)}**", help=CHANCE_HELP)
        st.markdown(chance_sentence(comparison))


def _offer_table(comparison: Comparison) -> None:
    st.download_button(
        "Save as CSV",
        lambda: disagreements(comparison).to_csv(index=False),
        file_name="only-one-right.csv",
        mime="text/csv",
        key="save_disagreements",
        type="tertiary",
        icon=":material/download:",
        on_click="ignore",
        help="All digits that only one of the two reads right, with both answers, as a table.",
    )


def disagreements(comparison: Comparison) -> pd.DataFrame:
    """Return a row for each digit that only one of the two reads right, in the test's order."""
    indices = comparison.disagreements
    first, second = comparison.first, comparison.second
    return pd.DataFrame(
        {
            "test_digit": indices,
            "really": first.labels[indices],
            "a_reads": first.predicted[indices],
            "a_probability": first.confidence[indices],
            "b_reads": second.predicted[indices],
            "b_probability": second.confidence[indices],
            "right": ["A" if right else "B" for right in first.correct[indices]],
        }
    )


def _show_matrices(comparison: Comparison, names: tuple[str, str]) -> None:
    """Show both confusion matrices, and B's less A's."""
    st.markdown("##### Confusion matrix, B less A", help=two_runs_charts.DIFFERENCE_HELP)
    st.caption(":blue[Blue]: more often by B. :orange[Orange]: more often by A.")
    difference = comparison.matrix_difference
    st.altair_chart(
        two_runs_charts.difference_chart(difference),
        alt=two_runs_charts.largest_difference(difference),
    )

    def picture(image_format: ImageFormat) -> bytes:
        figure = comparison_plot.difference_matrix_figure(difference, *names)
        return plots.figure_bytes(figure, image_format)

    offer_picture("confusion-matrix-difference", picture)
    pair = zip(st.columns(2, gap="large"), "AB", (comparison.first, comparison.second), strict=True)
    for column, name, one in pair:
        matrix = confusion_matrix(one)
        column.markdown(f"##### Confusion matrix of {name}", help=evaluation_charts.CONFUSION_HELP)
        column.altair_chart(
            evaluation_charts.confusion_chart(matrix), alt=evaluation_charts.worst_pair(matrix)
        )

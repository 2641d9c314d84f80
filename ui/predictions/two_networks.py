"""The view of two networks on the same digits: which only one gets right, and if that is chance."""

import pandas as pd
import streamlit as st

from cnn.evaluation.accuracy import accuracy, confusion_matrix
from cnn.evaluation.comparison import Comparison, CorrectIn
from cnn.evaluation.predictions import Predictions
from cnn.plots.evaluation import confusion_matrix_figure, difference_matrix_figure
from cnn.runs.store import Run
from ui.predictions import gallery, heat_maps, mcnemar_text, opened_digit
from ui.predictions.heat_maps import MORE_A, MORE_B
from ui.predictions.second_network import compare_with_second
from ui.shared.downloads import offer_downloads
from ui.shared.number_text import percent, points, with_minus
from ui.shared.run_picker import run_label

PAGE, PAGE_SIZE = "only_page", 30  # fills whole rows of 3, 5, 6 or 10
SHOWN: dict[str, CorrectIn] = {
    "Only A correct": "first",
    "Only B correct": "second",
    "Both wrong": "neither",
}
COUNTS_HELP = (
    "How often each digit is predicted as each: a row for the true label, a column for the "
    "prediction. Correct predictions are on the diagonal; the color of mistakes shows how many."
)
DIFFERENCE_HELP = (
    "B's count minus A's in each cell. On the diagonal are correct predictions, everywhere else "
    "mistakes."
)
_LEGEND = (
    '<div class="legend"><span><i class="positive"></i>more often by B</span>'
    '<span><i class="negative"></i>more often by A</span></div>'
)


def compare_networks(run: Run, predictions: Predictions) -> None:
    """Show a choice of a second network, B, and how it differs from this one, A."""
    compared = compare_with_second(run, predictions)
    if compared is None:
        return
    second, comparison = compared
    st.markdown(
        f":small[**A**, the network chosen above: {run_label(run)}]  \n"
        f":small[**B**, to compare: {run_label(second)}]"
    )
    _explain_seen_in_training(comparison)
    _show_split(comparison)
    st.markdown("##### Digit by digit")
    _browse(run, comparison)
    offer_downloads(f"disagreements-{run.id}-{second.id}", table=lambda: _csv(comparison))
    columns = st.columns(3, gap="medium")
    with columns[0]:
        _show_matrix("A", run, predictions, MORE_A)
    with columns[1]:
        _show_matrix("B", second, comparison.second, MORE_B)
    with columns[2]:
        _show_difference(comparison, run, second)


def _explain_seen_in_training(comparison: Comparison) -> None:
    seen = {"A": comparison.first.seen_in_training, "B": comparison.second.seen_in_training}
    names = " and ".join(name for name, is_seen in seen.items() if is_seen)
    if names:
        st.info(
            f"{names} may have been trained on these digits, so this is no fair comparison.",
            icon=":material/school:",
        )


def _show_split(comparison: Comparison) -> None:
    """Show both accuracies, the four counts, and whether the difference is significant."""
    with st.container(horizontal=True, gap="medium"):
        for name, one in {"A": comparison.first, "B": comparison.second}.items():
            st.metric(f"Accuracy of {name}", percent(accuracy(one), 2), width="content")
        st.metric("B minus A", with_minus(points(comparison.difference)), width="content")
    counts, text = st.columns([2, 3], gap="large")
    with counts:
        st.html(split_html(comparison))
    with text:
        st.markdown(f"**{mcnemar_text.verdict(comparison)}**", help=mcnemar_text.HELP)
        st.markdown(mcnemar_text.explanation(comparison))


def split_html(comparison: Comparison) -> str:
    """Return how many digits both, one or neither gets right, as a table of two rows."""
    both, first, second, neither = (
        f"{comparison.count(who):,}" for who in ("both", "first", "second", "neither")
    )
    return (
        '<table class="split"><thead><tr><td></td><th scope="col">B correct</th>'
        '<th scope="col">B wrong</th></tr></thead><tbody>'
        f'<tr><th scope="row">A correct</th><td>{both}</td><td><b>{first}</b></td></tr>'
        f'<tr><th scope="row">A wrong</th><td><b>{second}</b></td><td>{neither}</td></tr>'
        "</tbody></table>"
    )


@st.fragment
def _browse(run: Run, comparison: Comparison) -> None:
    """Show the digits that only one or neither gets right, and the opened one, as A predicts it."""
    chosen = st.segmented_control(
        "Digits",
        list(SHOWN),
        default="Only A correct",
        required=True,
        key="only",
        bind="query-params",
        on_change=lambda: st.query_params.update({PAGE: []}),
        label_visibility="collapsed",
    )
    indices = comparison.indices(SHOWN[chosen])
    if len(indices) == 0:
        what = "both get wrong" if chosen == "Both wrong" else f"only {chosen[5]} gets right"
        st.info(f"There is no digit that {what}.", icon=":material/search_off:")
    shown = indices[gallery.choose_page(len(indices), PAGE_SIZE, PAGE)]
    gallery.show_gallery(comparison.first, shown, comparison.second)
    opened_digit.show_opened(run, comparison.first, indices, PAGE, PAGE_SIZE)


def disagreements(comparison: Comparison) -> pd.DataFrame:
    """Return a row for each digit that only one of the two gets right, in the test's order."""
    indices = comparison.disagreements
    first, second = comparison.first, comparison.second
    return pd.DataFrame(
        {
            "index": indices,
            "label": first.labels[indices],
            "a_predicted": first.predicted[indices],
            "a_confidence": first.confidence[indices],
            "b_predicted": second.predicted[indices],
            "b_confidence": second.confidence[indices],
            "correct": ["A" if correct else "B" for correct in first.correct[indices]],
        }
    )


def _csv(comparison: Comparison) -> bytes:
    return disagreements(comparison).to_csv(index=False).encode()


def _show_matrix(name: str, run: Run, predictions: Predictions, color: str) -> None:
    """Show the confusion matrix of one of the two."""
    matrix, title = confusion_matrix(predictions), f"{name}: {run_label(run)}"
    st.markdown(f"##### Confusion matrix of {name}", help=COUNTS_HELP)
    chart = heat_maps.confusion_chart(matrix, color=color)
    st.altair_chart(chart, alt=heat_maps.worst_pair(matrix))
    offer_downloads(f"confusion-matrix-{run.id}", lambda: confusion_matrix_figure(matrix, title))


def _show_difference(comparison: Comparison, first: Run, second: Run) -> None:
    """Show B's confusion matrix minus A's."""
    difference, names = comparison.matrix_difference, (run_label(first), run_label(second))
    st.markdown("##### B minus A", help=DIFFERENCE_HELP)
    chart = heat_maps.difference_chart(difference)
    st.altair_chart(chart, alt=heat_maps.largest_difference(difference))
    st.html(_LEGEND)
    st.markdown(":small[Blue is good for B on the diagonal, and bad for it everywhere else.]")
    offer_downloads(
        f"confusion-matrix-{second.id}-minus-{first.id}",
        lambda: difference_matrix_figure(difference, *names),
    )

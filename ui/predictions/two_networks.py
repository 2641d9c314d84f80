"""The view of two networks on the same digits: which only one gets right, and if that is chance."""

from typing import get_args

import numpy as np
import pandas as pd
import streamlit as st

from cnn.evaluation.comparison import SIGNIFICANCE, Comparison, CorrectIn
from cnn.evaluation.metrics import digit_table
from cnn.evaluation.predictions import Predictions
from cnn.plots.palette import NEGATIVE, POSITIVE
from cnn.runs.store import Run
from ui.predictions import charts, gallery, heat_maps, opened_digit
from ui.predictions.second_network import pick_second
from ui.shared.downloads import offer_downloads
from ui.shared.number_text import counted, literal, percent, points, with_minus
from ui.shared.run_picker import run_label
from ui.shared.run_predictions import predictions_of

PAGE, PAGE_SIZE = "only_page", 30  # fills whole rows of 3, 5, 6 or 10
SHOWN: dict[str, CorrectIn] = {
    "Only A correct": "first",
    "Only B correct": "second",
    "Both wrong": "neither",
}
MCNEMAR_HELP = (
    "McNemar's exact test (1947) looks only at the digits that one network gets right and the "
    "other wrong. If both were equally good, each of them would be A's or B's with probability "
    "1/2. A split that would come about in less than 5% of all cases is called significant."
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
    second = pick_second(run)
    if second is None:
        return
    try:
        comparison = Comparison(predictions, predictions_of(second))
    except ValueError as error:
        st.warning(str(error), icon=":material/broken_image:")
        return
    st.markdown(
        f":small[**A**, the network chosen above: {literal(run_label(run))}]  \n"
        f":small[**B**, to compare: {literal(run_label(second))}]"
    )
    _explain_seen_in_training(comparison)
    _show_split(comparison)
    st.markdown("##### Digit by digit")
    _browse(run, comparison)
    table = disagreements(comparison).to_csv
    offer_downloads(
        f"disagreements-{run.id}-{second.id}", table=lambda: table(index=False).encode()
    )
    columns = st.columns(3, gap="medium")
    with columns[0]:
        _show_matrix("A", run, predictions, NEGATIVE)
    with columns[1]:
        _show_matrix("B", second, comparison.second, POSITIVE)
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
            st.metric(f"Accuracy of {name}", percent(one.accuracy, 2), width="content")
        st.metric("B minus A", with_minus(points(comparison.difference)), width="content")
    counts, text = st.columns([2, 3], gap="large")
    with counts:
        st.table(split_table(comparison), width="content")
    with text:
        negation = "" if comparison.p_value < SIGNIFICANCE else "not "
        verdict = f"**The difference is {negation}statistically significant.**"
        st.markdown(verdict, help=MCNEMAR_HELP)
        st.markdown(explanation(comparison))


def split_table(comparison: Comparison) -> pd.DataFrame:
    """Return how many digits both, one or neither gets right, in two rows."""
    counts = [f"{len(comparison.indices(who)):,}" for who in get_args(CorrectIn)]
    rows, columns = (["A correct", "A wrong"], ["B correct", "B wrong"])
    return pd.DataFrame([counts[:2], counts[2:]], rows, columns)


def explanation(comparison: Comparison) -> str:
    """Return what McNemar's test is based on, and what its result means."""
    first, second = len(comparison.indices("first")), len(comparison.indices("second"))
    if first + second == 0:
        return "There is no digit that only one of them gets right, so nothing tells them apart."
    p_value = comparison.p_value
    meaning = "So on other digits the other one may be better. More test digits could tell."
    if comparison.first.seen_in_training or comparison.second.seen_in_training:
        meaning = "It says nothing about new digits."
    elif p_value < SIGNIFICANCE:
        better = "B" if comparison.difference > 0 else "A"
        meaning = f"So {better} is very likely better on new digits of this kind, too."
    return (
        f"Only one of the two gets {counted(first + second, 'digit')} right: {first:,} A, "
        f"{second:,} B. If both were equally good, a split at least as uneven would come about "
        f"with probability {'p < 0.001' if p_value < 0.001 else f'p = {p_value:.3g}'}. {meaning}"
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
    indices, columns = comparison.disagreements, ["predicted", "confidence"]
    a, b = (digit_table(one, indices) for one in (comparison.first, comparison.second))
    table = a[["test_digit", "label"]].join(a[columns].add_prefix("a_"))
    correct = np.where(comparison.first.correct[indices], "A", "B")
    return table.join(b[columns].add_prefix("b_")).assign(correct=correct)


def _show_matrix(name: str, run: Run, predictions: Predictions, color: str) -> None:
    """Show the confusion matrix of one of the two."""
    matrix, title = predictions.confusion_matrix, f"{name}: {run_label(run)}"
    st.markdown(f"##### Confusion matrix of {name}", help=heat_maps.HELP)
    chart = heat_maps.confusion_chart(matrix, color=color)
    st.altair_chart(chart, alt=heat_maps.worst_pair(matrix))
    offer_downloads(f"confusion-matrix-{run.id}", lambda: charts.saved(title, chart))


def _show_difference(comparison: Comparison, first: Run, second: Run) -> None:
    """Show B's confusion matrix minus A's."""
    difference = comparison.matrix_difference
    title = (
        f"Blue: more often by B, {run_label(second)}\nOrange: more often by A, {run_label(first)}"
    )
    st.markdown("##### B minus A", help=DIFFERENCE_HELP)
    chart = heat_maps.difference_chart(difference)
    st.altair_chart(chart, alt=heat_maps.largest_difference(difference))
    st.html(_LEGEND)
    st.markdown(":small[Blue is good for B on the diagonal, and bad for it everywhere else.]")
    name = f"confusion-matrix-{second.id}-minus-{first.id}"
    offer_downloads(name, lambda: charts.saved(title, chart))

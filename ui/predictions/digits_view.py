"""The view of all test digits: the gallery beside the confusion matrix, the figures below."""

import streamlit as st

from cnn.evaluation import tables
from cnn.evaluation.accuracy import confusion_matrix
from cnn.evaluation.predictions import Predictions
from cnn.evaluation.selection import select
from cnn.plots.confusion import confusion_matrix_figure
from cnn.plots.gallery import gallery_figure
from cnn.runs.store import Run
from ui.predictions import class_metrics, confusion, filters, opened_state
from ui.predictions.filter_words import empty_sentence
from ui.predictions.opened_digit import show_digit
from ui.shared import gallery, run_picker
from ui.shared.downloads import offer_downloads


def show_test_digits(run: Run, predictions: Predictions) -> None:
    """Show the test digits with the answers to them, and what they amount to."""
    title = run_picker.run_label(run)
    _browse(run, predictions, title)
    class_metrics.show_class_metrics(run, predictions)
    class_metrics.show_confidence_metrics(run, predictions)


@st.fragment
def _browse(run: Run, predictions: Predictions, title: str) -> None:
    """Answer each filter and each click without running the rest of the page again."""
    chosen = filters.choose_filter(predictions)
    indices = select(predictions, chosen)
    left, right = st.columns([3, 2], gap="large")
    with left:
        filters.show_count(predictions, chosen, len(indices))
        opened_state.explain_unknown_digit(predictions)
        if len(indices) == 0:
            st.info(empty_sentence(predictions, chosen), icon=":material/search_off:")
        shown = indices[gallery.choose_page(len(indices), len(predictions))]
        gallery.show_gallery(predictions, shown, asked=confusion.clicks())
        if len(indices):
            offer_downloads(
                "digits",
                lambda: gallery_figure(predictions, shown, title),
                lambda: tables.digit_table(predictions, indices),
                run,
            )
    with right:
        matrix = confusion_matrix(predictions)
        st.markdown("##### Confusion matrix", help=confusion.CONFUSION_HELP)
        confusion.show_confusion(matrix, chosen)
        offer_downloads("confusion-matrix", lambda: confusion_matrix_figure(matrix, title), run=run)
    if opened_state.opened_digit(predictions) is not None:
        opened_state.show_opened(run, predictions, indices, show_digit)

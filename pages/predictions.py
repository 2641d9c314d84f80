"""Predictions: what a network gets right and wrong on the test digits."""

import streamlit as st

from cnn import plots
from cnn.evaluation.accuracy import accuracy, accuracy_per_class, confusion_matrix
from cnn.plots import ImageFormat
from ui import navigation, run_picker
from ui.predictions import evaluation_charts, gallery, run_predictions

navigation.begin_page("Predictions")
picker, summary = st.columns([2, 3], vertical_alignment="bottom")
with picker:
    run = run_picker.pick_run()
try:
    predictions = run_predictions.predictions_of(run)
except ValueError as error:
    run_predictions.explain_absence(run, str(error))
    st.stop()
summary.markdown(f"#### {run_predictions.summary(run, predictions)}")
if predictions.seen_in_training:
    run_predictions.explain_seen_in_training(len(predictions))

matrix = confusion_matrix(predictions)
classes = accuracy_per_class(predictions)
title = run_picker.run_label(run)


def matrix_picture(image_format: ImageFormat) -> bytes:
    """Draw the confusion matrix as a file."""
    return plots.figure_bytes(plots.confusion_matrix_figure(matrix, title), image_format)


@st.fragment
def browse() -> None:
    """Answer each filter without running the rest of the page again."""
    chosen = gallery.choose_filter()
    indices = chosen.indices(predictions)
    if len(indices) == 0:
        st.info(gallery.empty_sentence(predictions, chosen), icon=":material/search_off:")
        return
    shown = indices[gallery.choose_page(len(indices))]
    gallery.show_gallery(predictions, shown)

    def picture(image_format: ImageFormat) -> bytes:
        return plots.figure_bytes(plots.gallery_figure(predictions, shown, title), image_format)

    gallery.offer_picture("digits", picture)


left, right = st.columns([3, 2], gap="large")
with left:
    browse()
with right:
    st.markdown("##### Confusion matrix", help=evaluation_charts.CONFUSION_HELP)
    st.altair_chart(
        evaluation_charts.confusion_chart(matrix), alt=evaluation_charts.worst_pair(matrix)
    )
    gallery.offer_picture("confusion-matrix", matrix_picture)
    st.markdown("##### Accuracy per digit", help=evaluation_charts.CLASSES_HELP)
    st.altair_chart(
        evaluation_charts.class_chart(classes, accuracy(predictions)),
        alt=evaluation_charts.hardest_digit(classes),
    )

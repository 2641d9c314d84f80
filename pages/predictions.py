"""Predictions: what a network gets right and wrong on the test digits."""

import streamlit as st

from ui.predictions import opened_state, views
from ui.shared import navigation, run_picker, run_predictions
from ui.shared.run_downloads import offer_run_downloads

navigation.begin_page("Predictions")
picker, summary = st.columns([2, 3], vertical_alignment="bottom")
wanted = st.query_params.get("run")
with picker:
    run = run_picker.pick_run()
if wanted and wanted != run.id:
    opened_state.close_digit()  # it was another run's
try:
    predictions = run_predictions.predictions_of(run)
except ValueError as error:
    run_predictions.explain_absence(run, str(error))
    st.stop()
with summary:
    st.markdown(f"#### {run_predictions.summary(run, predictions)}")
    run_predictions.show_doubtful_share(predictions)
if predictions.seen_in_training:
    run_predictions.explain_seen_in_training(run, len(predictions))

show = views.choose_view()
show(run, predictions)
offer_run_downloads(run)

"""Predictions: what a network gets right and wrong on the test digits."""

import streamlit as st

from ui.predictions.all_digits import show_test_digits
from ui.predictions.opened_digit import close_digit
from ui.predictions.two_networks import compare_networks
from ui.shared import navigation, run_picker, run_predictions, run_state
from ui.shared.downloads import offer_run_downloads
from ui.shared.replay import show_replay
from ui.shared.run_settings import show_settings

VIEWS = {
    "Test digits": show_test_digits,
    "Two networks": compare_networks,
    "Replay": lambda run, _: show_replay(run),
}

navigation.begin_page("Predictions")
picker, summary = st.columns([2, 3], vertical_alignment="bottom")
wanted = st.query_params.get("run")
with picker:
    run = run_picker.pick_run()
if wanted and wanted != run.id:
    close_digit()  # it was another run's
show_settings(run)
try:
    predictions = run_predictions.predictions_of(run)
except ValueError as error:
    run_state.explain_absence(run, str(error))
    offer_run_downloads(run)
    st.stop()
with summary:
    st.markdown(f"#### {run_predictions.summary(run, predictions)}")
    run_predictions.show_accuracy_without_label_errors(predictions)
if predictions.seen_in_training:
    run_predictions.explain_seen_in_training(run, len(predictions))

view = st.segmented_control(
    "View",
    list(VIEWS),
    default="Test digits",
    required=True,
    key="view",
    bind="query-params",
    label_visibility="collapsed",
)
VIEWS[view](run, predictions)
offer_run_downloads(run)

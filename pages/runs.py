"""Runs: everything that was trained, as one table, and several runs side by side."""

import streamlit as st

from cnn.runs import store
from ui.runs import actions, selection
from ui.runs.run_list import show_runs
from ui.runs.transfer import offer_import
from ui.shared import navigation, run_picker
from ui.shared.run_settings import show_settings

navigation.begin_page("Runs")
folder = store.runs_folder()
with st.container(horizontal=True, vertical_alignment="bottom"):
    with st.container(width=440):
        run = run_picker.pick_run()
    if imported := offer_import(folder):
        run_picker.choose(imported)
        st.rerun()
compared = selection.compared_runs(folder)
show_runs(compared or [run])
if compared:
    from ui.runs.comparison import show_comparison  # altair: half a second

    actions.show_bulk_actions(compared)
    show_comparison(compared)
else:
    actions.show_actions(run)
    show_settings(run)
if not store.list_runs(folder):
    st.markdown("The built-in network came with the app. Your own runs will appear above it.")
    navigation.offer_page(navigation.TRAIN, "Train a network", {}, type="primary")

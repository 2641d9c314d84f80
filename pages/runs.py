"""Runs: everything that was trained, as one table."""

import streamlit as st

from cnn.runs import queue, store
from cnn.runs.store import RunError
from ui.runs.run_table import run_table
from ui.runs.transfer import offer_import
from ui.shared import navigation, run_picker
from ui.shared.downloads import offer_run_downloads

navigation.begin_page("Runs")
run = run_picker.pick_run()
folder = store.runs_folder()
everything = store.all_runs(folder)

if len(everything) == 1:
    st.info("Nothing trained yet. Your runs will appear here.", icon=":material/info:")
    navigation.offer_page(navigation.TRAIN, "Train a network", {}, type="primary")

table = run_table(everything)
chosen = st.dataframe(
    table.drop(columns="id"),
    hide_index=True,
    placeholder="–",
    selection_mode="single-row",
    on_select="rerun",
    selection_default={"selection": {"rows": [list(table["id"]).index(run.id)]}},
    key=f"run_table_{run.id}_{hash(tuple(table['id']))}",  # rows are selected by number
    column_config={
        "Test accuracy": st.column_config.NumberColumn(format="%.2f%%"),
        "Validation accuracy": st.column_config.NumberColumn(format="%.2f%%"),
        "Parameters": st.column_config.NumberColumn(format="localized"),
        "Created": st.column_config.DatetimeColumn(format="D MMM, HH:mm"),
    },
)
rows = chosen["selection"]["rows"]
if rows and rows[0] < len(table):
    selected = table["id"].iloc[rows[0]]
    if selected != run.id:
        run_picker.choose(store.open_run(selected, folder))
        st.rerun()


@st.dialog("Delete this run?")
def confirm_deletion() -> None:
    """Ask for confirmation: a deleted run's network is gone."""
    st.write(f"**{run_picker.run_label(run)}** and its network will be gone for good.")
    if st.button("Delete for good", type="primary", icon=":material/delete:"):
        try:
            queue.delete(run)
        except RunError as error:
            st.error(str(error))
            return
        run_picker.choose(store.open_run(store.BUILT_IN, folder))
        st.rerun()


with st.container(horizontal=True):
    address, unusable = {"run": run.id}, not run.is_usable
    navigation.offer_page(navigation.PREDICTIONS, "View predictions", address, disabled=unusable)
    navigation.offer_page(navigation.DRAW, "Draw", address, disabled=unusable)
    navigation.offer_page(navigation.TRAIN, "Training curves", address, disabled=run.is_built_in)
    offer_run_downloads(run)
    if imported := offer_import(folder):
        run_picker.choose(imported)
        st.rerun()
    if st.button("Delete", icon=":material/delete:", disabled=run.is_built_in):
        confirm_deletion()

"""Train: choose the hyperparameters of a network, train it, and watch the curves."""

from functools import partial

import streamlit as st

from cnn import launching
from cnn.network.layers import layer_table
from cnn.presets import to_settings
from cnn.runs import store
from cnn.runs.notes import check_notes, write_notes
from cnn.runs.store import RunError
from ui.shared import hyperparameter_form, navigation, run_picker
from ui.shared.data_source import show_data_source
from ui.shared.downloads import offer_run_downloads
from ui.shared.problems import told
from ui.shared.replay import offer_replay
from ui.shared.run_notes import offer_notes
from ui.shared.run_settings import show_settings
from ui.train.next_network import show_network
from ui.train.training_panel import offers_resume, show_run

navigation.begin_page("Train")
folder = store.runs_folder()


def train() -> None:
    """Start a run with the values and the name of the form, and make it the chosen one."""
    with told("The training could not start: "):
        notes = check_notes(name=st.session_state[hyperparameter_form.NAME])
        values = hyperparameter_form.chosen_hyperparameters()
        layer_table(values)  # raises where they are impossible, since the page was drawn
        populate = partial(write_notes, notes=notes)
        run_picker.choose(launching.start(values, folder, populate=populate))
        st.session_state[hyperparameter_form.NAME] = ""


hyperparameter_form.read_address()
with st.sidebar:
    name, form = st.container(), st.container()
presets, button = st.columns([3, 2], vertical_alignment="bottom")
with presets:
    hyperparameter_form.choose_preset()
with form:
    hyperparameter_form.choose_values()

chosen = layers = None
try:
    chosen = hyperparameter_form.chosen_hyperparameters()
    hyperparameter_form.write_address(chosen)
    layers, problem = layer_table(chosen), ""
except ValueError as error:
    problem = str(error)
with name:
    hyperparameter_form.choose_name(chosen)

with st.container(horizontal=True, vertical_alignment="bottom"):
    run = run_picker.pick_run(active_first=True)
    offer_notes(run)
button.button(
    "Train",
    icon=":material/play_arrow:",
    type="secondary" if offers_resume(run) else "primary",
    width="stretch",
    disabled=bool(problem),
    help=problem or "Training continues even if you close the page.",
    key="train",
    on_click=train,  # before the script, so that no other rerun can swallow a click
)
if where := launching.cluster_problem(folder):
    st.warning(where, icon=":material/cloud_off:")
is_same = show_settings(run, chosen)
if not run.is_built_in:
    show_run(run, chosen if layers else None)
    offer_replay(run)
    offer_run_downloads(run)

st.subheader("Network to train next")
if not run.is_built_in:
    st.caption(f"The run above has {'the same' if is_same else 'other'} settings.")
if chosen is None or layers is None:
    st.error(problem, icon=":material/error:")
    st.stop()
show_network(chosen, layers, folder)
navigation.offer_page(navigation.SWEEPS, "Vary these in a sweep", to_settings(chosen))
show_data_source()

# After everything is on the screen: both take the processor for seconds.
try:
    launching.warm(folder)
except RunError as error:
    st.warning(str(error), icon=":material/folder_off:")
navigation.preload_modules()

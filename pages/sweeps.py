"""Sweeps: train a network for each choice of hyperparameters, watch, and find the best."""

from cnn.runs import store
from ui.shared import navigation
from ui.sweeps.new_sweep import show_form
from ui.sweeps.progress import show_sweep
from ui.sweeps.sweep_picker import pick_sweep

navigation.begin_page("Sweeps")
folder = store.runs_folder()
if sweep := pick_sweep(folder):
    show_sweep(sweep)
else:
    show_form(folder)

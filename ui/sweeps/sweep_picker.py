"""The chosen sweep: in the address, and remembered while other pages are visited."""

from datetime import datetime
from pathlib import Path

import streamlit as st

from cnn.hyperparameters import SPECS
from cnn.runs.store import RunError
from cnn.sweeps import store
from cnn.sweeps.store import Sweep

NEW = "new"  # in the address: the form of a new sweep


def choose(sweep_id: str, **settings: str) -> None:
    """Make this the chosen sweep; nothing else but these settings stays in the address."""
    st.session_state["chosen_sweep"] = sweep_id
    st.query_params.from_dict({"sweep": sweep_id, **settings})


def title(sweep: Sweep) -> str:
    """Return what a sweep varies: "Learning rate × Filters"."""
    return " × ".join(SPECS[name].label for name in sweep.plan.space)


def pick_sweep(folder: Path) -> Sweep | None:
    """Show the menu of sweeps, and return that of the address, the one before, or the newest.

    None stands for a new one, which settings in the address are for. A wrong address is told.
    """
    sweeps, sweep, wanted = store.list_sweeps(folder), None, st.query_params.get("sweep")
    if not wanted and not {"preset", *SPECS} & set(st.query_params):
        newest = [one.id for one in sweeps[:1]]
        wanted = st.session_state.get("chosen_sweep", *newest)
    if wanted and wanted != NEW:
        try:
            sweep = store.open_sweep(wanted, folder)
            choose(wanted)
        except RunError as error:
            st.warning(str(error), icon=":material/search_off:")
    if sweeps:
        _show_menu(sweeps, sweep)
    return sweep


def _show_menu(sweeps: list[Sweep], chosen: Sweep | None) -> None:
    labels, state, key = {NEW: "New sweep"}, st.session_state, "sweep_menu"
    for sweep in sweeps:
        created = datetime.fromtimestamp(sweep.contents.created)
        labels[sweep.id] = f"{title(sweep)} · {sweep.state} · {created:%d %b %H:%M:%S}"

    def follow() -> None:
        if state[key] in labels:  # and is no label that has changed since it was sent
            choose(state[key])

    with st.container(horizontal=True, vertical_alignment="bottom"):
        state[key], words = chosen.id if chosen else NEW, labels.__getitem__
        st.selectbox("Sweep", labels, format_func=words, key=key, on_change=follow, width=440)
        if chosen:
            st.button("New sweep", icon=":material/add:", on_click=choose, args=(NEW,))

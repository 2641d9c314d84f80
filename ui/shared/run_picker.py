"""The chosen run: the same on all pages, and in the address."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import streamlit as st

from cnn.evaluation.compare_runs import distinct
from cnn.runs import store
from cnn.runs.status import State
from cnn.runs.store import Run, RunError
from ui.shared.number_text import moment, percent

NONE = "none"  # in the address: a choice was cleared


def choose(run: Run) -> None:
    """Make this the chosen run of all pages."""
    st.session_state["chosen_run"] = run.id
    st.query_params["run"] = run.id


def pick_run(active_first: bool = False) -> Run:
    """Show the menu of runs, and return the run of the address or the one chosen before.

    Without one, it is the newest with a network, or the built-in one; with `active_first` the
    newest that is queued or trains, if there is one. The address may name no run: it is said.
    """
    folder, run = store.runs_folder(), None
    if wanted := st.query_params.get("run") or st.session_state.get("chosen_run"):
        try:
            run = store.open_run(wanted, folder)
        except RunError as error:
            st.warning(str(error), icon=":material/search_off:")
    run = run or _default_run(folder, active_first)
    choose(run)
    text = "The trained network that this page shows. Each training run gives one."
    runs = sorted(store.all_runs(folder), key=lambda run: not run.notes.starred)
    show_menu("Trained network", runs, run.id, "run", help=text)
    return run


def show_menu(
    title: str, runs: Iterable[Run], chosen: str | None, address: str, **options: Any
) -> str | None:
    """Show a menu of runs and return the id of the chosen one, which the address names too."""
    labels, key = run_labels(runs), f"{address}_menu"

    def follow() -> None:
        # A label that has changed since the browser got it comes back as the label itself.
        if (picked := st.session_state[key]) is None or picked in labels:
            st.query_params.update({address: picked or NONE}, compare=[])  # Runs shows one again

    st.session_state[key] = chosen
    return st.selectbox(
        title,
        list(labels),
        format_func=lambda run_id: labels.get(run_id, run_id),
        key=key,
        width=440,
        on_change=follow,
        **options,
    )


def _default_run(folder: Path, active_first: bool) -> Run:
    runs = [run for run in store.list_runs(folder) if _is_readable(run)]
    active = [run for run in runs if active_first and run.status().active]
    return [*active, *(run for run in runs if run.is_usable), Run(store.BUILT_IN_PATH)][0]


def _is_readable(run: Run) -> bool:
    try:
        return bool(run.status() and run.hyperparameters)
    except RunError:
        return False


def run_labels(everything: Iterable[Run]) -> dict[str, str]:
    """Return a label for each run by its id, no two alike: a menu can't tell equal ones apart.

    Of equal ones, the oldest keeps its label, and the others get a number.
    """
    labels = {run.id: run_label(run) for run in everything}
    oldest_first = sorted(labels)
    labels.update(zip(oldest_first, distinct(labels[one] for one in oldest_first), strict=True))
    return labels


def run_label(run: Run) -> str:
    """Return a run's name, result and time for a menu."""
    if run.is_built_in:
        return f"Built-in · {percent(run.status().test_accuracy)}"
    try:
        status = run.status()
        result = str(status.state)
        if status.state is State.FINISHED:
            result = percent(status.test_accuracy)
        elif status.state is State.RUNNING:
            result = "training"
        star = "★ " if run.notes.starred else ""
        return f"{star}{run.name} · {result} · {moment(status.created_at)}"
    except RunError:
        return f"{run.id} · damaged"

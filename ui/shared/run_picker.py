"""The chosen run: the same on all pages, and in the address."""

from collections import Counter
from collections.abc import Iterable

import streamlit as st

from cnn.presets import label_of
from cnn.runs import store
from cnn.runs.status import State
from cnn.runs.store import Run, RunError
from ui.shared import navigation
from ui.shared.number_text import percent

MENU_WIDTH = 440  # screen pixels

_STATES = {
    State.QUEUED: "queued",
    State.RUNNING: "training",
    State.STOPPED: "stopped",
    State.FAILED: "failed",
    State.INTERRUPTED: "interrupted",
}


def choose(run: Run) -> None:
    """Make this the chosen run of all pages."""
    st.session_state["chosen_run"] = run.id
    st.query_params["run"] = run.id


def chosen_run(alive_first: bool = False) -> Run:
    """Return the run of the address, else the one chosen before, else the best to start with.

    Args:
        alive_first: whether that may be a run which has no network yet.

    An address that names no run leads to a sentence and the default run.
    """
    wanted = st.query_params.get("run") or st.session_state.get("chosen_run")
    run = None
    if wanted:
        try:
            run = store.open_run(wanted, store.runs_folder())
        except RunError as error:
            st.warning(str(error), icon=":material/search_off:")
    run = run or _default_run(alive_first)
    choose(run)
    return run


def _default_run(alive_first: bool) -> Run:
    """Return a run that is going on, if wanted, else the newest with a network or the built-in."""
    readable = [
        (run, state) for run in store.list_runs(store.runs_folder()) if (state := _state(run))
    ]
    alive = [run for run, state in readable if state in (State.QUEUED, State.RUNNING)]
    usable = [run for run, _ in readable if run.is_usable]
    first = alive if alive_first else []
    return [*first, *usable, store.open_run(store.BUILT_IN, store.runs_folder())][0]


def _state(run: Run) -> State | None:
    try:
        return run.status().state if run.hyperparameters else None
    except RunError:
        return None


def run_labels(everything: Iterable[Run]) -> dict[str, str]:
    """Return a label for each run by its id, no two alike: a menu can't tell equal ones apart.

    Those that would be alike are told apart by the second, and if need be by a number.
    """
    by_id = {run.id: run for run in everything}
    labels = {run_id: run_label(run) for run_id, run in by_id.items()}
    often = Counter(labels.values())
    labels |= {one: run_label(by_id[one], "%H:%M:%S") for one in by_id if often[labels[one]] > 1}
    seen: Counter[str] = Counter()
    for run_id in sorted(labels):  # the oldest first: its label stays when newer runs come
        seen[label := labels[run_id]] += 1
        labels[run_id] = f"{label} ({seen[label]})" if seen[label] > 1 else label
    return labels


def run_label(run: Run, clock: str = "%H:%M") -> str:
    """Return a run's name, result and time of day for a menu."""
    if run.is_built_in:
        return f"Built-in · {percent(run.status().test_accuracy)}"
    try:
        status = run.status()
        result = _STATES.get(status.state) or percent(status.test_accuracy)
        when = status.created_at.strftime(f"%d %b {clock}")
        return f"{label_of(run.name)} · {result} · {when}"
    except RunError:
        return f"{run.id} · damaged"


def pick_run(alive_first: bool = False) -> Run:
    """Show the menu of runs and return the chosen one; `alive_first` is for `chosen_run`."""
    run = chosen_run(alive_first)
    labels = run_labels(store.all_runs(store.runs_folder()))
    st.session_state["run_picker"] = run.id

    def follow() -> None:
        # A label that has changed since the browser got it comes back as the label itself.
        if (picked := st.session_state["run_picker"]) in labels:
            st.query_params["run"] = picked

    st.selectbox(
        "Trained network",
        list(labels),
        format_func=lambda run_id: labels.get(run_id, run_id),
        key="run_picker",
        width=MENU_WIDTH,
        on_change=follow,
        help="The trained network that this page shows. Each training run gives one.",
    )
    return run


def explain_unusable(run: Run) -> None:
    """Say why a run has no network, and what to do instead."""
    try:
        status = run.status()
    except RunError as error:
        st.error(str(error), icon=":material/broken_image:")
        offer_built_in()
        return
    words = {
        State.QUEUED: "This run is queued. Its network is ready when it has been trained.",
        State.STOPPED: "This run has no network: it stopped before it had one."
        if not status.phase
        else "This run's network is being tested.",
        State.RUNNING: "This run is still training. Its network is ready as soon as it is done, "
        "or when you click Stop on the Train page.",
        State.FAILED: f"This run failed, so it has no network. {status.message}",
        State.INTERRUPTED: "This run was interrupted, so it has no network yet. "
        "Resume it on the Train page.",
    }
    st.info(words.get(status.state, "This run has no network."), icon=":material/info:")
    with st.container(horizontal=True):
        if st.button("Go to Train", icon=":material/model_training:"):
            st.switch_page(navigation.TRAIN, query_params={"run": run.id})
        offer_built_in()


def offer_built_in() -> None:
    """Show the button that chooses the built-in network."""
    if st.button("Use the built-in network", icon=":material/verified:"):
        st.query_params["run"] = store.BUILT_IN
        st.rerun()

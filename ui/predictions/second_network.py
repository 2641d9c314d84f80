"""The choice of a second network, to compare the first one with."""

from collections.abc import Container

import streamlit as st

from cnn.runs import store
from cnn.runs.store import Run, RunError
from ui.shared import navigation, run_picker

ADDRESS = "with"  # name in the address
NONE = "none"  # in the address: the choice was cleared
_KEY = "second_network"


def pick_second(run: Run) -> Run | None:
    """Show the menu of networks that were tested on the same digits, and return the chosen one.

    The default is the built-in one, or the most accurate if that is the first. An address that
    names one that cannot be compared leads to a sentence.
    """
    runs = store.all_runs(store.runs_folder())
    candidates = {one.id: one for one in runs if not _problem(one.id, run)}
    wanted = st.query_params.get(ADDRESS) or _default(candidates)
    if wanted != NONE and wanted not in candidates:
        st.warning(_problem(wanted, run), icon=":material/search_off:")
    if not candidates:
        _explain_no_candidates()
        return None
    labels = run_picker.run_labels(candidates.values())
    st.session_state[_KEY] = wanted if wanted in candidates else None
    chosen = st.selectbox(
        "Second network (B)",
        list(labels),
        index=None,
        format_func=lambda run_id: labels.get(run_id, run_id),
        key=_KEY,
        placeholder="Choose a network to compare with",
        width=run_picker.MENU_WIDTH,
        on_change=store_choice,
        args=(labels,),
        help="Networks that were tested on the same digits.",
    )
    if chosen is None:
        st.markdown("Choose a second network to see which digits only one of the two gets right.")
        return None
    return candidates[chosen]


def store_choice(known: Container[str]) -> None:
    """Put the menu's choice into the address.

    A label that has changed since the browser got it comes back as the label itself, and is none
    of the known ids.
    """
    chosen = st.session_state[_KEY] or NONE
    if chosen == NONE or chosen in known:
        st.query_params[ADDRESS] = chosen


def _default(candidates: dict[str, Run]) -> str:
    """Return the id of the built-in network, else of the most accurate one."""
    if store.BUILT_IN in candidates:
        return store.BUILT_IN
    return max(
        candidates, key=lambda one: candidates[one].status().test_accuracy or 0.0, default=NONE
    )


def _problem(run_id: str, run: Run) -> str:
    """Return why a run can't be compared with another one, or nothing if it can."""
    try:
        one = store.open_run(run_id, store.runs_folder())
        status, dataset = one.status(), run.status().dataset
    except RunError as error:
        return str(error)
    if one.path == run.path:
        return "A network can't be compared with itself. Choose another one."
    if status.active or not one.is_usable:
        return f"Run {one.id} is {status.state} and has no network to compare with yet."
    if status.dataset != dataset:
        return f"Run {one.id} was tested on other digits, so the two can't be compared."
    return ""


def _explain_no_candidates() -> None:
    st.info(
        "There is no second network yet that was tested on the same digits. Train one with other "
        "hyperparameters, and see here which digits only one of the two gets right.",
        icon=":material/compare_arrows:",
    )
    navigation.offer_page(navigation.TRAIN, "Train another network", {}, key="train_second")

"""The choice of a second network, to compare the first one with."""

import streamlit as st

from cnn.runs import store
from cnn.runs.store import Run, RunError
from ui.shared import navigation, run_picker

ADDRESS = "with"  # name in the address


def pick_second(run: Run) -> Run | None:
    """Show the menu of networks that were tested on the same digits, and return the chosen one.

    The default is the built-in one, or the most accurate if that is the first. An address that
    names one that cannot be compared leads to a sentence.
    """
    runs = store.all_runs(store.runs_folder())
    candidates = {one.id: one for one in runs if not _problem(one.id, run)}
    wanted = st.query_params.get(ADDRESS) or _default(candidates)
    if wanted != run_picker.NONE and wanted not in candidates:
        st.warning(_problem(wanted, run), icon=":material/search_off:")
    if not candidates:
        _explain_no_candidates()
        return None
    chosen = run_picker.show_menu(
        "Second network (B)",
        candidates.values(),
        wanted if wanted in candidates else None,
        ADDRESS,
        index=None,
        placeholder="Choose a network to compare with",
        help="Networks that were tested on the same digits.",
    )
    if chosen is None:
        st.markdown("Choose a second network to see which digits only one of the two gets right.")
        return None
    return candidates[chosen]


def _default(candidates: dict[str, Run]) -> str:
    """Return the id of the built-in network, else of the most accurate one."""
    if store.BUILT_IN in candidates:
        return store.BUILT_IN
    return max(
        candidates,
        key=lambda one: candidates[one].status().test_accuracy or 0.0,
        default=run_picker.NONE,
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
    if not one.is_usable:
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

"""The choice of a second network, to compare the first one with."""

import streamlit as st

from cnn.evaluation.comparison import Comparison, compare
from cnn.evaluation.predictions import Predictions
from cnn.runs import store
from cnn.runs.store import Run, RunError
from ui.shared import navigation, run_picker
from ui.shared.run_predictions import predictions_of

KEY = "with"  # also its name in the address
NOBODY = "none"  # in the address: the choice was cleared


def pick_second(run: Run) -> Run | None:
    """Show the menu of networks that were tested on the same digits, and return the chosen one.

    Where the address names none, it is the built-in one, or the best if that is the first. One
    that it names and that cannot be compared leads to a sentence.
    """
    candidates = _candidates(run)
    labels = run_picker.run_labels(candidates)
    wanted = st.query_params.get(KEY) or _suggestion(candidates)
    if wanted != NOBODY and wanted not in labels:
        st.warning(_why_not(wanted, run), icon=":material/search_off:")
    if not labels:
        _explain_none()
        return None
    st.session_state["second_picker"] = wanted if wanted in labels else None
    chosen = st.selectbox(
        "Second network (B)",
        list(labels),
        index=None,
        format_func=lambda run_id: labels.get(run_id, run_id),
        key="second_picker",
        placeholder="Choose a network to compare with",
        width=run_picker.MENU_WIDTH,
        on_change=_keep_choice,
        help="Networks that were tested on the same digits.",
    )
    if chosen is None:
        st.markdown("Choose a second network to see which digits only one of the two reads right.")
        return None
    return store.open_run(chosen, store.runs_folder())


def _keep_choice() -> None:
    st.query_params[KEY] = st.session_state["second_picker"] or NOBODY


def _suggestion(candidates: list[Run]) -> str:
    """Return the run to begin with, of those that can be compared."""
    if not candidates:
        return NOBODY
    best = max(candidates, key=lambda one: (one.is_built_in, one.status().test_accuracy or 0.0))
    return best.id


def _candidates(run: Run) -> list[Run]:
    """Return the other runs with a network that was tested on the same digits."""
    folder = store.runs_folder()
    everything = [*store.list_runs(folder), store.open_run(store.BUILT_IN, folder)]
    return [one for one in everything if one.path != run.path and _is_comparable(one, run)]


def _is_comparable(one: Run, run: Run) -> bool:
    try:
        status = one.status()
        return one.is_usable and not status.active and status.dataset == run.status().dataset
    except RunError:
        return False


def _why_not(run_id: str, run: Run) -> str:
    """Say why a run of the address cannot be compared."""
    try:
        one = store.open_run(run_id, store.runs_folder())
        status = one.status()
    except RunError as error:
        return str(error)
    if one.path == run.path:
        return "The network can't be compared with itself. Choose another one."
    if status.active or not one.is_usable:
        return f"Run {one.id} is {status.state} and has no network to compare with yet."
    return f"Run {one.id} was tested on other digits, so the two can't be compared."


def _explain_none() -> None:
    st.info(
        "There is no second network yet that was tested on the same digits. Train one with other "
        "settings, and see here which digits only one of them reads right.",
        icon=":material/compare_arrows:",
    )
    if st.button("Train another network", icon=":material/model_training:", key="train_second"):
        st.switch_page(navigation.TRAIN)


def comparison_with(predictions: Predictions, second: Run) -> Comparison | None:
    """Return the comparison with a second run, or None after saying why there is none."""
    try:
        return compare(predictions, predictions_of(second))
    except ValueError as error:
        st.warning(str(error), icon=":material/broken_image:")
        return None

"""The choice of a second network, to compare the first one with."""

import streamlit as st

from cnn.evaluation.comparison import Comparison, compare
from cnn.evaluation.predictions import Predictions
from cnn.runs import store
from cnn.runs.store import Run, RunError
from ui.shared import navigation, run_picker
from ui.shared.run_predictions import predictions_of

ADDRESS = "with"  # name in the address
NONE = "none"  # in the address: the choice was cleared
_KEY = "second_network"


def compare_with_second(run: Run, predictions: Predictions) -> tuple[Run, Comparison] | None:
    """Return the second network that is chosen and the comparison, or None after saying why not."""
    second = _pick_second(run)
    if second is None:
        return None
    try:
        return second, compare(predictions, predictions_of(second))
    except ValueError as error:
        st.warning(str(error), icon=":material/broken_image:")
        return None


def _pick_second(run: Run) -> Run | None:
    """Show the menu of networks that were tested on the same digits, and return the chosen one.

    The default is the built-in one, or the most accurate if that is the first. An address that
    names one that cannot be compared leads to a sentence.
    """
    candidates = _candidates(run)
    labels = run_picker.run_labels(candidates)
    wanted = st.query_params.get(ADDRESS) or _default(candidates)
    if wanted != NONE and wanted not in labels:
        st.warning(_problem(wanted, run), icon=":material/search_off:")
    if not labels:
        _explain_no_candidates()
        return None
    st.session_state[_KEY] = wanted if wanted in labels else None
    chosen = st.selectbox(
        "Second network (B)",
        list(labels),
        index=None,
        format_func=lambda run_id: labels.get(run_id, run_id),
        key=_KEY,
        placeholder="Choose a network to compare with",
        width=run_picker.MENU_WIDTH,
        on_change=lambda: st.query_params.update({ADDRESS: st.session_state[_KEY] or NONE}),
        help="Networks that were tested on the same digits.",
    )
    if chosen is None:
        st.markdown("Choose a second network to see which digits only one of the two gets right.")
        return None
    return store.open_run(chosen, store.runs_folder())


def _default(candidates: list[Run]) -> str:
    """Return the id of the built-in network, else of the most accurate one."""

    def rank(one: Run) -> tuple[bool, float]:
        return one.is_built_in, one.status().test_accuracy or 0.0

    best = max(candidates, key=rank, default=None)
    return best.id if best else NONE


def _candidates(run: Run) -> list[Run]:
    """Return the other runs with a network that was tested on the same digits."""
    runs = store.all_runs(store.runs_folder())
    return [one for one in runs if one.path != run.path and _is_comparable(one, run)]


def _is_comparable(one: Run, run: Run) -> bool:
    try:
        status = one.status()
        return one.is_usable and not status.active and status.dataset == run.status().dataset
    except RunError:
        return False


def _problem(run_id: str, run: Run) -> str:
    """Return why a run cannot be compared."""
    try:
        one = store.open_run(run_id, store.runs_folder())
        status = one.status()
    except RunError as error:
        return str(error)
    if one.path == run.path:
        return "A network can't be compared with itself. Choose another one."
    if status.active or not one.is_usable:
        return f"Run {one.id} is {status.state} and has no network to compare with yet."
    return f"Run {one.id} was tested on other digits, so the two can't be compared."


def _explain_no_candidates() -> None:
    st.info(
        "There is no second network yet that was tested on the same digits. Train one with other "
        "hyperparameters, and see here which digits only one of the two gets right.",
        icon=":material/compare_arrows:",
    )
    if st.button("Train another network", icon=":material/model_training:", key="train_second"):
        st.switch_page(navigation.TRAIN)

"""What a run is doing, and why it has nothing to show: on every page in the same words."""

from collections.abc import Callable

import streamlit as st

from cnn import launching
from cnn.runs import nodes, store
from cnn.runs.status import QUEUED_ON_CLUSTER, State, Status
from cnn.runs.store import Run, RunError
from ui.shared import navigation

POLL_INTERVAL = 1.0  # seconds
_REASONS = {
    State.QUEUED: "This run is queued. Its network is ready when it has been trained.",
    State.RUNNING: "This run is still training. Its network is ready as soon as it is done, or "
    "when you click Stop on the Train page.",
    State.STOPPED: "This run has no network: it stopped before it had one.",
    State.FAILED: "This run failed, so it has no network. {message}",
    State.INTERRUPTED: "This run was interrupted, so it has no network yet. Resume it on the Train "
    "page.",
}


def activity(run: Run, status: Status) -> str:
    """Return what a run that is not over is doing, in a few words."""
    if status.state is State.QUEUED:
        if not nodes.capacity(run.path.parent):
            return QUEUED_ON_CLUSTER
        ahead = nodes.queue_position(run)
        return f"queued, {ahead} ahead" if ahead else "starting"
    phase = "preparing the digits" if status.phase == "preparing" else status.phase or "training"
    return f"{phase} on {status.node}" if status.node else phase


def watch(
    run: Run,
    show: Callable[[Status], object] = lambda status: None,
    interval: float = POLL_INTERVAL,
    at_end: Callable[[Run], object] = lambda run: None,
) -> None:
    """Show a run's status, every few seconds until it is over, and then the whole page again.

    While it is queued, it is made sure that there is a worker. `at_end` is called at the end.
    """

    def poll() -> None:
        try:
            status = launching.current_status(run)
            if status.over:
                at_end(run)
                st.rerun()
            if status.state is State.QUEUED:
                _ensure_worker(run)
            show(status)
        except RunError:
            st.rerun()  # deleted or damaged meanwhile: the page says so

    st.fragment(poll, run_every=interval)()


def _ensure_worker(run: Run) -> None:
    try:
        launching.ensure_worker(run)
    except RunError as error:
        st.error(str(error), icon=":material/error:")


def explain_absence(run: Run, problem: str) -> None:
    """Say why a run has nothing to show, offer what to do, and wait for the end of its training.

    `problem` is said of a run that should have something to show: a file of it is damaged.
    """
    try:
        status = launching.current_status(run)
    except RunError:
        status = None
    if status is None or (status.over and run.is_usable):
        st.warning(problem, icon=":material/broken_image:")
    elif status.state is State.STOPPED and status.phase:
        st.info("This run's network is being tested.", icon=":material/info:")
    else:
        reason = _REASONS.get(status.state, "This run has no network.")
        st.info(reason.format(message=status.message), icon=":material/info:")
    with st.container(horizontal=True):
        navigation.offer_page(navigation.TRAIN, "Go to Train", {"run": run.id})
        offer_built_in(run)
    if status and not status.over:
        watch(run)


def offer_built_in(run: Run) -> None:
    """Show the button that chooses the built-in network in the place of another run."""
    if not run.is_built_in and st.button("Use the built-in network", icon=":material/verified:"):
        st.query_params["run"] = store.BUILT_IN
        st.rerun()

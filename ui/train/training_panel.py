"""A run on the Train page: live while it trains, then its result."""

from collections.abc import Callable

import streamlit as st

from cnn import launching
from cnn.presets import label_of
from cnn.runs import queue
from cnn.runs.fine_tune_info import is_test_seen
from cnn.runs.metrics import Metrics
from cnn.runs.status import State, Status
from cnn.runs.store import Run, RunError
from ui.shared import navigation, run_picker
from ui.shared.fine_tuned_result import show_before_and_after
from ui.shared.number_text import duration, percent
from ui.train.result import show_result, show_seen

POLL_INTERVAL = 1.0  # seconds: drawing the curves more often would slow the training down
FIRST_POLL_INTERVAL = 0.3  # until the first point has come
CURVES_HEIGHT = 340  # screen pixels kept free for the curves


def show_run(run: Run) -> None:
    """Show a run as it is now, and keep showing it while its process works."""
    try:
        status, _ = run.status(), run.hyperparameters
    except RunError as error:
        st.error(str(error), icon=":material/broken_image:")
        run_picker.offer_built_in()
        return
    if status.over:
        _show_over(run, status)
        return
    begun = bool(run.metrics().training)
    waits = _activity(run, status).startswith("queued")
    interval = POLL_INTERVAL if begun or waits else FIRST_POLL_INTERVAL
    st.fragment(_poll, run_every=interval)(run, begun)


def _poll(run: Run, begun: bool) -> None:
    try:
        _show_active(run, begun)
    except RunError:
        st.rerun()  # deleted or damaged meanwhile: the page says so


def _show_active(run: Run, begun: bool) -> None:
    status, metrics = run.status(), run.metrics()
    if status.over:
        st.rerun()
    if status.state is State.QUEUED:
        _ensure_worker(run)
    _show_title_and_stop(run, status)
    if status.message:  # how it resumed
        st.caption(status.message)
    _show_progress(run, metrics)
    if not metrics.training:  # the processor belongs to the training until it has begun
        st.container(height=CURVES_HEIGHT, border=False)
        return
    _show_curves(run, metrics)
    if not begun:
        st.rerun()  # with longer pauses from now on


def _ensure_worker(run: Run) -> None:
    try:
        launching.ensure_worker(run)
    except RunError as error:
        st.error(str(error), icon=":material/error:")


def _show_title_and_stop(run: Run, status: Status) -> None:
    title, button = st.columns([4, 1], vertical_alignment="center")
    title.subheader(f"{label_of(run.name)} · {_activity(run, status)}")
    stopping = run.stop_file.exists() or status.state is State.STOPPED
    if button.button(
        "Stopping …" if stopping else "Stop",
        icon=":material/stop_circle:",
        disabled=stopping or status.phase in ("saving", "testing"),
        help="Stop now and keep the network as it is.",
        width="stretch",
        key="stop",
    ):
        _act(queue.stop, run)


def _activity(run: Run, status: Status) -> str:
    """Return what the run is doing, in a few words."""
    if status.state is State.QUEUED:
        before = queue.queue_position(run)
        return "starting" if before == 0 else f"queued, {before} ahead"
    words = {
        "starting": "starting",
        "preparing": "preparing the digits",
        "saving": "saving",
        "testing": "testing",
    }
    return words.get(status.phase, "training") if status.in_work else str(status.state)


def _show_progress(run: Run, metrics: Metrics) -> None:
    """Show four metrics and the progress of the training."""
    epochs = run.hyperparameters.epochs
    latest = metrics.training[-1] if metrics.training else None
    done = latest.epoch if latest else 0.0
    left = latest.seconds / done * (epochs - done) if latest and done else None
    with st.grid(4, min_column_width=130):
        st.metric("Accuracy", percent(latest.accuracy if latest else None), border=True)
        st.metric("Loss", f"{latest.loss:.3f}" if latest else "–", border=True)
        speed = f"{latest.images_per_second:,.0f}" if latest else "–"
        st.metric("Images/s", speed, border=True)
        st.metric("Time left", duration(left), border=True)
    epoch = min(int(done) + 1, epochs)
    st.progress(min(done / epochs, 1.0), text=f"Epoch {epoch} of {epochs}")


def _show_over(run: Run, status: Status) -> None:
    """Show the result of a run, and the next steps."""
    metrics = run.metrics()
    st.subheader(f"{label_of(run.name)} · {status.state}")
    if status.state is State.FAILED:
        st.error(status.message, icon=":material/error:")
        _offer_resume(run)
    elif status.state is State.INTERRUPTED:
        st.warning(status.message, icon=":material/power_off:")
        _offer_resume(run)
    elif status.message:
        st.caption(status.message)
    if status.test_accuracy is not None:
        show_seen(status) if is_test_seen(run) else show_result(run, status)
        show_before_and_after(run)
    if run.is_usable:
        _offer_pages(run)
    if metrics.training:
        _show_curves(run, metrics)
    _show_log(run, status)


def _show_curves(run: Run, metrics: Metrics) -> None:
    from ui.shared.curves import show_curves

    show_curves(metrics, run.hyperparameters.epochs)


def _offer_resume(run: Run) -> None:
    epochs = len(run.metrics().epochs)
    label = f"Resume after epoch {epochs}" if epochs else "Start again"
    if st.button(label, icon=":material/resume:", type="primary", key="resume"):
        _act(launching.resume, run)


def _act(action: Callable[[Run], None], run: Run) -> None:
    """Stop or resume a run and show it anew, or say why that can't be done."""
    try:
        action(run)
    except RunError as error:
        st.toast(str(error), icon=":material/error:")
        return
    st.rerun()


def _offer_pages(run: Run) -> None:
    pages: list[tuple[str, str, str, dict[str, str]]] = [
        (navigation.PREDICTIONS, "View its mistakes", ":material/grid_view:", {"show": "Mistakes"}),
        (navigation.DRAW, "Draw a digit", ":material/draw:", {}),
    ]
    if run.is_fine_tuned:
        pages.insert(0, (navigation.MY_DIGITS, "My digits", ":material/school:", {}))
    with st.container(horizontal=True):
        for page, label, icon, query in pages:
            if st.button(
                label, icon=icon, type="primary" if page == navigation.DRAW else "secondary"
            ):
                st.switch_page(page, query_params={"run": run.id, **query})


def _show_log(run: Run, status: Status) -> None:
    log = run.log()
    if log and status.state is not State.FINISHED:
        with st.expander("Log", icon=":material/terminal:"):
            st.code(log[-20_000:], language=None)

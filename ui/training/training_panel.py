"""A run on the Train page: live while it trains, its result when it is over."""

import streamlit as st

from cnn import launching, run_queue, runs
from cnn.metrics import Metrics
from cnn.my_digits.taught import is_test_seen
from cnn.presets import TUTORIAL_TEST_ACCURACY, TUTORIAL_TEST_IMAGES
from cnn.runs import Run, RunError
from cnn.status import State, Status
from ui import navigation, run_picker
from ui.my_digits.taught_result import show_before_and_after
from ui.numbers import duration, percent, points

LOOK_SECONDS = 1.0  # drawing the curves more often would slow the training down
FIRST_LOOK_SECONDS = 0.3  # until the first point has come
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
    waits = _doing(run, status).startswith("waiting")
    look = LOOK_SECONDS if begun or waits else FIRST_LOOK_SECONDS
    st.fragment(_show_alive, run_every=look)(run, begun)


def _show_alive(run: Run, begun: bool) -> None:
    status, metrics = run.status(), run.metrics()
    if status.over:
        st.rerun()
    if status.state is State.QUEUED:
        launching.look_after(run)
    _show_title_and_stop(run, status)
    _show_progress(run, metrics)
    if not metrics.training:  # the processor belongs to the training until it has begun
        st.container(height=CURVES_HEIGHT, border=False)
        return
    _show_curves(run, metrics)
    if not begun:
        st.rerun()  # with longer pauses from now on


def _show_title_and_stop(run: Run, status: Status) -> None:
    title, button = st.columns([4, 1], vertical_alignment="center")
    title.subheader(f"{run.name.capitalize()} · {_doing(run, status)}")
    stopping = run.stop_requested() or status.state is State.STOPPED
    if button.button(
        "Stopping …" if stopping else "Stop",
        icon=":material/stop_circle:",
        disabled=stopping or status.phase in ("saving", "testing"),
        help="Stop now and keep the network as it is.",
        width="stretch",
        key="stop",
    ):
        launching.stop(run)
        st.rerun()


def _doing(run: Run, status: Status) -> str:
    """Return what is going on, in a word or two."""
    if status.state is State.QUEUED:
        before = run_queue.place(run)
        return "starting" if before == 0 else f"waiting, {before} before it"
    words = {
        "starting": "starting",
        "preparing": "preparing the digits",
        "saving": "saving",
        "testing": "reading the test digits",
    }
    return words.get(status.phase, "training") if status.in_work else str(status.state)


def _show_progress(run: Run, metrics: Metrics) -> None:
    """Show four figures and how far the training is."""
    epochs = run.hyperparameters.epochs
    latest = metrics.training[-1] if metrics.training else None
    done = latest.epoch if latest else 0.0
    left = latest.seconds / done * (epochs - done) if latest and done else None
    with st.grid(4, min_column_width=130):
        st.metric("Accuracy", percent(latest.accuracy if latest else None), border=True)
        st.metric("Loss", f"{latest.loss:.3f}" if latest else "–", border=True)
        speed = f"{latest.images_per_second:,.0f}" if latest else "–"
        st.metric("Images a second", speed, border=True)
        st.metric("Time left", duration(left), border=True)
    epoch = min(int(done) + 1, epochs)
    st.progress(min(done / epochs, 1.0), text=f"Epoch {epoch} of {epochs}")


def _show_over(run: Run, status: Status) -> None:
    """Show what became of a run, and the way on."""
    metrics = run.metrics()
    st.subheader(f"{run.name.capitalize()} · {status.state}")
    if status.state is State.FAILED:
        st.error(status.message, icon=":material/error:")
    elif status.state is State.INTERRUPTED:
        _show_interrupted(run, status)
    elif status.message:
        st.caption(status.message)
    if status.test_accuracy is not None:
        _show_seen(status) if is_test_seen(run) else _show_result(run, status)
        show_before_and_after(run)
    if run.is_usable:
        _show_ways_on(run)
    if metrics.training:
        _show_curves(run, metrics)
    _show_log(run, status)


def _show_curves(run: Run, metrics: Metrics) -> None:
    from ui.training.curves import (
        show_curves,  # altair and pandas: a second that the first page is spared
    )

    show_curves(metrics, run.hyperparameters.epochs)


def _show_interrupted(run: Run, status: Status) -> None:
    kept = len(run.metrics().epochs)
    words = f"It can go on after epoch {kept}." if kept else "It can start again."
    st.warning(f"{status.message} {words}", icon=":material/power_off:")
    if st.button("Go on", icon=":material/resume:", type="primary"):
        launching.resume(run)
        st.rerun()


def _show_result(run: Run, status: Status) -> None:
    """Show the test accuracy against the tutorial's and the best so far."""
    accuracy = status.test_accuracy or 0.0
    comparable = status.test_images == TUTORIAL_TEST_IMAGES
    with st.grid(4, min_column_width=130):
        st.metric(
            "Test accuracy",
            percent(accuracy, 2),
            points(accuracy - TUTORIAL_TEST_ACCURACY) if comparable else None,
            border=True,
            help=f"The share read rightly of {status.test_images or 0:,} digits that were not used "
            "in training.",
        )
        st.metric("Tutorial", percent(TUTORIAL_TEST_ACCURACY, 2), border=True, height="stretch")
        st.metric("Best so far", percent(_best(run, status), 2), border=True, height="stretch")
        st.metric("Training time", duration(status.seconds), border=True, height="stretch")


def _show_seen(status: Status) -> None:
    """Show how many digits are read right that were learnt from: no test, and nothing to beat."""
    with st.grid(4, min_column_width=130):
        st.metric(
            "Seen in training",
            percent(status.test_accuracy, 2),
            border=True,
            height="stretch",
            help="The share read rightly of digits that it has learnt from, so they are no test.",
        )
        st.metric("Training time", duration(status.seconds), border=True, height="stretch")


def _best(run: Run, status: Status) -> float | None:
    """Return the best test accuracy on the same test digits: of all runs, and the built-in one."""
    accuracies, folder = [status.test_accuracy or 0.0], run.path.parent
    for other in [runs.open_run(runs.BUILT_IN, folder), *runs.list_runs(folder)]:
        try:
            theirs = other.status()
        except RunError:
            continue
        is_same_test = (theirs.dataset, theirs.test_images) == (status.dataset, status.test_images)
        if is_same_test and theirs.test_accuracy is not None and not is_test_seen(other):
            accuracies.append(theirs.test_accuracy)
    return max(accuracies)


def _show_ways_on(run: Run) -> None:
    with st.container(horizontal=True):
        if run.is_taught and st.button("My digits", icon=":material/school:"):
            st.switch_page(navigation.MY_DIGITS, query_params={"run": run.id})
        for page, label, icon in (
            (navigation.PREDICTIONS, "See what it gets wrong", ":material/grid_view:"),
            (navigation.DRAW, "Draw a digit", ":material/draw:"),
        ):
            if st.button(
                label, icon=icon, type="primary" if page == navigation.DRAW else "secondary"
            ):
                st.switch_page(page, query_params={"run": run.id})


def _show_log(run: Run, status: Status) -> None:
    log = run.log()
    if log and status.state is not State.FINISHED:
        with st.expander("Log", icon=":material/terminal:"):
            st.code(log[-20_000:], language=None)

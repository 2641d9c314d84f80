"""A run on the Train page: live while it trains, then its result."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from cnn import launching
from cnn.hyperparameters import Hyperparameters
from cnn.presets import TUTORIAL_TEST_ACCURACY, TUTORIAL_TEST_IMAGES
from cnn.runs import queue, store
from cnn.runs.fine_tune_info import is_test_seen
from cnn.runs.metrics import Metrics
from cnn.runs.status import State, Status
from cnn.runs.store import Run, RunError
from ui.shared import navigation, run_state
from ui.shared.fine_tuned_result import show_before_and_after
from ui.shared.number_text import duration, literal, percent
from ui.shared.problems import told
from ui.train.train_more import offer_more

FIRST_POLL_INTERVAL = 0.3  # seconds, until the first point has come
CURVES_HEIGHT = 340  # screen pixels kept free for the curves
_metric = partial(st.metric, border=True, height="stretch")


def show_run(run: Run, form: Hyperparameters | None) -> None:
    """Show a run as it is now, and keep showing it while its process works.

    `form` is what the form holds, for a new run with this one's weights.
    """
    try:
        status, _ = launching.current_status(run), run.hyperparameters
    except RunError as error:
        st.error(str(error), icon=":material/broken_image:")
        run_state.offer_built_in(run)
        return
    if status.over:
        _show_over(run, status, form)
        return
    begun = bool(run.metrics().training)
    # Drawing the curves more often than once a second would slow the training down.
    is_slow = begun or run_state.activity(run, status).startswith("queued")
    interval = run_state.POLL_INTERVAL if is_slow else FIRST_POLL_INTERVAL
    run_state.watch(run, partial(_show_active, run, begun), interval)


def _show_active(run: Run, begun: bool, status: Status) -> None:
    metrics = run.metrics()
    _show_title_and_stop(run, status)
    if status.message:  # how it resumed
        st.caption(literal(status.message))
    _show_progress(run, metrics)
    if not metrics.training:  # the processor belongs to the training until it has begun
        st.container(height=CURVES_HEIGHT, border=False)
        return
    _show_curves(run, metrics)
    if not begun:
        st.rerun()  # with longer pauses from now on


def _show_title_and_stop(run: Run, status: Status) -> None:
    title, button = st.columns([4, 1], vertical_alignment="center")
    title.subheader(f"{literal(run.name)} · {run_state.activity(run, status)}")
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


def _show_progress(run: Run, metrics: Metrics) -> None:
    """Show four metrics and the progress of the training."""
    epochs = run.hyperparameters.epochs
    latest = metrics.training[-1] if metrics.training else None
    done = latest.epoch if latest else 0.0
    left = latest.seconds / done * (epochs - done) if latest and done else None
    with st.grid(4, min_column_width=130):
        _metric("Accuracy", percent(latest.accuracy if latest else None))
        _metric("Loss", f"{latest.loss:.3f}" if latest else "–")
        _metric("Images/s", f"{latest.images_per_second:,.0f}" if latest else "–")
        _metric("Time left", duration(left))
    epoch = min(int(done) + 1, epochs)
    st.progress(min(done / epochs, 1.0), text=f"Epoch {epoch} of {epochs}")


def offers_resume(run: Run) -> bool:
    """Whether the next step is to resume this run."""
    try:
        return run.status().state in (State.FAILED, State.INTERRUPTED)
    except RunError:
        return False


def _show_over(run: Run, status: Status, form: Hyperparameters | None) -> None:
    """Show the result of a run, and the next steps."""
    metrics = run.metrics()
    st.subheader(f"{literal(run.name)} · {status.state}")
    if offers_resume(run):
        st.error(status.message, icon=":material/error:")
        _offer_resume(run, len(metrics.epochs))
    elif status.message:
        st.caption(literal(status.message))
    if status.test_accuracy is not None:
        _show_result(run, status)
        show_before_and_after(run)
    _offer_next_steps(run, form)
    if metrics.training:
        _show_curves(run, metrics)
    if status.state is not State.FINISHED and (log := run.log()):
        with st.expander("Log", icon=":material/terminal:"):
            st.code(log[-20_000:], language=None)


def _show_result(run: Run, status: Status) -> None:
    """Show the test accuracy, with what it is to be compared with, and the training time.

    Digits that the network was trained on are no test: there is nothing to compare them with.
    """
    accuracy = status.test_accuracy or 0.0
    with st.grid(3, min_column_width=130):
        if is_test_seen(run):
            text = "Accuracy on digits that it was trained on, so they do not test it."
            _metric("Seen in training", percent(accuracy, 2), help=text)
        else:
            text = f"Accuracy on {status.test_images or 0:,} digits that were not used in training."
            change = None
            if status.test_images == TUTORIAL_TEST_IMAGES:
                change = f"{(accuracy - TUTORIAL_TEST_ACCURACY) * 100:+z.2f}"
                text += f" In percentage points against {percent(TUTORIAL_TEST_ACCURACY, 2)}."
            against = "vs. Tutorial" if change else None
            _metric(
                "Test accuracy", percent(accuracy, 2), change, delta_description=against, help=text
            )
            text = "The best test accuracy of all runs tested on the same digits, the built-in too."
            _metric(
                "Best of all runs", percent(max([accuracy, *_others(run, status)]), 2), help=text
            )
        _metric("Training time", duration(status.seconds))


def _others(run: Run, status: Status) -> list[float]:
    """Return the accuracies of all runs, with the built-in one, that had the same test digits."""
    accuracies = []
    for other in store.all_runs(run.path.parent):
        try:
            theirs, is_seen = other.status(), is_test_seen(other)
        except RunError:
            continue
        is_same_test = (theirs.dataset, theirs.test_images) == (status.dataset, status.test_images)
        if is_same_test and not is_seen and theirs.test_accuracy is not None:
            accuracies.append(theirs.test_accuracy)
    return accuracies


def _show_curves(run: Run, metrics: Metrics) -> None:
    from ui.shared.curves import show_curves  # altair and pandas: a second

    show_curves(metrics, run.hyperparameters.epochs)


def _offer_resume(run: Run, epochs: int) -> None:
    label = f"Resume after epoch {epochs}" if epochs else "Start again"
    if st.button(label, icon=":material/resume:", type="primary", key="resume"):
        _act(launching.resume, run)


def _act(action: Callable[[Run], None], run: Run) -> None:
    """Stop or resume a run and show it anew, or say why that can't be done."""
    with told():
        action(run)
        st.rerun()


def _offer_next_steps(run: Run, form: Hyperparameters | None) -> None:
    query = {"run": run.id}
    with st.container(horizontal=True):
        if run.is_fine_tuned:
            navigation.offer_page(navigation.MY_DIGITS, "My digits", query)
        if run.is_usable:
            mistakes = {**query, "show": "Mistakes"}
            navigation.offer_page(navigation.PREDICTIONS, "View its mistakes", mistakes)
            navigation.offer_page(navigation.DRAW, "Draw a digit", query)
        offer_more(run, form)

"""The button that teaches the chosen network my digits, and what it reads of them today."""

from collections.abc import Sequence

import streamlit as st

from cnn import launching
from cnn.fine_tuning import fine_tuned_runs, saved_digits
from cnn.fine_tuning.saved_digit import SavedDigit
from cnn.runs import queue, store
from cnn.runs.status import State, Status
from cnn.runs.store import Run, RunError
from ui.shared import navigation, run_picker
from ui.shared.number_text import duration

PROBLEM = "teaching_problem"
POLL_INTERVAL = 1.0


def offer_training(run: Run, digits: Sequence[SavedDigit], right: float | None) -> None:
    """Show how many of my digits a run reads right, and the button that teaches it all of them.

    Args:
        run: the run to start from.
        digits: the kept digits, at least one.
        right: the share that it reads right; None where it has no network to ask.
    """
    if problem := st.session_state.pop(PROBLEM, ""):
        st.error(problem, icon=":material/error:")
    going_on = _going_on()
    _show_button(run, digits, right, is_busy=going_on is not None)
    if going_on:
        st.fragment(_show_going_on, run_every=POLL_INTERVAL)(going_on)


def _show_button(
    run: Run, digits: Sequence[SavedDigit], right: float | None, is_busy: bool
) -> None:
    all_right = right == 1.0
    words, button = st.columns([3, 2], vertical_alignment="center")
    words.markdown(f"#### {_summary(len(digits), right)}")
    if all_right:
        words.markdown("All of them are read right already.")
    words.caption(
        "Training on them makes a new run: it starts from this network, and learns your digits "
        f"among MNIST's, so that it forgets little. {_time(run, len(digits))}"
    )
    button.button(
        "Train on my digits",
        icon=":material/school:",
        type="secondary" if all_right else "primary",
        width="stretch",
        disabled=right is None or is_busy,
        help="A network is learning your digits now."
        if is_busy
        else "This network stays as it is.",
        key="train_on_my_digits",  # the same button, whatever it says of itself
        on_click=_start,  # before the script, so that no other rerun can swallow a click
        args=(run,),
    )


def _time(run: Run, digits: int) -> str:
    """Say how long the training will take, where the run's settings tell it."""
    try:
        earlier = store.list_runs(store.runs_folder())
        seconds = fine_tuned_runs.training_seconds(run, digits, earlier)
    except ValueError:
        return ""
    return f"It takes about {duration(seconds)}."


def _summary(count: int, right: float | None) -> str:
    kept = "1 digit kept" if count == 1 else f"{count:,} digits kept"
    return kept if right is None else f"{kept} · {round(right * count):,} read right"


def _start(run: Run) -> None:
    """Teach what is kept now: another tab may have changed it since this page was shown."""
    if _going_on():
        return  # the second press of a double click
    try:
        digits = saved_digits.read(store.runs_folder()).digits
        fine_tuned_runs.start_fine_tuning(run, digits, store.runs_folder())
    except (ValueError, OSError) as error:
        st.session_state[PROBLEM] = f"The training could not start: {error}"


def _going_on() -> Run | None:
    """Return the run that is being taught my digits, in whichever tab that was started."""
    for run in store.list_runs(store.runs_folder()):
        try:
            if run.is_fine_tuned and not run.status().over:
                return run
        except RunError:
            continue
    return None


def _show_going_on(run: Run) -> None:
    """Show how far a training is, and choose its run as soon as it is over."""
    try:
        status, epochs = run.status(), run.hyperparameters.epochs
    except RunError:
        st.rerun()  # deleted meanwhile
    if status.over:
        run_picker.choose(run)
        st.rerun()
    if status.state is State.QUEUED:
        try:
            launching.ensure_worker(run)
        except RunError as error:
            st.error(str(error), icon=":material/error:")
    training = run.metrics().training
    done = training[-1].epoch if training else 0.0
    with st.container(border=True, gap="small"):
        st.progress(min(done / epochs, 1.0), text=_how_far(run, status, done, epochs))
        if st.button("Watch it learn", icon=":material/show_chart:", key="watch_teaching"):
            st.switch_page(navigation.TRAIN, query_params={"run": run.id})


def _how_far(run: Run, status: Status, done: float, epochs: int) -> str:
    """Say what goes on now, in a few words."""
    if status.state is State.QUEUED:
        before = queue.queue_position(run)
        return f"Waiting, {before} before it" if before else "Starting …"
    if status.phase == "training":
        return f"Learning your digits · epoch {min(int(done) + 1, epochs)} of {epochs}"
    if status.phase in ("saving", "testing"):
        return "Reading the test digits …"
    return "Preparing the digits …"

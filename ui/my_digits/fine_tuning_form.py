"""Fine-tuning of the chosen network on My digits: the button, and the progress."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from cnn.fine_tuning import fine_tuned_runs, saved_digits
from cnn.fine_tuning.saved_digit import SavedDigit
from cnn.runs import store
from cnn.runs.status import Status
from cnn.runs.store import Run, RunError
from ui.shared import navigation, run_picker, run_state
from ui.shared.number_text import counted, duration

PROBLEM = "fine_tuning_problem"


def offer_training(run: Run, digits: Sequence[SavedDigit], right: float | None) -> None:
    """Show how many of My digits a run reads right, and the button that fine-tunes it on them.

    Args:
        run: the run to start from.
        digits: the saved digits, at least one.
        right: its accuracy on them; None where it has no network.
    """
    if problem := st.session_state.pop(PROBLEM, ""):
        st.error(problem, icon=":material/error:")
    active = _active_run()
    words, button = st.columns([3, 2], vertical_alignment="center")
    with words:
        _describe(run, len(digits), right)
    in_work = "A network is training on your digits now."
    button.button(
        "Train on my digits",
        icon=":material/school:",
        type="secondary" if right == 1.0 else "primary",
        width="stretch",
        disabled=right is None or active is not None,
        help=in_work if active else "This network stays as it is.",
        key="train_on_my_digits",  # the same button, whatever its help says
        on_click=_start,  # before the script, so that no other rerun can swallow a click
        args=(run,),
    )
    if active:
        run_state.watch(active, partial(_show_progress, active), at_end=run_picker.choose)


def _describe(run: Run, count: int, right: float | None) -> None:
    """Say how the run does on saved digits, and what fine-tuning on them is and takes."""
    read_right = "" if right is None else f" · {round(right * count):,} read right"
    st.markdown(f"#### {counted(count, 'digit')} saved{read_right}")
    if right == 1.0:
        st.markdown("All of them are read right already.")
    try:
        earlier = store.list_runs(store.runs_folder())
        seconds = fine_tuned_runs.training_seconds(run, count, earlier)
        time = f" It takes about {duration(seconds)}."
    except ValueError:  # the run's hyperparameters can't be read
        time = ""
    st.caption(
        "Fine-tuning makes a new run: it starts from this network and trains on your digits among "
        f"MNIST's, so that it forgets little.{time}"
    )


def _start(run: Run) -> None:
    """Fine-tune on what is saved now: another tab may have changed it meanwhile."""
    if _active_run():
        return  # the second press of a double click
    try:
        digits = saved_digits.read(store.runs_folder()).digits
        fine_tuned_runs.start_fine_tuning(run, digits, store.runs_folder())
    except (ValueError, OSError) as error:
        st.session_state[PROBLEM] = f"The training could not start: {error}"


def _active_run() -> Run | None:
    """Return the run that trains on My digits now, in whichever tab it was started."""
    for run in store.list_runs(store.runs_folder()):
        try:
            if run.is_fine_tuned and not run.status().over:
                return run
        except RunError:
            continue
    return None


def _show_progress(run: Run, status: Status) -> None:
    """Show how far a training is."""
    epochs, training = run.hyperparameters.epochs, run.metrics().training
    done = training[-1].epoch if training else 0.0
    text = run_state.activity(run, status).capitalize()
    if status.phase == "training":
        text = f"Training on your digits · epoch {min(int(done) + 1, epochs)} of {epochs}"
    with st.container(border=True, gap="small"):
        st.progress(min(done / epochs, 1.0), text=text)
        navigation.offer_page(
            navigation.TRAIN, "Training curves", {"run": run.id}, icon=":material/show_chart:"
        )

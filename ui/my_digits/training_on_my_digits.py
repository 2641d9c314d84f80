"""The button that teaches the chosen network my digits, and what it reads of them today."""

from collections.abc import Sequence

import streamlit as st

from cnn import runs
from cnn.my_digits import fine_tuning, my_digits
from cnn.my_digits.my_digit import MyDigit
from cnn.runs import Run
from ui import navigation, run_picker
from ui.numbers import duration

STARTED, PROBLEM = "teaching_started", "teaching_problem"


def follow_started(run: Run) -> None:
    """Go where the training can be watched, if it has just been started."""
    if st.session_state.pop(STARTED, False):
        st.switch_page(navigation.TRAIN, query_params={"run": run.id})


def offer_training(run: Run, digits: Sequence[MyDigit], right: float | None) -> None:
    """Show how many of my digits a run reads right, and the button that teaches it all of them.

    Args:
        run: the run to start from.
        digits: the kept digits, at least one.
        right: the share that it reads right; None where it has no network to ask.
    """
    if problem := st.session_state.pop(PROBLEM, ""):
        st.error(problem, icon=":material/error:")
    words, button = st.columns([3, 2], vertical_alignment="center")
    words.markdown(f"#### {_summary(len(digits), right)}")
    words.caption(
        "Training on them makes a new run: it starts from this network, and learns your digits "
        f"among MNIST's, so that it forgets little. {_time(run, len(digits))}"
    )
    button.button(
        "Train on my digits",
        icon=":material/school:",
        type="primary",
        width="stretch",
        disabled=right is None,
        help="This network stays as it is.",
        on_click=_start,  # before the script, so that no other rerun can swallow a click
        args=(run,),
    )


def _time(run: Run, digits: int) -> str:
    """Say how long the training will take, where the run's settings tell it."""
    try:
        earlier = runs.list_runs(runs.runs_folder())
        seconds = fine_tuning.training_seconds(run, digits, earlier)
    except ValueError:
        return ""
    return f"It takes about {duration(seconds)}."


def _summary(count: int, right: float | None) -> str:
    kept = "1 digit kept" if count == 1 else f"{count:,} digits kept"
    return kept if right is None else f"{kept} · {round(right * count):,} read right"


def _start(run: Run) -> None:
    """Teach what is kept now: another tab may have changed it since this page was shown."""
    try:
        digits = my_digits.read(runs.runs_folder()).digits
        run_picker.choose(fine_tuning.start_fine_tuning(run, digits, runs.runs_folder()))
        st.session_state[STARTED] = True
    except (ValueError, OSError) as error:
        st.session_state[PROBLEM] = f"The training could not start: {error}"

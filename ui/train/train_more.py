"""More training for a run that is over: more epochs, other seeds, or new settings."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from cnn import launching
from cnn.hyperparameters import SPECS, Hyperparameters
from cnn.presets import same_but_seed
from cnn.runs import queue, store
from cnn.runs.continuation import continuation_problem, epochs_done, schedule_sentence
from cnn.runs.fine_tune_info import PARENT_NETWORK, parent_files
from cnn.runs.notes import check_notes
from cnn.runs.store import Run, RunError
from ui.shared import hyperparameter_form, run_picker
from ui.shared.number_text import counted, literal
from ui.shared.problems import told

EPOCHS, SEEDS = 2, 5  # what the fields begin with


def offer_more(run: Run, form: Hyperparameters | None) -> None:
    """Show the menu that trains a run further or again; `form` is what the form holds."""
    key = f"train_more_{run.id}"
    menu = st.popover("Train more", icon=":material/exercise:", key=key, on_change="rerun")
    if menu.open:  # what is possible is read from files
        with menu.container(border=True, gap="small"):
            _offer_epochs(run)
        if not (run.path / PARENT_NETWORK).is_file():  # a repeat would begin without its weights
            with menu.container(border=True, gap="small"):
                _offer_repeats(run)
        with menu.container(border=True, gap="small"):
            _offer_weights(run, form)


def _offer_epochs(run: Run) -> None:
    if problem := continuation_problem(run):
        st.caption(problem)
        return
    done, points = epochs_done(run), run.metrics().training
    most = int(SPECS["epochs"].maximum) - done
    epochs = st.number_input("More epochs", 1, most, min(EPOCHS, most), key="more_epochs")
    begun = ", with what it has learned since" * bool(points and points[-1].epoch > done)
    st.caption(f"The same run goes on after epoch {done}{begun}. {schedule_sentence(run, epochs)}")

    def start() -> None:  # with what the field holds at the click
        launching.continue_run(run, st.session_state["more_epochs"])

    _button(f"Train {counted(epochs, 'more epoch')}", "epochs", start)


def _offer_repeats(run: Run) -> None:
    values, folder = run.hyperparameters, store.runs_folder()
    count = st.number_input("Seeds", 1, launching.MAX_REPEATS, SEEDS, key="more_seeds")
    first = _next_seed(values)
    st.caption(
        f"New runs with these settings and the seeds {first} to {first + count - 1}: how much the "
        "accuracy depends on chance."
    )
    with st.container(horizontal=True):
        repeat = partial(launching.start_repeats, replace(values, seed=first), folder)
        text = f"Again with {counted(count, 'seed')}"
        _button(text, "seeds", lambda: repeat(st.session_state["more_seeds"])[0])
        start = partial(launching.start, values, folder)
        _button(f"Run again with seed {values.seed}", "again", start)


def _next_seed(values: Hyperparameters) -> int:
    """Return the first seed above those that these settings have been trained with."""
    seeds = [values.seed]
    for run in store.list_runs(store.runs_folder()):
        theirs = run.contents.hyperparameters
        if isinstance(theirs, Hyperparameters) and same_but_seed(theirs) == same_but_seed(values):
            seeds.append(theirs.seed)
    return max(seeds) + 1


def _offer_weights(run: Run, form: Hyperparameters | None) -> None:
    values, problem = form or run.hyperparameters, ""
    try:
        parent_files(run, values)
    except RunError as error:
        problem = str(error)
    if not form:
        problem = "The network of the form is impossible."
    st.caption(literal(problem) or "A new run with the form's settings begins with these weights.")
    start = partial(_start_from, run)
    _button("Start from these weights", "weights", start, disabled=bool(problem))


def _start_from(run: Run) -> Run:
    """Start a run with the values and the name that the form holds at the click."""
    notes = check_notes(name=st.session_state[hyperparameter_form.NAME])
    values = hyperparameter_form.chosen_hyperparameters()
    started = launching.start_from(run, values, store.runs_folder())
    queue.annotate(started, name=notes.name)
    st.session_state[hyperparameter_form.NAME] = ""
    return started


def _button(label: str, what: str, start: Callable[[], Run | None], disabled: bool = False) -> None:
    """Show a button that starts a training and chooses its run, or says why that can't be done."""

    def start_and_choose() -> None:
        with told("The training could not start: "):
            if started := start():
                run_picker.choose(started)

    st.button(label, key=f"more_{what}_button", disabled=disabled, on_click=start_and_choose)

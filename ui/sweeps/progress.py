"""A sweep: live while its runs train, with its best run, all of its runs, and Optuna's plots."""

import streamlit as st

from cnn.hyperparameters import SPECS
from cnn.runs.metrics import read_milestones
from cnn.runs.store import Run, RunError, list_runs
from cnn.sweeps import store, study
from cnn.sweeps.store import Sweep, Trial
from ui.shared import navigation, run_state
from ui.shared.number_text import counted, duration, literal, percent
from ui.sweeps.plots import cell, show_plots
from ui.sweeps.sweep_picker import title

PLOT_INTERVAL = 10.0  # seconds


def show_sweep(sweep: Sweep) -> None:
    """Show a sweep as it is now, and keep showing it while its runs train."""
    was_live = _is_live(sweep, store.trials(sweep))

    def show() -> None:
        trials = store.trials(sweep)
        if was_live and not _is_live(sweep, trials):
            st.rerun()  # the menu and the plots too
        _show(sweep, trials, was_live)
        if was_live:
            study.advance(sweep.folder)  # after all is on the screen: Optuna takes a second

    st.fragment(show, run_every=run_state.POLL_INTERVAL if was_live else None)()
    st.fragment(show_plots, run_every=PLOT_INTERVAL if was_live else None)(sweep)


def _is_live(sweep: Sweep, trials: list[Trial]) -> bool:
    return sweep.state == "running" or not all(one.status.over for one in trials)


def _show(sweep: Sweep, trials: list[Trial], is_live: bool) -> None:
    heading, button = st.columns([4, 1], vertical_alignment="center")
    heading.subheader(f"{title(sweep)} · {sweep.state}")
    if sweep.state != "finished":
        with button:
            _offer_stop_or_continue(sweep, is_live)
        _show_progress(sweep, trials)
    if sweep.contents.message:
        st.error(sweep.contents.message, icon=":material/error:")
    if best := store.best_run(sweep):
        _show_best(sweep, best, is_live)
    if trials:
        _show_table(trials, best, is_live)


def _offer_stop_or_continue(sweep: Sweep, is_live: bool) -> None:
    stopping, icon = is_live and sweep.state == "stopped", ":material/stop_circle:"
    if is_live:
        label = "Stopping …" if stopping else "Stop all"
        clicked = st.button(label, icon=icon, disabled=stopping, width="stretch", key="stop")
    else:
        clicked = st.button("Continue", icon=":material/resume:", width="stretch")
    if clicked:
        try:
            store.stop(sweep) if is_live else store.resume(sweep)
        except RunError as error:
            st.toast(str(error), icon=":material/error:")
        else:
            st.rerun()


def _show_progress(sweep: Sweep, trials: list[Trial]) -> None:
    size, going_on = store.plan_size(sweep.plan), [one for one in trials if not one.status.over]
    done = len(trials) - len(going_on)
    begun = sum(_epochs(one) / one.run.hyperparameters.epochs for one in going_on)
    share, words = min((done + begun) / size, 1.0), f"{done:,} of {counted(size, 'run')} done"
    if sweep.state == "running":
        seconds = store.estimate_seconds(sweep.plan, list_runs(sweep.folder)) * (1 - share)
        training = sum(one.status.in_work for one in going_on)
        words += f" · {training} training · about {duration(seconds)} left"
    st.progress(share, text=words)


def _epochs(trial: Trial) -> int:
    _, last = read_milestones(trial.run.metrics_path)
    return last.epoch if last else 0


def _show_best(sweep: Sweep, best: Run, is_live: bool) -> None:
    """Show the run with the best validation accuracy and, when all are over, its test accuracy."""
    status, query, words = best.status(), {"run": best.id}, "Best run so far"
    result = f"{percent(status.validation_accuracy, 2)} validation accuracy"
    if not is_live:
        words = "Best run"
        result += f" · **{percent(status.test_accuracy, 2)} test accuracy**"
    st.markdown(f"##### {words}: {literal(best.name)}\n\n{result}")
    with st.container(horizontal=True):
        navigation.offer_page(navigation.DRAW, "Draw", query, type="primary")
        navigation.offer_page(navigation.PREDICTIONS, "View predictions", query)
        navigation.offer_page(navigation.TRAIN, "Training curves", query)
        navigation.offer_page(navigation.RUNS, "Compare its runs", query | {"sweep": sweep.id})


def _show_table(trials: list[Trial], best: Run | None, is_live: bool) -> None:
    """Show a row for each run; when all are over the best one first, with the test accuracy."""
    rows = []
    if not is_live:
        trials = sorted(trials, key=lambda one: -(one.validation_accuracy or 0))
    for one in trials:
        row = {SPECS[name].label: cell(name, value) for name, value in one.choice.items()}
        shares = {"Validation accuracy": one.validation_accuracy}
        if not is_live:
            shares["Test accuracy"] = one.status.test_accuracy
        row |= {label: share and share * 100 for label, share in shares.items()}
        over = one.status.over
        state = str(one.status.state) if over else run_state.activity(one.run, one.status)
        rows.append(
            row | {"Epochs done": _epochs(one), "State": state + " · best" * (one.run == best)}
        )
    format_ = st.column_config.NumberColumn(format="%.2f%%")
    formats = {"Validation accuracy": format_, "Test accuracy": format_}
    st.dataframe(
        rows, hide_index=True, placeholder="–", column_config=formats, key="trials", alt="Runs"
    )
    if not is_live:
        st.caption("The best run is chosen by validation accuracy. The test digits choose nothing.")

"""Optuna's part in a sweep: its study proposes the runs, and is told how they ended.

Whoever looks calls `advance`: workers between two runs, pages and the command line while they
watch. The study is changed under the sweep's lock alone, and every step can be repeated: a process
may die between any two, and the next finishes what it began. Optuna is imported where it is used.
"""

import random
from contextlib import suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnn import launching
from cnn.runs import files, queue, slots
from cnn.runs.metrics import EpochPoint
from cnn.runs.status import State, SweepTrial, write_sweep_trial
from cnn.runs.store import Run, RunError
from cnn.sweeps import store
from cnn.sweeps.space import MAX_RUNS, Choice, Values, grid_size, possible_choices, with_choice
from cnn.sweeps.store import Sweep, SweepPlan, Trial

if TYPE_CHECKING:
    import optuna

MAX_RESTARTS = 3  # of a run whose process died
MAX_SKIPPED = 100  # proposals in a row that make no network, or one that was tried
RUN, SKIPPED, RESTARTS, PRUNED = "run", "skipped", "restarts", "pruned"  # notes in the study
_settled: dict[Path, object] = {}  # how each sweep's runs were when nothing was left to do


def advance(folder: Path, idle_seconds: float | None = None) -> None:
    """Let the running sweeps of a folder go on: tell Optuna what ended, queue what comes next.

    It costs little where no run has changed since the last call, and never raises: what keeps a
    sweep from going on is its `message`. A worker started for this waits `idle_seconds`.
    """
    for sweep in store.list_sweeps(folder):
        if sweep.state != "running":
            continue
        try:
            _advance(sweep)
            if queued := [
                one.run for one in store.trials(sweep) if one.status.state is State.QUEUED
            ]:
                launching.ensure_worker(queued[0], idle_seconds)
        except Exception as error:  # whatever it is, the page or worker goes on, and says so
            message = f"The sweep can't go on: {files.explain_error(error)}"
            with suppress(OSError, RunError), sweep.lock:
                if sweep.contents.message != message:
                    sweep.update(message=message)


def _advance(sweep: Sweep) -> None:
    before = [(one.run, one.status.state, one.status.over) for one in store.trials(sweep)]
    if _settled.get(sweep.path) == before:
        return
    with sweep.lock:
        files.distrust_cache()  # another process may just have created a run
        if sweep.state != "running":
            return
        active = _follow_up(sweep)
        begun = 0
        while sweep.state == "running" and active + begun <= slots.slot_count():
            if (trial := _next_trial(sweep)) is None:
                break
            begun += _begin(sweep, trial)
        if not active + begun and sweep.state == "running":
            sweep.update(state="finished", message="")
        elif sweep.contents.message and sweep.state == "running":
            sweep.update(message="")
        if not begun:
            _settled[sweep.path] = before


def _follow_up(sweep: Sweep) -> int:
    """See to all unfinished trials; return how many of them are queued or train."""
    import optuna

    study, known = load_study(sweep), {one.number: one for one in store.trials(sweep)}
    unfinished = study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.RUNNING,))
    return sum(
        _see_to(sweep, optuna.Trial(study, one._trial_id), known.get(one.number))
        for one in unfinished
    )


def _see_to(sweep: Sweep, trial: "optuna.Trial", known: Trial | None) -> bool:
    """Do what an unfinished trial needs; return whether its run is queued or trains then."""
    if known is None and RUN not in trial.user_attrs:  # the process that asked for it died
        return _begin(sweep, trial)
    if known is None:  # deleted
        trial.study.tell(trial, state=_states().FAIL)
        return False
    if RUN not in trial.user_attrs:
        trial.set_user_attr(RUN, known.run.id)
    if known.status.state is State.INTERRUPTED:
        return _restart(sweep, trial, known.run)
    if known.status.state is State.FAILED and store.never_began(known.run, known.status):
        store.stop(sweep)  # the others would fail as well
        sweep.update(message=known.status.message)
    elif known.status.over:
        _tell(trial, known)
    return not known.status.over


def _restart(sweep: Sweep, trial: "optuna.Trial", run: Run) -> bool:
    """Queue a run again whose process died, unless that happened too often."""
    restarts = trial.user_attrs.get(RESTARTS, 0)
    if restarts >= MAX_RESTARTS:
        queue.fail(run, f"The process that trained this run died {restarts + 1} times.")
        trial.study.tell(trial, state=_states().FAIL)
        return False
    trial.set_user_attr(RESTARTS, restarts + 1)
    queue.resume(run, sweep.contents.mnist_file)
    return True


def _tell(trial: "optuna.Trial", known: Trial) -> None:
    """Tell Optuna how a run ended: with the accuracy of the network that it has saved."""
    accuracy, states = known.validation_accuracy, _states()
    # A run that failed, such as by exploding weights, counts as worse than any other.
    if PRUNED in trial.user_attrs or known.status.state is State.FAILED:
        trial.study.tell(trial, state=states.PRUNED)
    elif accuracy is None:  # stopped before it began
        trial.study.tell(trial, state=states.FAIL)
    else:
        trial.study.tell(trial, accuracy)


def _next_trial(sweep: Sweep) -> "optuna.Trial | None":
    """Return the trial that Optuna proposes next; None when all have begun."""
    import optuna

    study, plan = load_study(sweep), sweep.plan
    trials = study.get_trials(deepcopy=False)
    waiting = sum(one.state == _states().WAITING for one in trials)
    skipped = [SKIPPED in one.user_attrs for one in trials]
    if len(trials) - waiting - sum(skipped) >= store.plan_size(plan):
        return None
    if len(trials) >= MAX_SKIPPED and all(skipped[-MAX_SKIPPED:]):
        return None
    if (choices := _choices_in_order(plan)) and not waiting:
        study.enqueue_trial(dict(choices[len(trials)]))
    seed = plan.seed + len(trials)  # the sampler is a new one each time
    study.sampler = (
        optuna.samplers.TPESampler(n_startup_trials=max(4, plan.trials // 4), seed=seed)
        if plan.method == "tpe"
        else optuna.samplers.RandomSampler(seed=seed)
    )
    return study.ask()


def _choices_in_order(plan: SweepPlan) -> list[Choice]:
    """Return all choices where each is to be tried, or drawn, exactly once; else an empty list."""
    if grid_size(plan.space) > MAX_RUNS:
        return []
    choices = [choice for choice, _ in possible_choices(plan.base, plan.space)]
    if plan.method == "tpe" and plan.trials < len(choices):
        return []
    if plan.method != "grid":
        random.Random(plan.seed).shuffle(choices)
    return choices


def _begin(sweep: Sweep, trial: "optuna.Trial") -> bool:
    """Queue the run of a trial; return False, and tell Optuna, where there is none to train."""
    plan = sweep.plan
    choice = {name: _suggest(trial, name, values) for name, values in plan.space.items()}
    earlier = trial.study.get_trials(deepcopy=False)[: trial.number]
    if any(one.params == trial.params and SKIPPED not in one.user_attrs for one in earlier):
        return _skip(trial, "tried before", _states().FAIL)
    try:
        values = with_choice(plan.base, choice)
    except ValueError as error:
        return _skip(trial, str(error), _states().PRUNED)
    populate = partial(write_sweep_trial, trial=SweepTrial(sweep.id, trial.number))
    file = sweep.contents.mnist_file
    run = queue.submit(values, sweep.folder, populate=populate, mnist_file=file)
    trial.set_user_attr(RUN, run.id)
    return True


def _skip(trial: "optuna.Trial", reason: str, state: "optuna.trial.TrialState") -> bool:
    trial.set_user_attr(SKIPPED, reason)
    trial.study.tell(trial, state=state)
    return False


def _suggest(trial: "optuna.Trial", name: str, values: Values) -> Any:
    """Return the value that the trial has, or gets now; numbers of a range in a readable form."""
    if values.choices:
        return trial.suggest_categorical(name, values.choices)
    if values.is_whole:
        return trial.suggest_int(name, int(values.low), int(values.high))
    value = trial.suggest_float(name, values.low, values.high, log=values.is_log)
    return min(max(float(f"{value:.3g}"), values.low), values.high)


def pruning_message(run: Run, point: EpochPoint) -> str:
    """Tell Optuna of an epoch of a sweep's run; return why the run is to be stopped, if it is."""
    import optuna

    sweep = store.open_sweep(run.sweep, run.path.parent)
    if not sweep.plan.prune:
        return ""
    with sweep.lock:
        study = load_study(sweep)
        frozen = study.get_trials(deepcopy=False)[run.trial]
        if frozen.state.is_finished():  # it is trained for more epochs
            return ""
        trial = optuna.Trial(study, frozen._trial_id)
        if point.epoch not in frozen.intermediate_values:  # else it was resumed
            trial.report(point.validation_accuracy, point.epoch)
        if point.epoch >= run.hyperparameters.epochs or not trial.should_prune():
            return ""
        trial.set_user_attr(PRUNED, True)
    return (
        f"Pruned after epoch {point.epoch}: "
        "its validation accuracy was below the median of the others."
    )


def load_study(sweep: Sweep) -> "optuna.Study":
    """Return a sweep's study, to be read; it is created where there is none."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    pruner: optuna.pruners.BasePruner = optuna.pruners.NopPruner()
    if sweep.plan.prune:
        # A median of fewer than 5, or of the first third of the epochs, says little.
        warm_up = 1 + sweep.plan.base.epochs // 3
        pruner = optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=warm_up)
    with sweep.lock:
        storage = _storage(sweep)
        with suppress(KeyError):
            return optuna.load_study(study_name=sweep.id, storage=storage, pruner=pruner)
        return optuna.create_study(
            study_name=sweep.id, storage=storage, pruner=pruner, direction="maximize"
        )


@lru_cache(16)  # it reads what was added since the last time
def _storage(sweep: Sweep) -> "optuna.storages.JournalStorage":
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    # Our lock, since the system frees it when its process dies.
    return JournalStorage(JournalFileBackend(str(sweep.path / "optuna.log"), sweep.lock))  # type: ignore[arg-type]


def _states() -> "type[optuna.trial.TrialState]":
    from optuna.trial import TrialState

    return TrialState

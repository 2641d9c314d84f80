"""A sweep's trials in Optuna's study: each gets one run, and is told how the run ended.

Every step can be repeated: a process may die between any two, and the next finishes what it began.
Imported late, since it imports Optuna.
"""

import random
from functools import partial
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from cnn.runs import nodes, queue
from cnn.runs.metrics import EpochPoint
from cnn.runs.status import State, SweepTrial, write_sweep_trial
from cnn.runs.store import Run
from cnn.sweeps import store
from cnn.sweeps.space import (
    MAX_RUNS,
    Choice,
    SweepPlan,
    Values,
    grid_size,
    plan_size,
    possible_choices,
    with_choice,
)
from cnn.sweeps.store import Sweep, Trial

MAX_RESTARTS = 3  # of a run whose process died
MAX_SKIPPED = 100  # proposals in a row that make no network, or one that was tried
MAX_REPEATS = 3  # the same, where what is left to try is known
RUN, SKIPPED, RESTARTS, PRUNED = "run", "skipped", "restarts", "pruned"  # notes in the study


def advance_trials(sweep: Sweep, study: optuna.Study) -> None:
    """See to all trials, and begin as many as may train and one more. The caller has the lock."""
    known = {one.number: one for one in store.trials(sweep)}
    unfinished = study.get_trials(states=(TrialState.RUNNING,))
    trials = [optuna.Trial(study, one._trial_id) for one in unfinished]
    active = sum(_see_to(sweep, trial, known.get(trial.number)) for trial in trials)
    while sweep.state == "running" and active <= nodes.capacity(sweep.folder):
        if (trial := _next_trial(study, sweep.plan)) is None:
            break
        active += _begin(sweep, trial)
    if sweep.state == "running":
        sweep.update(state="running" if active else "finished", message="")


def _see_to(sweep: Sweep, trial: optuna.Trial, known: Trial | None) -> bool:
    """Do what an unfinished trial needs; return whether its run is queued or trains then."""
    if known is None and RUN not in trial.user_attrs:  # the process that asked for it died
        return _begin(sweep, trial)
    if known is None:  # deleted
        trial.study.tell(trial, state=TrialState.FAIL)
        return False
    trial.set_user_attr(RUN, known.run.id)
    if known.status.state is State.INTERRUPTED:
        _restart(sweep, trial, known.run)
        return True
    if known.status.state is State.FAILED and known.never_began:  # the others would fail as well
        store.stop(sweep, known.status.message)
    elif known.status.over:
        _tell(trial, known)
    return not known.status.over


def _restart(sweep: Sweep, trial: optuna.Trial, run: Run) -> None:
    """Queue a run again whose process died; if that happened too often, it fails."""
    restarts = trial.user_attrs.get(RESTARTS, 0)
    if restarts >= MAX_RESTARTS:
        queue.fail(run, f"The process that trained this run died {restarts + 1} times.")
    else:
        trial.set_user_attr(RESTARTS, restarts + 1)
        queue.resume(run, sweep.contents.mnist_file)


def _tell(trial: optuna.Trial, known: Trial) -> None:
    """Tell Optuna how a run ended: with the validation accuracy of the network that it saved.

    Not with the best of its epochs, whose network nobody has.
    """
    # One that failed, such as by exploding weights, counts as worse than any other.
    if PRUNED in trial.user_attrs or known.status.state is State.FAILED:
        trial.study.tell(trial, state=TrialState.PRUNED)
    elif known.validation_accuracy is None:  # stopped before it began
        trial.study.tell(trial, state=TrialState.FAIL)
    else:
        trial.study.tell(trial, known.validation_accuracy)


def _next_trial(study: optuna.Study, plan: SweepPlan) -> optuna.Trial | None:
    """Return the trial that comes next; None when all have begun."""
    trials = study.get_trials(deepcopy=False)
    waiting = any(one.state == TrialState.WAITING for one in trials)
    skipped = [SKIPPED in one.user_attrs for one in trials]
    if len(trials) - waiting - sum(skipped) >= plan_size(plan):
        return None
    if len(trials) >= MAX_SKIPPED and all(skipped[-MAX_SKIPPED:]):
        return None
    # A sampler begins anew each time; neighboring seeds, and sweeps, draw other numbers.
    seed = random.Random(f"{plan.seed} {len(trials)}").getrandbits(31)
    if not waiting and (choice := _prescribed(plan, trials, seed)):
        study.enqueue_trial(dict(choice))
    if plan.method == "tpe":
        startup = max(4, plan.trials // 4)
        study.sampler = optuna.samplers.TPESampler(n_startup_trials=startup, seed=seed)
    else:
        study.sampler = optuna.samplers.RandomSampler(seed=seed)
    return study.ask()


def _prescribed(plan: SweepPlan, trials: list[FrozenTrial], seed: int) -> Choice | None:
    """Return the choice to try next where no sampler proposes it: each is tried once at most."""
    if grid_size(plan.space) > MAX_RUNS:
        return None
    tried = {frozenset(one.params.items()) for one in trials}
    choices = [choice for choice, _ in possible_choices(plan.base, plan.space)]
    left = [choice for choice in choices if frozenset(choice.items()) not in tried]
    repeats = [SKIPPED in one.user_attrs for one in trials[-MAX_REPEATS:]]
    if plan.method == "tpe" and not (len(repeats) == MAX_REPEATS and all(repeats)):
        return None
    return left[0] if plan.method == "grid" else random.Random(seed).choice(left)


def _begin(sweep: Sweep, trial: optuna.Trial) -> bool:
    """Queue the run of a trial; return False, and tell Optuna, where there is none to train."""
    plan = sweep.plan
    choice = {name: _suggest(trial, name, values) for name, values in plan.space.items()}
    earlier = trial.study.get_trials(deepcopy=False)[: trial.number]
    try:
        values = with_choice(plan.base, choice)
    except ValueError as error:
        return _skip(trial, str(error), TrialState.PRUNED)
    if any(one.params == trial.params for one in earlier):
        return _skip(trial, "It was tried before.", TrialState.FAIL)
    populate = partial(write_sweep_trial, trial=SweepTrial(sweep.id, trial.number))
    file = sweep.contents.mnist_file
    run = queue.submit(values, sweep.folder, populate=populate, mnist_file=file)
    trial.set_user_attr(RUN, run.id)
    return True


def _skip(trial: optuna.Trial, reason: str, state: TrialState) -> bool:
    trial.set_user_attr(SKIPPED, reason)
    trial.study.tell(trial, state=state)
    return False


def _suggest(trial: optuna.Trial, name: str, values: Values) -> Any:
    """Return the value that the trial has, or gets now; that of a range with three digits."""
    low, high = values.low, values.high
    if values.choices:
        return trial.suggest_categorical(name, values.choices)
    if isinstance(low, int) and isinstance(high, int):
        return trial.suggest_int(name, low, high)
    value = trial.suggest_float(name, low, high, log=values.is_log)
    return min(max(float(f"{value:.3g}"), low), high)


def should_prune(study: optuna.Study, run: Run, point: EpochPoint) -> bool:
    """Tell Optuna of an epoch of a run; return whether it is to be pruned, and note that."""
    frozen = study.get_trials(deepcopy=False)[run.trial]
    trial = optuna.Trial(study, frozen._trial_id)
    if frozen.state.is_finished():  # it is trained for more epochs
        return False
    if point.epoch not in frozen.intermediate_values:  # else it was resumed
        trial.report(point.validation_accuracy, point.epoch)
    epochs = run.hyperparameters.epochs  # whose first third says too little
    is_between = 1 + epochs // 3 <= point.epoch < epochs
    if not is_between or not trial.should_prune():
        return PRUNED in frozen.user_attrs  # and its process died before it had ended
    trial.set_user_attr(PRUNED, True)
    return True

"""Optuna's part in a sweep: its study proposes the runs, and is told how they ended.

Whoever looks calls `advance`: workers between two runs, pages and the command line while they
watch. Optuna is imported where a sweep runs or its study is shown, not before.
"""

import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cnn import launching
from cnn.runs import files
from cnn.runs.metrics import EpochPoint
from cnn.runs.status import State
from cnn.runs.store import Run
from cnn.sweeps import store
from cnn.sweeps.store import Sweep

if TYPE_CHECKING:
    import optuna

JOURNAL = "optuna.log"
_settled: dict[Path, object] = {}  # how each sweep's runs were when nothing was left to do


def advance(folder: Path, idle_seconds: float | None = None) -> None:
    """Let the running sweeps of a folder go on: tell Optuna what ended, queue what comes next.

    It costs little where no run has changed since the last call, and never raises: what keeps a
    sweep from going on is its `message`. A worker started for this waits `idle_seconds`.
    """
    for sweep in store.list_sweeps(folder):
        try:
            if sweep.state != "running":
                continue
            _advance(sweep)
            trials = store.trials(sweep)
            if queued := [one.run for one in trials if one.status.state is State.QUEUED]:
                launching.ensure_worker(queued[0], idle_seconds)
        except Exception as error:  # whatever it is, the page or worker goes on, and says so
            message = f"The sweep can't go on: {files.explain_error(error)}"
            with suppress(OSError, ValueError), sweep.lock:  # it may have been deleted
                sweep.update(message=message)


def _advance(sweep: Sweep) -> None:
    if (before := _states(sweep)) == _settled.get(sweep.path):
        return
    from cnn.sweeps.trials import advance_trials

    with sweep.lock:
        files.distrust_cache()  # another process may just have created a run
        if sweep.state == "running":
            advance_trials(sweep, load_study(sweep))
        if _states(sweep) == before:
            _settled[sweep.path] = before


def _states(sweep: Sweep) -> list[object]:
    return [(one.run, one.status.state, one.status.over) for one in store.trials(sweep)]


def pruning_message(run: Run, point: EpochPoint) -> str:
    """Tell Optuna of an epoch of a sweep's run; return why the run is to be stopped, if it is."""
    try:
        sweep = store.open_sweep(run.sweep, run.path.parent)
        if not sweep.plan.prune:
            return ""
        from cnn.sweeps.trials import should_prune

        with sweep.lock:
            if not should_prune(load_study(sweep), run, point):
                return ""
    except Exception:  # whatever is wrong with the sweep or its study, the training goes on
        return ""
    accuracy = "its validation accuracy was below the median of the others"
    return f"{store.PRUNED} {point.epoch}: {accuracy}."


def load_study(sweep: Sweep) -> "optuna.Study":
    """Return a sweep's study, created where there is none. It is changed under the lock alone."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    pruner = optuna.pruners.MedianPruner(n_startup_trials=5)  # fewer say too little for a median
    with sweep.lock:
        _drop_half_line(sweep.path / JOURNAL)
        name, storage = sweep.id, _storage(sweep)
        with suppress(KeyError):
            return optuna.load_study(study_name=name, storage=storage, pruner=pruner)
        return optuna.create_study(
            study_name=name, storage=storage, pruner=pruner, direction="maximize"
        )


def _drop_half_line(journal: Path) -> None:
    """Remove the end of a line that a full disk cut off: Optuna can't read what follows it."""
    content = journal.read_bytes() if journal.exists() else b""
    if content and not content.endswith(b"\n"):
        os.truncate(journal, content.rfind(b"\n") + 1)


@lru_cache(16)  # it reads what was added since the last time
def _storage(sweep: Sweep) -> "optuna.storages.JournalStorage":
    from optuna.storages import JournalStorage, journal

    # The sweep's lock, since the system frees it when its process dies.
    file, lock = str(sweep.path / JOURNAL), sweep.lock
    return JournalStorage(journal.JournalFileBackend(file, lock))  # type: ignore[arg-type]

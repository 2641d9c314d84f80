"""The folder of all runs: create, open and list them."""

import os
import re
import secrets
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from cnn import hyperparameters as hp
from cnn.presets import preset_name
from cnn.runs import files
from cnn.runs.run import BUILT_IN, BUILT_IN_PATH, Run, RunError
from cnn.runs.status import State, Status

RUN_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")

# The same run each time: its path keeps the hash, which costs more than looking it up.
_run = lru_cache(files.MAX_CACHED)(lambda folder, name: Run(folder / name))


def runs_folder() -> Path:
    """Return the folder of all runs: the variable RUNS_DIR, else `runs`."""
    return Path(os.environ.get("RUNS_DIR") or "runs")


def create(
    values: hp.Hyperparameters,
    folder: Path,
    mnist_file: str = "",
    name: str = "",
    populate: Callable[[Path], object] = lambda path: None,
) -> Run:
    """Create a queued run, whole or not at all, or raise `OSError`; `queue.submit` calls it."""
    run_id = new_id(name or preset_name(values), time.time())
    with files.temporary_folder(folder / files.SCRATCH) as scratch:
        draft = Run(scratch / run_id)
        draft.path.mkdir()
        files.write_bytes(draft.path / "hyperparameters.json", values.to_json().encode())
        draft.write_status(Status(State.QUEUED, created=time.time(), mnist_file=mnist_file))
        populate(draft.path)
        return Run(draft.path.rename(folder / run_id))


def new_id(word: str, created: float) -> str:
    """Return an id for a run created at this time."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(created))
    return f"{stamp}-{word}-{secrets.token_hex(4)}"


def open_run(run_id: str, folder: Path) -> Run:
    """Return the run of this id, that may come from an address, or raise `RunError`."""
    run = Run(BUILT_IN_PATH) if run_id == BUILT_IN else Run(folder / run_id)
    if not RUN_ID.fullmatch(run_id) or not (run.path / "status.json").is_file():
        shown = re.sub(r"[^\w ./-]", "?", run_id[:64])  # it may be an address's, made to mislead
        raise RunError(f"There is no run '{shown}'. It may have been deleted.")
    files.finish_replacement(run.path)  # that a process left undone when it died
    return run


@files.briefly_cached
def list_runs(folder: Path) -> list[Run]:
    """Return the runs in a folder that can be opened, newest first, without the built-in one."""
    try:
        names = [name for name in os.listdir(folder) if RUN_ID.fullmatch(name)]
    except OSError:
        return []  # it is created with the first run
    runs = [_run(folder, name) for name in names if name != BUILT_IN]
    dated = {run: time for run in runs if (time := run.contents.created) is not None}
    return sorted(dated, key=lambda run: (dated[run], run.path.name), reverse=True)


def all_runs(folder: Path) -> list[Run]:
    """Return the runs in a folder that can be opened, newest first, and the built-in one last."""
    return [*list_runs(folder), Run(BUILT_IN_PATH)]

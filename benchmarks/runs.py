"""What 1, 100 and 1,000 finished runs cost a page at first and at each click.

.venv/bin/python -m benchmarks.runs
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from unittest import mock

from streamlit.testing.v1 import AppTest

from cnn.launching import local
from cnn.presets import PRESETS
from cnn.runs import queue, store
from cnn.runs.store import BUILT_IN_PATH, Run

COUNTS = (1, 100, 1_000)
CLICKS = 7
PAGES = ("train", "runs", "draw")
LONG_AGO = 100  # seconds, so that the files count as settled


def fill(folder: Path, count: int) -> None:
    """Create finished runs with the built-in run's files, without its snapshots."""
    for number in range(len(store.list_runs(folder)), count):
        rate, seed = 0.001 * (1 + number % 50), number % 5
        values = replace(PRESETS["fast"], learning_rate=rate, seed=seed)
        run = store.create(values, folder, name=f"run-{number}")
        for name in ("status.json", "metrics.jsonl", "model.onnx"):
            shutil.copyfile(BUILT_IN_PATH / name, run.path / name)
        run.update_status(created=1_700_000_000.0 + number)
        for file in (*run.path.iterdir(), run.path):
            os.utime(file, (time.time() - LONG_AGO,) * 2)


def read_all(folder: Path) -> None:
    """Read what a menu and the queue need of each run."""
    for run in store.list_runs(folder):
        _describe(run)
    queue.active_count(folder)


def _describe(run: Run) -> tuple[object, ...]:
    return run.status(), run.name, run.is_usable


def milliseconds(act: Callable[[], object]) -> tuple[float, float]:
    """Return the time of an action that fills the caches, and the median of those after it."""
    times = []
    for _ in range(CLICKS + 1):
        began = time.perf_counter()
        act()
        times.append(1000 * (time.perf_counter() - began))
    return times[0], median(times[1:])


def main() -> None:
    """Print the time of reading all runs, and of a rerun of each page."""
    with tempfile.TemporaryDirectory() as home, mock.patch.object(local, "ensure_workers"):
        folder = Path(home)
        os.environ["RUNS_DIR"] = home
        for count in COUNTS:
            fill(folder, count)
            _, reading = milliseconds(lambda: read_all(folder))
            figures = [f"reading {reading:.1f} ms"]
            for name in PAGES:
                page = AppTest.from_file(f"../pages/{name}.py", default_timeout=60)
                first, later = milliseconds(page.run)
                figures.append(f"{name} {first:.0f}, then {later:.0f} ms")
            print(f"{count:>5,} runs: {', '.join(figures)}", flush=True)


if __name__ == "__main__":
    main()

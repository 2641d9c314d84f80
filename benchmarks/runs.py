"""What 1, 100 and 1,000 finished runs cost a page at each click.

.venv/bin/python -m benchmarks.runs
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable
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
        run = store.create(PRESETS["fast"], folder, name=f"run-{number}")
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


def milliseconds(act: Callable[[], object]) -> float:
    """Return the median time of an action, after a first time that fills the caches."""
    times = []
    for _ in range(CLICKS + 1):
        began = time.perf_counter()
        act()
        times.append(1000 * (time.perf_counter() - began))
    return median(times[1:])


def main() -> None:
    """Print the time of reading all runs, and of a rerun of each page."""
    with tempfile.TemporaryDirectory() as home, mock.patch.object(local, "ensure_workers"):
        folder = Path(home)
        os.environ["RUNS_DIR"] = home
        for count in COUNTS:
            fill(folder, count)
            figures = [f"reading {milliseconds(lambda: read_all(folder)):.1f} ms"]
            for name in PAGES:
                page = AppTest.from_file(f"../pages/{name}.py", default_timeout=60)
                figures.append(f"{name} {milliseconds(page.run):.0f} ms")
            print(f"{count:>5,} runs: {', '.join(figures)}", flush=True)


if __name__ == "__main__":
    main()

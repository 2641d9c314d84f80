"""Worker processes on this machine. They outlive the app, so a restart loses no training."""

import subprocess
import sys
from pathlib import Path

from cnn import run_queue

PROJECT = Path(__file__).parents[2]


def ensure_workers(folder: Path, wanted: int, idle_seconds: float | None = None) -> None:
    """Start the workers that are missing, at most as many as may train at once.

    Two callers at once may start one too many; it finds no free slot and leaves.
    """
    missing = min(wanted, run_queue.slots()) - run_queue.workers(folder)
    for _ in range(missing):
        _start_worker(folder, idle_seconds)


def _start_worker(folder: Path, idle_seconds: float | None) -> None:
    command = [sys.executable, "-m", "cnn.training.worker", str(folder.resolve())]
    if idle_seconds is not None:
        command += ["--idle-seconds", str(idle_seconds)]
    with (folder / ".queue" / "worker.log").open("ab") as log:
        subprocess.Popen(
            command,
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # not ended with the app, nor by its Ctrl+C
        )

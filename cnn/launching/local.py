"""Worker processes on this machine. They outlive the app, so a restart loses no training."""

import subprocess
import sys
from pathlib import Path

from cnn.runs import queue

PROJECT = Path(__file__).parents[2]
_started: list[tuple[Path, subprocess.Popen[bytes]]] = []


def ensure_workers(folder: Path, wanted: int, idle_seconds: float | None = None) -> None:
    """Start the workers that are missing, at most as many as may train at once.

    Two callers at once may start one too many; it finds no free slot and leaves.
    """
    living = max(queue.workers(folder), _started_here(folder))
    for _ in range(min(wanted, queue.slots()) - living):
        _started.append((folder.resolve(), _start_worker(folder, idle_seconds)))


def _started_here(folder: Path) -> int:
    """Return how many of this process's workers live, those without a slot yet among them."""
    _started[:] = [(place, process) for place, process in _started if process.poll() is None]
    return sum(place == folder.resolve() for place, _ in _started)


def _start_worker(folder: Path, idle_seconds: float | None) -> subprocess.Popen[bytes]:
    """Start one worker process."""
    command = [sys.executable, "-m", "cnn.training.worker", str(folder.resolve())]
    if idle_seconds is not None:
        command += ["--idle-seconds", str(idle_seconds)]
    with (folder / ".queue" / "worker.log").open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # not ended with the app, nor by its Ctrl+C
        )

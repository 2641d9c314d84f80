"""Worker processes on this machine. They outlive the app, so a restart loses no training."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from cnn.runs import queue, slots

PROJECT = Path(__file__).parents[2]
LOG_END = 300  # characters of a worker's log that tell why it died
_started: dict[Path, subprocess.Popen[bytes]] = {}  # the last of each slot, by its lock file


def ensure_workers(folder: Path, wanted: int, idle_seconds: float | None = None) -> None:
    """Start the workers that are missing, at most as many as may train at once.

    Where workers die one after the other, no more are started, and the queued runs fail.
    """
    wanted = min(wanted, slots.slot_count())
    if slots.active_workers(folder) >= wanted:
        return
    with queue.locked(folder):
        if slots.deaths(folder) >= slots.MAX_DEATHS:
            if not slots.active_workers(folder):
                for run in queue.queued_runs(folder):
                    queue.fail(run, _why_they_died(folder))
            return
        for _ in range(wanted - slots.active_workers(folder)):
            start_process("cnn.training.worker", folder, slots.slot_files(folder), idle_seconds)


def start_process(module: str, folder: Path, files: list[Path], idle_seconds: float | None) -> None:
    """Start a process that holds a free one of these slots, if there is one.

    The caller holds the queue's lock.
    """
    if not (taken := slots.take_slot(files)):
        return
    slot_file, descriptor = taken
    command = [sys.executable, "-m", module, str(folder.resolve()), str(descriptor)]
    if idle_seconds is not None:
        command += ["--idle-seconds", str(idle_seconds)]
    try:
        with slot_file.with_suffix(".log").open("wb") as log:
            _started[slot_file] = subprocess.Popen(
                command,
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[descriptor],
                start_new_session=True,  # not ended with the app, nor by its Ctrl+C
            )
    finally:
        os.close(descriptor)  # the worker holds the slot now


def _why_they_died(folder: Path) -> str:
    """Return a sentence with the signal that killed a worker, or with the end of its log."""
    reason = next(filter(None, map(why_it_died, slots.slot_files(folder))), "it left no message")
    return (
        f"The training process died {slots.MAX_DEATHS} times before it could begin: {reason}. "
        "When the cause is gone, start the run again."
    )


def why_it_died(slot_file: Path) -> str:
    """Return the signal that killed the last process of a slot, or the last line of its log."""
    with contextlib.suppress(KeyError, subprocess.TimeoutExpired):  # another process started it
        code = _started[slot_file].wait(timeout=1)
        if code < 0:
            memory = ", often for lack of memory" if -code == signal.SIGKILL else ""
            return f"it was killed by the signal {signal.Signals(-code).name}{memory}"
    with contextlib.suppress(OSError):
        log = slot_file.with_suffix(".log").read_text(errors="replace").strip()
        return log[-LOG_END:].rpartition("\n")[2]
    return ""

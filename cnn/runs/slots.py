"""Training slots of this machine: each is a lock file that one worker process holds.

One more is for the driver, the process that hands the queued runs to a Ray cluster instead.
The process that starts a worker takes the lock and passes it on, so that the slot is taken from
the first moment; the operating system frees it when the worker dies, however it died. Each start
adds one byte to the lock file, and a claimed run or a good end empties it: the size of the file of
a free slot is the number of deaths in a row.
"""

import argparse
import fcntl
import os
from pathlib import Path

from cnn.runs.files import HIDDEN, is_held

MAX_DEATHS = 3  # of workers in a row before they have claimed a run
IDLE_SECONDS = 600.0


def process_options(description: str | None) -> argparse.Namespace:
    """Return what a process is started with that holds a slot: the runs, the slot, its patience."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("runs_dir", type=Path)
    parser.add_argument("slot", type=int, help="the file descriptor of its lock")
    parser.add_argument("--idle-seconds", type=float, default=IDLE_SECONDS)
    return parser.parse_args()


def slot_count() -> int:
    """Return how many runs may train at once on this machine."""
    return max(1, (os.cpu_count() or 1) // 2)


def slot_files(folder: Path) -> list[Path]:
    """Return the lock file of each slot."""
    return [folder / HIDDEN / f"worker-{slot}.lock" for slot in range(slot_count())]


def driver_file(folder: Path) -> Path:
    """Return the lock file of the driver's slot."""
    return folder / HIDDEN / "driver.lock"


def is_driven(folder: Path) -> bool:
    """Return whether a driver hands the runs of this folder to a cluster: no worker claims one."""
    return is_held(driver_file(folder))


def active_workers(folder: Path) -> int:
    """Return how many worker processes there are, those that are starting included."""
    return sum(map(is_held, slot_files(folder)))


def deaths(folder: Path) -> int:
    """Return how many workers died, one after the other, before they had claimed a run."""
    return sum(file.stat().st_size for file in _free_slots(folder))


def forget_deaths(folder: Path) -> None:
    """Let workers be started again. The caller holds the queue's lock."""
    for file in _free_slots(folder):
        os.truncate(file, 0)


def _free_slots(folder: Path) -> list[Path]:
    return [file for file in slot_files(folder) if file.exists() and not is_held(file)]


def take_slot(files: list[Path]) -> tuple[Path, int] | None:
    """Return the first of these files that is free and the descriptor that holds it; count a start.

    The caller holds the queue's lock, and closes the descriptor.
    """
    for file in files:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.write(descriptor, b".")
            return file, descriptor
        except OSError as error:
            os.close(descriptor)
            if not isinstance(error, BlockingIOError):
                raise
    return None


def record_success(descriptor: int) -> None:
    """Note in a held slot that its worker claimed a run or ends well."""
    os.ftruncate(descriptor, 0)

"""How many runs train at once, here or on a cluster, and what the nodes of a cluster train."""

import contextlib
from pathlib import Path

from cnn.data.mnist import keras_cache_file
from cnn.runs import files, queue, slots, store
from cnn.runs.run import Run, RunError


def capacity(folder: Path) -> int:
    """Return how many runs may train at once; of a cluster that is not connected yet, 0."""
    if not slots.is_driven(folder):
        return slots.slot_count()
    with contextlib.suppress(OSError, ValueError):
        return int(_capacity_file(folder).read_text())
    return 0


def write_capacity(folder: Path, count: int) -> None:
    """Let everybody know how many runs a cluster trains at once; the driver calls it."""
    if capacity(folder) != count:
        files.write_bytes(_capacity_file(folder), str(count).encode())


def _capacity_file(folder: Path) -> Path:
    return folder / files.HIDDEN / "capacity"


def queue_position(run: Run) -> int:
    """Return how many trainings must end before this one begins; 0 when it is next."""
    folder = run.path.parent
    queued = queue.queued_runs(folder)
    ahead = queued.index(run) if run in queued else 0
    running = queue.active_count(folder) - len(queued)
    return max(0, ahead + running + 1 - capacity(folder))


def waiting_runs(folder: Path) -> dict[Run, str]:
    """Return the runs that wait for a node, the next first, each with its MNIST file.

    A run that had begun has noted which digits it uses; where they are is asked anew.
    """
    found = {}
    for run in reversed(store.list_runs(folder)):
        with contextlib.suppress(RunError):
            status = run.status()
            if status.waits_for_node:
                file = status.mnist_file
                if status.dataset == "mnist":  # never the sample, where MNIST is gone
                    file = queue.current_mnist_file() or str(keras_cache_file())
                found[run] = file
    return found


def claim(run: Run, node: str, mnist_file: str) -> bool:
    """Mark a run as training on a node, unless it is over. Its lock is the caller's."""
    with queue.locked(run.path.parent):
        if is_claimed := run.status().active:
            queue.mark_running(run, node=node, mnist_file=mnist_file)
        return is_claimed

"""What the nodes of a cluster train: the queued runs, and those that have lost their node."""

import contextlib
from pathlib import Path

from cnn.data.mnist import keras_cache_file
from cnn.runs import queue, store
from cnn.runs.run import Run, RunError


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

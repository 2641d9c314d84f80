"""The process that hands the queued runs to a Ray cluster, and leaves when idle.

Started by cnn.launching as `python -m cnn.launching.ray_driver RUNS_DIR SLOT`, with the descriptor
of the slot that it holds; never imported by the app. Queueing, placement and retries are Ray's:
each run is one task. Ray ends this process when it loses the cluster, and the tasks of a driver
that died; the next driver takes up their runs.
"""

import contextlib
import importlib
import os
import threading
import time
from pathlib import Path
from typing import Any

import ray
from ray import exceptions

from cnn.launching import ray_cluster
from cnn.runs import files, nodes, queue, slots
from cnn.runs.run import Run, RunError

CONNECT_SECONDS = 30.0
POLL_INTERVAL = 0.2
MAX_RETRIES = 3  # of a run whose node or process was lost


def main() -> None:
    """Serve the queue until no run has come for a while."""
    options = slots.process_options(__doc__)
    settings = ray_cluster.read_settings()
    _connect(settings.address)
    slots.record_success(options.slot)
    task = ray.remote(
        num_cpus=settings.cpus,
        num_gpus=settings.gpus,
        max_retries=MAX_RETRIES,
        scheduling_strategy="SPREAD",  # one training on each node before there are two on one
    )(train_on_node)
    _serve(options.runs_dir, options.slot, options.idle_seconds, task)


def _connect(address: str) -> None:
    """Connect to the cluster, or end the process; the last line of its log says why."""

    def give_up(reason: object) -> None:
        print(f"The Ray cluster at {address} takes no runs from this machine: {reason}", flush=True)
        os._exit(1)

    missing = f"it is none of its nodes. Run ray start --address={address} here."
    timer = threading.Timer(CONNECT_SECONDS, give_up, [missing])  # Ray tries for minutes
    timer.start()
    try:
        ray.init(address, log_to_driver=False)
    except Exception as error:
        give_up(str(error).strip().partition("\n")[0])
    timer.cancel()


def _serve(folder: Path, slot: int, idle_seconds: float, task: Any) -> None:
    tasks: dict[Run, ray.ObjectRef] = {}
    idle_until = time.monotonic() + idle_seconds
    sweeps = importlib.import_module("cnn.sweeps.study")
    while True:
        sweeps.advance(folder, idle_seconds)
        for run, mnist_file in nodes.waiting_runs(folder).items():
            if run not in tasks:
                tasks[run] = task.options(name=run.id).remote(run.path, mnist_file)
        if tasks:
            _end_tasks(tasks)
            idle_until = time.monotonic() + idle_seconds
            continue
        if time.monotonic() >= idle_until and queue.release_slot(folder, slot, nodes.waiting_runs):
            return
        time.sleep(POLL_INTERVAL)


def _end_tasks(tasks: dict[Run, ray.ObjectRef]) -> None:
    """Cancel the tasks of stopped and deleted runs, and drop one that has ended."""
    for run, task in tasks.items():
        if _is_over(run):
            ray.cancel(task)
    ended, _ = ray.wait(list(tasks.values()), timeout=POLL_INTERVAL)
    for run in [run for run, task in tasks.items() if task in ended]:
        if message := _problem(tasks.pop(run)):
            _fail(run, message)


def _is_over(run: Run) -> bool:
    """Return whether a run is stopped or gone, and no task of it at work."""
    try:
        is_over = run.status().over
    except RunError:
        is_over = True
    return is_over and not files.is_held(run.path / "lock")


def _problem(task: ray.ObjectRef) -> str:
    try:
        return ray.get(task)
    except exceptions.TaskCancelledError:
        return ""
    except exceptions.RayTaskError as error:
        return f"The training could not start: {error.cause}"
    except exceptions.RayError as error:
        reason = str(error).strip().partition("\n")[0]
        return f"Ray gave this run up after {MAX_RETRIES} retries: {reason}"


def _fail(run: Run, message: str) -> None:
    with contextlib.suppress(RunError):
        if run.status().waits_for_node:  # else it is over, or another process trains it
            queue.fail(run, message)


def train_on_node(path: Path, mnist_file: str) -> str:
    """Train the run of a folder in a process of a node; return why that can't be, or nothing.

    Ray sends it with its code, so it works on a node that does not see the project either.
    """
    node = _node_name()
    needed = {f"the folder of runs, {path.parent}": path / "status.json"}
    if mnist_file:
        needed[f"the file of MNIST, {mnist_file}"] = Path(mnist_file)
    for what, file in needed.items():
        if not file.is_file():
            return f"The node {node} does not see {what}: put it on storage that all nodes share."
    try:
        worker = importlib.import_module("cnn.training.worker")
    except ImportError as error:
        return (
            f"The node {node} can't train: {error}. All nodes need this project and its packages."
        )
    worker.train_on_node(path, node, mnist_file)
    return ""


def _node_name() -> str:
    """Return the name that this node was started with, else its machine's."""
    node_id = ray.get_runtime_context().get_node_id()
    node = next(node for node in ray.nodes() if node["NodeID"] == node_id)
    is_named = node["NodeName"] != node["NodeManagerAddress"]
    return node["NodeName"] if is_named else node["NodeManagerHostname"]


if __name__ == "__main__":
    main()

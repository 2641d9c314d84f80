"""The process that hands the queued runs to a Ray cluster, and leaves when idle.

Started by cnn.launching as `python -m cnn.launching.ray_driver RUNS_DIR SLOT`, with the descriptor
of the slot that it holds; never imported by the app. Each run is one task: queueing, placement and
retries are Ray's. Ray ends this process when it loses the cluster, and the tasks of a driver that
died; the next driver takes up their runs.
"""

import contextlib
import importlib
import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import ray
from ray import exceptions

from cnn.launching import ray_cluster
from cnn.runs import nodes, queue, slots
from cnn.runs.run import Run, RunError

CONNECT_SECONDS = 30.0
POLL_INTERVAL = 0.2
MAX_RETRIES = 3  # of a run whose node or process was lost


def main() -> None:
    """Serve the queue until no run has come for a while."""
    options, settings = slots.process_options(__doc__), ray_cluster.read_settings()
    with contextlib.suppress(OSError):
        nodes.write_capacity(options.runs_dir, 0)  # a former driver's is another cluster's
    _connect(settings.address)
    slots.record_success(options.slot)
    folder, idle_seconds = options.runs_dir, options.idle_seconds
    driver, sweeps = Driver(folder, settings), importlib.import_module("cnn.sweeps.study")
    idle_since = time.monotonic()
    while True:
        driver.count_places()
        sweeps.advance(folder, idle_seconds)
        driver.hand_out_runs()
        if driver.tasks:
            driver.end_tasks()
            idle_since = time.monotonic()
        elif time.monotonic() >= idle_since + idle_seconds:
            return
        else:
            time.sleep(POLL_INTERVAL)


def _connect(address: str) -> None:
    """Connect to the cluster, or end the process; the last line of its log says why."""

    def give_up(reason: str) -> None:
        print(reason, flush=True)
        os._exit(1)

    missing = f"it is none of its nodes, run ray start --address={address} here."
    timer = threading.Timer(CONNECT_SECONDS, give_up, [missing])  # Ray tries for minutes
    timer.start()
    try:
        ray.init(address, log_to_driver=False)
    except Exception as error:
        give_up(str(error).strip().partition("\n")[0])
    timer.cancel()


@dataclass
class Driver:
    """The tasks that Ray has been given for the runs of one folder."""

    folder: Path
    settings: ray_cluster.Settings
    tasks: dict[Run, ray.ObjectRef] = field(default_factory=dict)

    def hand_out_runs(self) -> None:
        """Give Ray a task for each run that waits for a node and has none."""
        task = ray.remote(
            num_cpus=self.settings.cpus,
            num_gpus=self.settings.gpus,
            max_retries=MAX_RETRIES,
            scheduling_strategy="SPREAD",  # the free node before one that trains
        )(train_on_node)
        for run, mnist_file in nodes.waiting_runs(self.folder).items():
            if run not in self.tasks:
                self.tasks[run] = task.options(name=run.id).remote(run.path, mnist_file)

    def count_places(self) -> None:
        """Let pages and sweeps know how many runs the nodes train at once."""
        wanted = {"CPU": self.settings.cpus, "GPU": self.settings.gpus}
        alive = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        counts = [
            min(int(has.get(kind, 0) / n) for kind, n in wanted.items() if n) for has in alive
        ]
        with contextlib.suppress(OSError):  # a full disk ends no training
            nodes.write_capacity(self.folder, sum(counts))

    def end_tasks(self) -> None:
        """Cancel what was stopped before it began, and see to a task that has ended."""
        for run, task in self.tasks.items():
            with contextlib.suppress(RunError):
                status = run.status()
                if status.over and not status.node:
                    ray.cancel(task)
        ended, _ = ray.wait(list(self.tasks.values()), timeout=POLL_INTERVAL)
        for run in [run for run, task in self.tasks.items() if task in ended]:
            message = _problem(self.tasks.pop(run))
            with contextlib.suppress(RunError):
                if message and run.status().waits_for_node:  # else it is over, or trains elsewhere
                    queue.fail(run, message)


def _problem(task: ray.ObjectRef) -> str:
    """Return why the task of a run did not train it, or nothing."""
    try:
        return ray.get(task)
    except exceptions.TaskCancelledError:
        return ""
    except exceptions.RayTaskError as error:
        return f"A node could not begin the training: {error.cause}"
    except exceptions.RayError as error:
        reason = str(error).strip().partition("\n")[0]
        return f"Ray gave this run up after {MAX_RETRIES} retries: {reason}"


def train_on_node(path: Path, mnist_file: str) -> str:
    """Train the run of a folder in a process of a node; return why that can't be, or nothing.

    Ray sends it with its code, so it says so on a node that does not see the project either.
    """
    here = ray.get_runtime_context().get_node_id()
    node = next(node["NodeName"] for node in ray.nodes() if node["NodeID"] == here)
    needed = {f"the folder of runs, {path.parent}": path / "status.json"}
    if mnist_file:
        needed[f"the file of MNIST, {mnist_file}"] = Path(mnist_file)
    for what, file in needed.items():
        if not file.is_file():
            return f"The node {node} does not see {what}: put it on storage that all nodes share."
    importlib.import_module("cnn.training.worker").train_on_node(path, node, mnist_file)
    return ""


if __name__ == "__main__":
    main()

"""A real Ray cluster of two nodes on this machine, with the real driver and trainings."""

import os
import shutil
import signal
import subprocess
import tempfile

import pytest

from cnn import launching
from cnn.hyperparameters import Hyperparameters
from cnn.launching import local
from cnn.runs import queue, slots
from cnn.runs.status import QUEUED_ON_CLUSTER, State
from tests.awaiting import until

pytest.importorskip("ray", reason="needs Ray: pip install -r requirements-ray.txt")

pytestmark = [pytest.mark.ray, pytest.mark.workers]

TINY = {"filters": (2,), "pool_after": (1,), "scale_pixels": True}
QUICK = Hyperparameters(**TINY, epochs=1)
ENDLESS = Hyperparameters(**TINY, epochs=100, batch_size=1)
ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
    "RAY_enable_worker_prestart": "0",
}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Two nodes of one CPU: "left", where the driver is connected, and "right"."""
    home = tempfile.mkdtemp(prefix="ray")  # Ray's sockets need a short path
    os.mkdir(f"{home}/ray")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MNIST_NPZ", raising=False)
        patch.setenv("RAY_TMPDIR", home)
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        from ray.cluster_utils import Cluster

        cluster = Cluster()
        try:
            yield cluster
        finally:
            cluster.shutdown()
            shutil.rmtree(home)


@pytest.fixture(scope="module")
def shared_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("shared")


@pytest.fixture(scope="module")
def drivers():
    """The driver processes; one serves all tests, since each has Ray start its own trainers."""
    started = []
    yield started
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def runs_dir(cluster, shared_folder, drivers, tiny_mnist, monkeypatch):
    """A folder of runs that a cluster of two nodes trains."""
    for name in ("left", "right")[len(cluster.list_all_nodes()) :]:
        dashboard = {} if cluster.head_node else {"include_dashboard": False}
        cluster.add_node(num_cpus=1, node_name=name, object_store_memory=80 << 20, **dashboard)
    shutil.copy(tiny_mnist, shared_folder / "mnist.npz")
    monkeypatch.setenv("MNIST_NPZ", str(shared_folder / "mnist.npz"))
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)
    popen = subprocess.Popen

    def remember(*arguments, **options):
        drivers.append(popen(*arguments, **options))
        return drivers[-1]

    monkeypatch.setattr(local.subprocess, "Popen", remember)
    return shared_folder / "runs"


def over(run):
    status = launching.current_status(run)
    return status if status.over else None


def ends(runs):
    return [until(lambda run=run: over(run), f"the end of {run.id}") for run in runs]


def test_four_runs_are_trained_on_both_nodes(runs_dir, drivers):
    runs = [launching.start(QUICK, runs_dir) for _ in range(4)]
    ended = ends(runs)
    assert {status.state for status in ended} == {State.FINISHED}
    assert {status.node for status in ended} == {"left", "right"}
    assert {status.dataset for status in ended} == {"mnist"}
    assert len(drivers) == 1
    assert not slots.active_workers(runs_dir)


def test_a_running_run_is_stopped_with_its_network_and_a_queued_one_before_it_began(runs_dir):
    running = [launching.start(ENDLESS, runs_dir) for _ in range(2)]
    queued = launching.start(ENDLESS, runs_dir)
    for run in running:
        until(lambda run=run: run.metrics().training, "the first point")
    queue.stop(queued)
    assert queued.status().state is State.STOPPED
    for run in running:
        queue.stop(run)
    assert {status.state for status in ends(running)} == {State.STOPPED}
    assert all(run.is_usable for run in running)
    last = launching.start(QUICK, runs_dir)
    assert ends([last])[0].state is State.FINISHED
    assert not queued.status().node
    assert not queued.log()


def test_the_next_driver_takes_up_the_runs_of_one_that_was_killed(runs_dir, drivers):
    values = Hyperparameters(**TINY, epochs=12, batch_size=4)
    runs = [launching.start(values, runs_dir) for _ in range(3)]
    for run in runs[:2]:
        until(lambda run=run: run.metrics().epochs, "the first epoch")
    os.kill(drivers[-1].pid, signal.SIGKILL)
    drivers[-1].wait()
    for run in runs[:2]:
        until(lambda run=run: run.status().state is State.INTERRUPTED, "the end of the task")
    count = len(drivers)
    assert launching.current_status(runs[0]).phase == QUEUED_ON_CLUSTER
    assert runs[1].status().active
    ended = ends(runs)
    assert [status.state for status in ended] == [State.FINISHED] * 3
    assert [status.resumes for status in ended] == [1, 1, 0]
    assert len(drivers) == count + 1


def test_a_run_whose_node_is_lost_goes_on_from_its_checkpoint_on_another(runs_dir, cluster):
    values = Hyperparameters(**TINY, epochs=12, batch_size=4)
    runs = [launching.start(values, runs_dir) for _ in range(2)]
    for run in runs:
        until(lambda run=run: run.metrics().epochs, "the first epoch")
    (run,) = (run for run in runs if run.status().node == "right")
    (node,) = cluster.worker_nodes
    cluster.remove_node(node, allow_graceful=False)
    states = set()

    def finished():
        states.add((status := run.status()).state)
        return status if status.over else None

    status = until(finished, "the end of the lost run")
    assert states == {State.RUNNING, State.FINISHED}
    assert (status.node, status.resumes) == ("left", 1)
    assert [point.epoch for point in run.metrics().epochs] == list(range(1, 13))
    ends(runs)

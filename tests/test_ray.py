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
from cnn.runs import nodes, queue, slots
from cnn.runs.status import QUEUED_ON_CLUSTER, State
from tests.awaiting import until

pytest.importorskip("ray", reason="needs Ray: pip install -r requirements-ray.txt")

pytestmark = [pytest.mark.ray, pytest.mark.workers]

PATIENCE = 240  # seconds: every process that Ray starts imports TensorFlow
TINY = {"filters": (2,), "pool_after": (1,), "scale_pixels": True}
QUICK = Hyperparameters(**TINY, epochs=1)
ENDLESS = Hyperparameters(**TINY, epochs=100, batch_size=1)
TWELVE_EPOCHS = Hyperparameters(**TINY, epochs=12, batch_size=4)


@pytest.fixture(scope="module")
def cluster():
    """A cluster; its nodes take the environment and, for its sockets, a folder of a short name."""
    home = tempfile.mkdtemp(prefix="ray")
    os.mkdir(f"{home}/ray")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RAY_TMPDIR", home)
        environment.setenv("RAY_USAGE_STATS_ENABLED", "0")
        environment.setenv("RAY_enable_worker_prestart", "0")
        environment.delenv("MNIST_NPZ", raising=False)
        from ray.cluster_utils import Cluster

        cluster = Cluster()
        try:
            yield cluster
        finally:
            cluster.shutdown()
            shutil.rmtree(home)


@pytest.fixture(scope="module")
def drivers():
    """The driver processes: one serves all tests, since each has Ray start trainers of its own."""
    started = []
    yield started
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def shared_folder(tmp_path_factory):
    """What all nodes see."""
    return tmp_path_factory.mktemp("shared")


@pytest.fixture
def runs_dir(cluster, drivers, shared_folder, tiny_mnist, monkeypatch):
    """A folder of runs that are trained on the cluster, which has at least the node "left"."""
    if not cluster.head_node:
        add_node(cluster, "left", include_dashboard=False)
    monkeypatch.setenv("MNIST_NPZ", shutil.copy(tiny_mnist, shared_folder))
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)
    popen = subprocess.Popen

    def remember(*arguments, **options):
        drivers.append(popen(*arguments, **options))
        return drivers[-1]

    monkeypatch.setattr(local.subprocess, "Popen", remember)
    return shared_folder / "runs"


@pytest.fixture
def right(runs_dir, cluster):
    """The second node; the driver is connected to the other."""
    return next(iter(cluster.worker_nodes), None) or add_node(cluster, "right")


def add_node(cluster, name, **options):
    return cluster.add_node(num_cpus=1, node_name=name, object_store_memory=80 << 20, **options)


def over(run):
    """Return the status of a run that is over; never does it count as interrupted till then."""
    status = launching.current_status(run)
    assert status.state is not State.INTERRUPTED
    return status if status.over else None


def ends(runs):
    return [until(lambda run=run: over(run), f"the end of {run.id}", PATIENCE) for run in runs]


def train(run, what="epochs"):
    until(lambda: getattr(run.metrics(), what), f"the first of its {what}", PATIENCE)
    return run


def test_four_runs_are_trained_on_both_nodes(runs_dir, right, drivers):
    runs = [launching.start(QUICK, runs_dir) for _ in range(4)]
    ended = ends(runs)
    assert {status.state for status in ended} == {State.FINISHED}
    assert {status.node for status in ended} == {"left", "right"}
    assert {status.dataset for status in ended} == {"mnist"}
    assert nodes.capacity(runs_dir) == 2
    assert len(drivers) == 1
    assert not slots.active_workers(runs_dir)


def test_stop_keeps_the_networks_of_running_runs_and_ray_drops_a_queued_one(runs_dir, right):
    running = [launching.start(ENDLESS, runs_dir) for _ in range(2)]
    queued = launching.start(ENDLESS, runs_dir)
    for run in running:
        train(run, "training")
    assert nodes.queue_position(queued) == 1
    for run in (queued, *running):
        queue.stop(run)
    assert [status.state for status in ends([queued, *running])] == [State.STOPPED] * 3
    assert [run.is_usable for run in (queued, *running)] == [False, True, True]
    (last,) = ends([launching.start(QUICK, runs_dir)])
    assert last.state is State.FINISHED
    assert not queued.status().node


def test_a_node_that_does_not_see_the_runs_is_told(runs_dir, tmp_path, monkeypatch):
    run = queue.submit(QUICK, runs_dir, mnist_file=str(tmp_path / "elsewhere.npz"))
    launching.ensure_worker(run)
    (status,) = ends([run])
    assert status.state is State.FAILED
    assert "does not see the file of MNIST" in status.message
    assert "put it on storage that all nodes share" in status.message


def test_a_run_whose_node_is_lost_goes_on_from_its_checkpoint_on_another(runs_dir, right, cluster):
    runs = [train(launching.start(TWELVE_EPOCHS, runs_dir)) for _ in range(2)]
    (lost,) = (run for run in runs if run.status().node == "right")
    cluster.remove_node(right, allow_graceful=False)
    until(lambda: lost.status().phase == QUEUED_ON_CLUSTER, "the loss")
    assert "on right ended" in lost.status().message
    ends(runs)
    status = lost.status()
    assert (status.state, status.node, status.resumes) == (State.FINISHED, "left", 1)
    assert [point.epoch for point in lost.metrics().epochs] == list(range(1, 13))


def test_the_next_driver_takes_up_the_runs_of_one_that_was_killed(runs_dir, drivers):
    first = train(launching.start(TWELVE_EPOCHS, runs_dir))
    second = launching.start(QUICK, runs_dir)
    killed = len(drivers)
    os.kill(drivers[-1].pid, signal.SIGKILL)
    drivers[-1].wait()
    until(lambda: first.status().state is State.INTERRUPTED, "the end of its task")
    ended = ends([first, second])
    assert [(one.state, one.resumes) for one in ended] == [(State.FINISHED, 1), (State.FINISHED, 0)]
    assert [point.epoch for point in first.metrics().epochs] == list(range(1, 13))
    assert len(drivers) == killed + 1

"""What the app knows of a Ray cluster without Ray."""

import socket

import pytest

from cnn import launching
from cnn.hyperparameters import Hyperparameters
from cnn.launching import local, ray_cluster
from cnn.runs import nodes, queue, slots
from cnn.runs.status import QUEUED_ON_CLUSTER, State
from tests.pages import open_page
from ui.shared import run_state

MEANWHILE = "Meanwhile, runs train on this machine."


@pytest.fixture
def address(monkeypatch):
    """The address of something that answers, in RAY_ADDRESS."""
    ray_cluster._answers.cache_clear()
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        monkeypatch.setenv("RAY_ADDRESS", address)
        monkeypatch.setattr(ray_cluster, "find_spec", lambda name: name)
        yield address
    ray_cluster._answers.cache_clear()


@pytest.fixture
def started(monkeypatch):
    """What is started, by its module."""
    started = []
    monkeypatch.setattr(local, "start_process", lambda module, *_: started.append(module))
    monkeypatch.setattr(local, "ensure_workers", lambda *_: started.append("workers"))
    return started


def test_a_cluster_that_answers_gets_a_driver_and_no_workers(runs_dir, address, started):
    run = launching.start(Hyperparameters(), runs_dir)
    launching.warm(runs_dir)
    launching.ensure_worker(run)
    assert started == ["cnn.launching.ray_driver"] * 3
    assert launching.cluster_problem(runs_dir) == ""


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("RAY_ADDRESS", "127.0.0.1:9", "No Ray cluster answers at 127.0.0.1:9."),
        ("RAY_ADDRESS", "127.0.0.1:99999", "No Ray cluster answers at 127.0.0.1:99999."),
        ("RAY_ADDRESS", "auto", "RAY_ADDRESS must be HOST:PORT, such as 192.168.0.10:6379."),
        ("CNN_RAY_CPUS", "many", "CNN_RAY_CPUS must be a valid number, not 'many'."),
        ("CNN_RAY_CPUS", "0", "CNN_RAY_CPUS must be greater than 0, not '0'."),
        ("CNN_RAY_GPUS", "1.5", "CNN_RAY_GPUS must be a whole number, or less than 1"),
    ],
)
def test_a_wrong_setting_is_a_sentence_and_runs_train_here(
    runs_dir, address, started, monkeypatch, name, value, sentence
):
    monkeypatch.setenv(name, value)
    launching.start(Hyperparameters(), runs_dir)
    assert started == ["workers"]
    told = launching.cluster_problem(runs_dir)
    assert told.startswith(sentence)
    assert told.endswith(MEANWHILE)
    page = open_page("train")
    assert [told] == [one.value for one in page.warning]


def test_without_the_package_a_sentence_names_it(runs_dir, address, monkeypatch):
    monkeypatch.setattr(ray_cluster, "find_spec", lambda name: None)
    assert "pip install -r requirements-ray.txt" in launching.cluster_problem(runs_dir)


def test_a_driver_that_could_not_connect_is_told_and_not_started_again_at_once(
    runs_dir, address, started, monkeypatch
):
    lock_file = slots.driver_file(runs_dir)
    lock_file.parent.mkdir()
    lock_file.write_text(".")  # a start without a success
    lock_file.with_suffix(".log").write_text("INFO\nit is none of its nodes.\n")
    told = launching.cluster_problem(runs_dir)
    problem = f"The Ray cluster at {address} takes no runs from this machine"
    assert told == f"{problem}: it is none of its nodes. {MEANWHILE}"
    lock_file.with_suffix(".log").unlink()
    assert "its driver left no message" in launching.cluster_problem(runs_dir)
    monkeypatch.setattr(ray_cluster, "RETRY_SECONDS", 0.0)
    assert launching.cluster_problem(runs_dir) == ""


def test_while_there_is_a_driver_no_worker_claims_a_run_and_a_lost_one_is_queued(
    runs_dir, hold_elsewhere
):
    queued, lost = (queue.submit(Hyperparameters(), runs_dir) for _ in range(2))
    lost.update_status(state=State.RUNNING, node="left")
    assert lost.status().state is State.INTERRUPTED
    hold_elsewhere(slots.driver_file(runs_dir))
    assert lost.status().active
    assert "The training on left ended." in lost.status().message
    assert queue.claim(runs_dir) is None
    assert list(nodes.waiting_runs(runs_dir)) == [queued, lost]
    assert run_state.activity(queued, queued.status()) == QUEUED_ON_CLUSTER
    assert run_state.activity(lost, lost.status()) == QUEUED_ON_CLUSTER
    nodes.write_capacity(runs_dir, 1)
    assert run_state.activity(queued, queued.status()) == "queued, 1 ahead"
    with lost.lock:
        assert nodes.claim(lost, "right", "")
        assert run_state.activity(lost, lost.status()) == "starting on right"
    queue.stop(queued)
    assert not nodes.claim(queued, "right", "")
    assert queued.status().state is State.STOPPED

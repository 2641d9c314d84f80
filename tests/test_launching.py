import errno
import os
import subprocess
import sys

import pytest

from cnn import launching
from cnn.__main__ import main
from cnn.hyperparameters import Hyperparameters
from cnn.launching import local
from cnn.runs import queue, slots, store
from cnn.runs.status import State
from tests.awaiting import until

pytestmark = pytest.mark.workers

PYTHON = sys.executable  # a test replaces it
ENSURE = """
import sys
from pathlib import Path
from cnn.launching import local
local.sys.executable = sys.argv[2]
local.ensure_workers(Path(sys.argv[1]), 1)
"""


@pytest.fixture
def worker_script(tmp_path, monkeypatch):
    """Replaces the worker by a shell script; returns a file with a line for each of its starts."""
    starts = tmp_path / "starts"
    starts.touch()

    def replace(commands):
        script = tmp_path / "worker"
        script.write_text(f"#!/bin/sh\necho >> {starts}\n{commands}\n")
        script.chmod(0o755)
        monkeypatch.setattr(local.sys, "executable", str(script))
        return starts

    yield replace
    for process in local._started.values():
        process.kill()
        process.wait()


@pytest.fixture
def living(worker_script):
    """Workers that live and do nothing."""
    return worker_script("exec sleep 100")


def count(starts, expected):
    until(lambda: len(starts.read_text()) >= expected, f"{expected} starts", 10)
    return len(starts.read_text())


def watch(run):
    """Poll a run as a page does, until it is over."""

    def over():
        launching.ensure_worker(run)
        return run.status().over

    until(over, "the end of the run", 20)
    return run.status()


def test_as_many_workers_are_started_as_runs_are_queued_and_may_train_at_once(
    runs_dir, living, monkeypatch
):
    run = launching.start(Hyperparameters(), runs_dir)
    for _ in range(3):
        launching.ensure_worker(run)
    assert run.status().state is State.QUEUED
    assert count(living, 1) == slots.active_workers(runs_dir) == 1
    monkeypatch.setattr(slots, "slot_count", lambda: 2)
    launching.warm(runs_dir)
    local.ensure_workers(runs_dir, 9)
    assert count(living, 2) == slots.active_workers(runs_dir) == 2


def test_processes_that_start_workers_at_once_start_one(runs_dir, living):
    command = [PYTHON, "-c", ENSURE, str(runs_dir), local.sys.executable]
    processes = [subprocess.Popen(command, cwd=local.PROJECT) for _ in range(3)]
    assert [process.wait(30) for process in processes] == [0, 0, 0]
    assert count(living, 1) == slots.active_workers(runs_dir) == 1


@pytest.mark.parametrize(
    ("commands", "reason"),
    [
        ("kill -9 $$", "killed by the signal SIGKILL, often for lack of memory"),
        ("kill -11 $$", "killed by the signal SIGSEGV"),
        ("echo Started; echo ImportError: no such library >&2; exit 1", "ImportError: no such"),
        ("exit 1", "it left no message"),
    ],
)
def test_after_three_deaths_in_a_row_the_queued_runs_fail_with_the_reason(
    runs_dir, worker_script, commands, reason
):
    starts = worker_script(commands)
    run = launching.start(Hyperparameters(), runs_dir)
    following = queue.submit(Hyperparameters(), runs_dir)
    status = watch(run)
    assert status.state is following.status().state is State.FAILED
    assert "died 3 times before it could begin" in status.message
    assert reason in status.message
    launching.warm(runs_dir)  # as every rerun of the page does
    assert count(starts, 3) == 3


def test_deaths_are_counted_across_processes(runs_dir, worker_script, monkeypatch):
    starts = worker_script("exit 1")
    run = queue.submit(Hyperparameters(), runs_dir)

    def failed():
        monkeypatch.setattr(local, "_started", {})  # as another process knows none
        launching.ensure_worker(run)
        return run.status().state is State.FAILED

    until(failed, "the failure", 60)
    assert count(starts, 3) == 3


def test_a_claim_and_a_run_queued_after_the_failure_let_workers_be_started_again(
    runs_dir, worker_script
):
    starts = worker_script("exit 1")
    run = launching.start(Hyperparameters(), runs_dir)
    watch(run)
    launching.resume(run)
    watch(run)
    assert count(starts, 6) == 6
    queue.submit(Hyperparameters(), runs_dir)
    slot_file, slot = slots.take_slot(slots.slot_files(runs_dir))
    slots.record_success(slot)  # as a worker does that has claimed a run
    os.close(slot)
    assert slots.deaths(runs_dir) == slot_file.stat().st_size == 0


def test_the_command_line_ends_with_the_failure(runs_dir, worker_script, capsys):
    worker_script("kill -11 $$")
    assert main(["train", "--preset", "fast", "--runs-dir", str(runs_dir)]) == 1
    assert "killed by the signal SIGSEGV" in capsys.readouterr().err


def test_a_worker_that_cannot_be_started_for_a_full_disk_is_told_and_leaves_no_queued_run(
    runs_dir, monkeypatch, capsys
):
    def take_slot(folder):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(slots, "take_slot", take_slot)
    assert main(["train", "--preset", "fast", "--runs-dir", str(runs_dir)]) == 2
    assert "the disk is full" in capsys.readouterr().err
    (run,) = store.list_runs(runs_dir)
    assert run.status().state is State.STOPPED


def test_a_slot_is_given_back_only_when_no_run_is_queued(runs_dir):
    run = queue.submit(Hyperparameters(), runs_dir)
    _, slot = slots.take_slot(slots.slot_files(runs_dir))
    assert not queue.release_slot(runs_dir, slot)
    assert slots.active_workers(runs_dir) == 1
    queue.stop(run)
    assert queue.release_slot(runs_dir, slot)
    assert slots.active_workers(runs_dir) == slots.deaths(runs_dir) == 0

import errno
import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from cnn.hyperparameters import Hyperparameters
from cnn.runs import files, nodes, queue, slots, store, wake_up
from cnn.runs.status import State
from cnn.runs.store import RunError

CLAIM_ALL = """
import sys
from contextlib import nullcontext
from pathlib import Path
from cnn.runs import queue
queue.LOCK_SECONDS = 60.0  # the other process claims without a pause
print("ready", flush=True)
sys.stdin.readline()
claimed = []
while run := queue.claim(Path(sys.argv[1])):
    claimed.append(run)
print(*(run.id for run in claimed), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def queued(runs_dir):
    """Queues a run of a given time."""

    def submit(created):
        run = queue.submit(Hyperparameters(), runs_dir)
        run.update_status(created=created)
        return run

    return submit


def full_disk(*_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_the_oldest_run_is_next_whatever_the_order_of_queueing(queued, runs_dir):
    middle, newest, oldest = queued(20.0), queued(30.0), queued(10.0)
    assert queue.queued_runs(runs_dir) == [oldest, middle, newest]
    positions = [nodes.queue_position(run) for run in (oldest, middle, newest)]
    assert positions == [max(0, ahead + 1 - slots.slot_count()) for ahead in range(3)]
    claimed = [queue.claim(runs_dir) for _ in range(3)]
    assert claimed == [oldest, middle, newest]
    assert queue.claim(runs_dir) is None


def test_the_queue_works_before_its_folder_is_there(tmp_path):
    folder = tmp_path / "not" / "yet" / "there"
    assert wake_up.queue_mtime(folder) == slots.active_workers(folder) == slots.deaths(folder) == 0
    assert queue.queued_runs(folder) == []
    assert not folder.exists()
    assert queue.claim(folder) is None
    assert [queue.submit(Hyperparameters(), folder)] == store.list_runs(folder)


def test_a_claimed_run_is_running_and_locked_and_not_queued_a_second_time(queued, runs_dir):
    run = queued(10.0)
    claimed = queue.claim(runs_dir)
    assert claimed.lock.is_locked
    status = run.status()
    assert (status.state, status.phase) == (State.RUNNING, "starting")
    assert status.started is not None
    queue.stop(run)
    assert claimed.stop_file.exists()
    queue.resume(run)
    assert run.status().state is State.RUNNING
    assert queue.queued_runs(runs_dir) == []
    claimed.lock.release()
    assert run.status().state is State.INTERRUPTED


def test_each_run_is_claimed_by_one_process_only(queued, runs_dir):
    made = {queued(float(number)).id for number in range(10)}
    root = Path(queue.__file__).parents[2]
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", CLAIM_ALL, str(runs_dir)]
    processes = [
        subprocess.Popen(command, cwd=root, stdin=pipe, stdout=pipe, text=True) for _ in range(2)
    ]
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * 2
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    claimed = [process.stdout.readline().split() for process in processes]
    assert [run.status().state for run in store.list_runs(runs_dir)] == [State.RUNNING] * 10
    for process in processes:
        process.communicate()
    assert sorted([*claimed[0], *claimed[1]]) == sorted(made)


def test_a_queue_in_use_elsewhere_is_a_sentence_and_stays_as_it_is(
    queued, runs_dir, hold_elsewhere, monkeypatch
):
    run, ended = queued(10.0), queued(20.0)
    ended.update_status(state=State.FAILED)
    monkeypatch.setattr(queue, "LOCK_SECONDS", 0.01)
    hold_elsewhere(runs_dir / ".queue" / "queue.lock")
    for act in (
        lambda: queue.claim(runs_dir),
        lambda: queue.stop(run),
        lambda: queue.resume(ended),
        lambda: queue.delete(ended),
        lambda: queue.submit(Hyperparameters(), runs_dir),
    ):
        with pytest.raises(RunError, match="in use by another process"):
            act()
    assert [each.status().state for each in (run, ended)] == [State.QUEUED, State.FAILED]
    assert len(store.list_runs(runs_dir)) == 2


def test_a_queued_run_is_stopped_at_once_and_never_claimed(queued, runs_dir):
    run, following = queued(10.0), queued(20.0)
    queue.stop(run)
    status = run.status()
    assert (status.state, status.message) == (State.STOPPED, "Stopped before it began.")
    assert status.ended is not None
    assert not run.stop_file.exists()
    assert queue.claim(runs_dir) == following


def test_a_run_that_ended_badly_is_resumed_without_its_old_stop_and_end(queued):
    run = queued(10.0)
    for state in (State.RUNNING, State.FAILED, State.STOPPED):  # stopped before it began
        run.stop_file.touch()
        run.update_status(state=state, phase="saving", message="It ended.", ended=5.0)
        queue.resume(run)
        status = run.status()
        assert not run.stop_file.exists()
        assert (status.state, status.phase, status.message) == (State.QUEUED, "", "")
        assert status.ended is None
    run.model_path.touch()
    for state in (State.FINISHED, State.STOPPED):
        run.update_status(state=state)
        with pytest.raises(RunError, match="nothing is left to resume"):
            queue.resume(run)
        assert run.status().state is state


def test_a_queued_run_names_the_digits_in_use(queued, request):
    assert queued(10.0).status().mnist_file == ""  # the sample
    tiny_mnist = request.getfixturevalue("tiny_mnist")
    assert queued(10.0).status().mnist_file == str(tiny_mnist)


@pytest.mark.parametrize(
    ("processors", "count"), [(None, 1), (1, 1), (2, 1), (3, 1), (4, 2), (9, 4), (64, 32)]
)
def test_half_of_the_processors_train_and_at_least_one(monkeypatch, processors, count):
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert slots.slot_count() == count


def test_each_queued_run_changes_the_wake_up_file_and_claiming_does_not(queued, runs_dir):
    for created in (10.0, 20.0):
        queued(created)
        file = runs_dir / ".queue" / "wake-up"
        os.utime(file, ns=(1, 1))  # two may come within one tick of the file system's clock
        queue.queued_runs(runs_dir)
        queue.claim(runs_dir)
        assert wake_up.queue_mtime(runs_dir) == 1
        queued(created)
        assert wake_up.queue_mtime(runs_dir) > 1


def test_runs_that_train_or_are_queued_are_active(queued, runs_dir):
    runs_in = {state: queued(number) for number, state in enumerate(State)}
    for state, run in runs_in.items():
        run.update_status(state=state)
    held = runs_in[State.RUNNING].lock.acquire()
    assert queue.active_count(runs_dir) == 2
    assert queue.queued_runs(runs_dir) == [runs_in[State.QUEUED]]
    held.lock.release()
    assert queue.active_count(runs_dir) == 1


def test_a_damaged_run_does_not_hold_up_the_queue(queued, runs_dir):
    damaged, following = queued(10.0), queued(20.0)
    (damaged.path / "status.json").write_text("{")
    assert queue.queued_runs(runs_dir) == [following]
    assert nodes.queue_position(damaged) == 0
    assert queue.active_count(runs_dir) == 1
    assert queue.claim(runs_dir) == following


def test_a_run_that_another_process_holds_is_skipped(queued, runs_dir, hold_elsewhere):
    stuck, following = queued(10.0), queued(20.0)
    hold_elsewhere(stuck.path / "lock")
    assert queue.claim(runs_dir) == following
    assert stuck.status().state is State.QUEUED


def test_a_disk_that_is_full_at_the_claim_fails_the_run_and_is_named(queued, runs_dir, monkeypatch):
    run = queued(10.0)
    monkeypatch.setattr(files, "write_bytes", full_disk)
    monkeypatch.setattr("filelock.FileLock.acquire", full_disk)
    monkeypatch.setattr(queue, "FileLock", lambda *_, **__: nullcontext())
    assert queue.claim(runs_dir) is None
    status = run.status()  # written over the old one: that needs no room
    assert status.state is State.FAILED
    assert "the disk is full" in status.message


def test_a_run_that_cannot_be_created_leaves_nothing(runs_dir, monkeypatch):
    half = runs_dir / ".queue" / "scratch" / "20260101-000000-fast-aaaa"  # of a process that died
    half.mkdir(parents=True)
    (half / "status.json").touch()
    run = queue.submit(Hyperparameters(), runs_dir)
    assert store.list_runs(runs_dir) == [run]
    assert not half.exists()
    before = sorted(runs_dir.rglob("*"))
    monkeypatch.setattr(files, "write_bytes", full_disk)
    with pytest.raises(RunError, match=r"can't be written: the disk is full\. Free some space"):
        queue.submit(Hyperparameters(), runs_dir)
    assert sorted(runs_dir.rglob("*")) == before


def test_no_worker_claims_a_run_that_is_only_half_created(runs_dir):
    seen = []

    def populate(path):
        seen.extend([store.list_runs(runs_dir), path.parent.name])
        raise RunError("no network")

    with pytest.raises(RunError, match="no network"):
        queue.submit(Hyperparameters(), runs_dir, populate=populate)
    assert seen == [[], "scratch"]
    assert store.list_runs(runs_dir) == []


@pytest.mark.parametrize("make", ["file", "file above", "read-only"])
def test_an_impossible_folder_of_runs_is_a_sentence(tmp_path, make, monkeypatch):
    folder = tmp_path / "in the way" / "runs" if make == "file above" else tmp_path / "in the way"
    if make == "read-only":

        def mkdir(*_, **__):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))

        monkeypatch.setattr(Path, "mkdir", mkdir)
    else:
        (tmp_path / "in the way").touch()
    assert store.list_runs(folder) == []
    assert slots.active_workers(folder) == 0
    with pytest.raises(RunError, match=r"can't be written: .+ RUNS_DIR") as error:
        queue.submit(Hyperparameters(), folder)
    assert str(folder) in str(error.value)

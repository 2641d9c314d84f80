import os
import subprocess
import sys
from pathlib import Path

import pytest

from cnn.hyperparameters import Hyperparameters
from cnn.runs import queue, store
from cnn.runs.status import State

CLAIM_ALL = """
import sys
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

    def enqueue(created):
        run = store.create(Hyperparameters(), runs_dir)
        run.update_status(created=created)
        queue.enqueue(run)
        return run

    return enqueue


def test_the_oldest_run_is_next_whatever_the_order_of_queueing(queued, runs_dir):
    middle, newest, oldest = queued(20.0), queued(30.0), queued(10.0)
    assert queue.waiting(runs_dir) == [oldest, middle, newest]
    assert [queue.place(run) for run in (oldest, middle, newest)] == [0, 1, 2]
    claimed = [queue.claim(runs_dir) for _ in range(3)]
    assert claimed == [oldest, middle, newest]
    assert queue.claim(runs_dir) is None


def test_an_empty_queue_has_nothing_to_claim(runs_dir):
    assert queue.waiting(runs_dir) == []
    assert queue.claim(runs_dir) is None
    assert queue.alive(runs_dir) == 0
    assert queue.workers(runs_dir) == 0


def test_the_queue_works_before_its_folder_is_there(tmp_path):
    assert queue.claim(tmp_path / "new") is None
    assert queue.last_call(tmp_path / "other") == 0
    assert queue.workers(tmp_path / "third") == 0


def test_a_claimed_run_is_running_and_locked(queued, runs_dir):
    run = queued(10.0)
    claimed = queue.claim(runs_dir)
    assert claimed.lock.is_locked
    status = run.status()
    assert (status.state, status.phase) == (State.RUNNING, "starting")
    assert status.started is not None
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


def test_the_queue_is_not_touched_while_another_process_looks_at_it(
    queued, runs_dir, hold_elsewhere, monkeypatch
):
    run = queued(10.0)
    monkeypatch.setattr(queue, "LOCK_SECONDS", 0.01)
    hold_elsewhere(runs_dir / ".queue" / "queue.lock")
    for act in (lambda: queue.claim(runs_dir), lambda: queue.stop(run)):
        with pytest.raises(TimeoutError):
            act()
    assert run.status().state is State.QUEUED


def test_a_run_that_waits_is_stopped_at_once_and_never_claimed(queued, runs_dir):
    run, following = queued(10.0), queued(20.0)
    queue.stop(run)
    status = run.status()
    assert (status.state, status.message) == (State.STOPPED, "Stopped before it began.")
    assert status.ended is not None
    assert not run.stop_requested()
    assert queue.claim(runs_dir) == following


def test_a_run_in_training_is_asked_to_stop(queued, runs_dir):
    run = queued(10.0)
    claimed = queue.claim(runs_dir)
    queue.stop(run)
    assert claimed.stop_requested()
    assert run.status().state is State.RUNNING


def test_a_run_that_goes_on_has_no_old_stop_and_no_old_end(queued):
    run = queued(10.0)
    run.request_stop()
    run.update_status(state=State.RUNNING, phase="saving", message="It ended.", ended=5.0)
    queue.enqueue(run)
    status = run.status()
    assert not run.stop_requested()
    assert (status.state, status.phase, status.message) == (State.QUEUED, "", "")
    assert status.ended is None


def test_a_run_already_in_training_is_not_queued_a_second_time(queued, runs_dir):
    run = queued(10.0)
    claimed = queue.claim(runs_dir)
    queue.enqueue(run)
    assert run.status().state is State.RUNNING
    assert queue.waiting(runs_dir) == []
    claimed.lock.release()


def test_a_queued_run_names_the_digits_in_use(queued, tiny_mnist):
    assert queued(10.0).status().mnist_file == str(tiny_mnist)


def test_a_run_queued_with_the_sample_names_no_file(queued):
    assert queued(10.0).status().mnist_file == ""


@pytest.mark.parametrize(
    ("processors", "slots"), [(None, 1), (1, 1), (2, 1), (3, 1), (4, 2), (9, 4), (64, 32)]
)
def test_half_of_the_processors_train_and_at_least_one(monkeypatch, processors, slots):
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert queue.slots() == slots


def test_workers_are_counted_by_the_slots_they_hold(runs_dir, monkeypatch, hold_elsewhere):
    monkeypatch.setattr(queue, "slots", lambda: 3)
    assert queue.workers(runs_dir) == 0
    process = hold_elsewhere(queue.slot_lock(runs_dir, 2).lock_file)
    assert queue.workers(runs_dir) == 1
    with queue.slot_lock(runs_dir, 0).acquire():
        assert queue.workers(runs_dir) == 2
    process.kill()
    process.wait()
    assert queue.workers(runs_dir) == 0


def test_each_queued_run_changes_the_last_call(queued, runs_dir):
    assert queue.last_call(runs_dir) == 0
    for created in (10.0, 20.0):
        queued(created)
        bell = runs_dir / ".queue" / "bell"
        os.utime(bell, ns=(1, 1))  # two calls may come within one tick of the file system's clock
        assert queue.last_call(runs_dir) == 1
        queued(created)
        assert queue.last_call(runs_dir) > 1


def test_looking_and_claiming_leave_the_last_call_as_it_is(queued, runs_dir):
    queued(10.0)
    before = queue.last_call(runs_dir)
    queue.waiting(runs_dir)
    queue.claim(runs_dir)
    assert queue.last_call(runs_dir) == before


def test_runs_that_train_or_wait_are_alive(queued, runs_dir):
    runs_in = {state: queued(number) for number, state in enumerate(State)}
    for state, run in runs_in.items():
        run.update_status(state=state)
    held = runs_in[State.RUNNING].lock.acquire()
    assert queue.alive(runs_dir) == 2
    assert queue.waiting(runs_dir) == [runs_in[State.QUEUED]]
    held.lock.release()
    assert queue.alive(runs_dir) == 1


def test_a_damaged_run_does_not_hold_up_the_queue(queued, runs_dir):
    damaged, following = queued(10.0), queued(20.0)
    (damaged.path / "status.json").write_text("{")
    assert queue.waiting(runs_dir) == [following]
    assert queue.place(damaged) == 0
    assert queue.alive(runs_dir) == 1
    assert queue.claim(runs_dir) == following

import json
import re
import threading
from dataclasses import replace

import pytest

from cnn.hyperparameters import Hyperparameters
from cnn.presets import PRESETS
from cnn.runs import queue, store
from cnn.runs.status import State, Status
from cnn.runs.store import RunError


@pytest.fixture
def run(runs_dir):
    return store.create(PRESETS["fast"], runs_dir)


def test_a_new_run_is_queued_and_holds_what_was_chosen(run, runs_dir):
    assert run.path.parent == runs_dir
    assert run.status().state is State.QUEUED
    assert run.hyperparameters == PRESETS["fast"]
    assert run.name == "Fast"
    assert not run.is_usable
    assert run.metrics() == ((), ())
    assert run.log() == ""
    assert re.fullmatch(r"\d{8}-\d{6}-fast-[0-9a-f]{8}", run.id)
    assert store.open_run(run.id, runs_dir) == run


def test_runs_dir_names_the_folder_of_runs_which_is_made_with_the_first_one(monkeypatch, tmp_path):
    assert store.runs_folder() == tmp_path / "runs"
    monkeypatch.setenv("RUNS_DIR", "")
    assert str(store.runs_folder()) == "runs"
    folder = tmp_path / "not" / "yet" / "there"
    assert store.list_runs(folder) == []
    assert [store.create(Hyperparameters(), folder)] == store.list_runs(folder)


HOSTILE = ["", ".", "..", "../x", "a/b", "A", "a.b", "-a", ".queue", "a" * 100, "ü", "a b", "a\n"]


@pytest.mark.parametrize("run_id", [*HOSTILE, "a\0", "/etc", "built-in/", "nobody"])
def test_an_id_that_names_no_run_is_refused_even_where_a_folder_waits(run_id, tmp_path, runs_dir):
    for place in HOSTILE:
        folder = runs_dir / place
        folder.mkdir(parents=True, exist_ok=True)
        store.Run(folder).write_status(Status(State.FINISHED, created=1.0))
    with pytest.raises(RunError, match=r"^There is no run '.*\n?'\. It may have been deleted"):
        store.open_run(run_id, runs_dir)


def test_an_address_cannot_put_a_link_into_the_sentence(runs_dir):
    with pytest.raises(RunError) as error:
        store.open_run("[Click here](https://example.org)", runs_dir)
    assert str(error.value).startswith("There is no run '?Click here??https?//example.org?'")


def test_folders_that_can_be_opened_are_listed_newest_first(runs_dir):
    for name in ("Copy of a run", "built-in", ".hidden"):
        (runs_dir / name).mkdir()
        store.Run(runs_dir / name).write_status(Status(State.FINISHED, created=9.0))
    (runs_dir / "no-status").mkdir()
    (runs_dir / "status.json").write_text("{}")
    (runs_dir / "file").touch()
    made = [store.create(Hyperparameters(), runs_dir) for _ in range(3)]
    for run, created in zip(made, (20.0, 30.0, 10.0), strict=True):
        run.update_status(created=created)
    assert store.list_runs(runs_dir) == [made[1], made[0], made[2]]


DAMAGED_STATUS = """\
{
null
[]
{"state": "queued"}
{"created": 1.0}
{"state": "dancing", "created": 1.0}
{"state": ["queued"], "created": 1.0}
{"state": "finished", "created": "yesterday"}
{"state": "finished", "created": NaN}
{"state": "finished", "created": 1e300}
{"state": "finished", "created": -1e11}
{"state": "finished", "created": 1.0, "seconds": "12"}
{"state": "finished", "created": 1.0, "test_accuracy": [0.9]}
{"state": "failed", "created": 1.0, "message": null}"""


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", *DAMAGED_STATUS.encode().splitlines()])
def test_a_damaged_status_is_a_sentence_and_hides_no_other_run(content, run, runs_dir):
    damaged = store.create(Hyperparameters(), runs_dir)
    (damaged.path / "status.json").write_bytes(content)
    with pytest.raises(RunError, match=f"^The state of run {damaged.id} can't be read: ."):
        damaged.status()
    with pytest.raises(RunError, match="can't be read"):
        damaged.update_status(phase="training")
    assert store.list_runs(runs_dir) == [run, damaged]
    assert store.open_run(damaged.id, runs_dir) == damaged


def test_what_a_newer_app_adds_to_a_status_is_left_out(run):
    values = {"state": "failed", "created": 5, "message": "Why", "color": "blue"}
    (run.path / "status.json").write_text(json.dumps(values))
    assert run.status() == Status(State.FAILED, created=5, message="Why")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"epochs": 0}', None])
def test_damaged_or_missing_hyperparameters_are_a_sentence(content, run):
    file = run.path / "hyperparameters.json"
    file.unlink() if content is None else file.write_bytes(content)
    with pytest.raises(RunError, match=f"^The settings of run {run.id} can't be read: .+"):
        _ = run.hyperparameters
    with pytest.raises(RunError):
        _ = run.name


def test_a_status_is_read_as_it_was_written_and_changed_where_it_is_named(run):
    status = Status(
        State.FAILED, created=1.5, seconds=4, message="Why", test_images=9, test_accuracy=1
    )
    run.write_status(status)
    assert run.status() == status
    assert type(run.status().state) is State
    changed = replace(status, message="How", training_images=7)
    assert run.update_status(message="How", training_images=7) == run.status() == changed


def test_running_is_running_as_long_as_its_process_lives_and_then_interrupted(run, hold_elsewhere):
    run.update_status(state=State.RUNNING, seconds=4.0)
    process = hold_elsewhere(run.path / "lock")
    assert run.status().state is State.RUNNING
    assert run.status().active
    process.kill()
    process.wait()
    status = run.status()
    assert (status.state, status.seconds, status.active) == (State.INTERRUPTED, 4.0, False)
    assert status.message == "The process that trained this run ended."
    assert "running" in (run.path / "status.json").read_text()  # what is on disk stays
    with run.lock.acquire():  # so the probe left it free, and the trainer sees its own run running
        assert run.status().state is State.RUNNING


def test_a_run_that_ends_between_two_polls_is_not_called_interrupted(run, monkeypatch):
    run.update_status(state=State.RUNNING)

    def end_and_be_found_unlocked(lock):
        run.update_status(state=State.FINISHED)
        return False

    monkeypatch.setattr(store.files, "is_held", end_and_be_found_unlocked)
    assert run.status().state is State.FINISHED


def test_a_stopped_run_is_in_work_until_its_test_is_done(run):
    run.update_status(state=State.STOPPED, phase="testing")
    with run.lock.acquire():
        assert run.status().in_work
        assert not run.status().active
    assert run.status().state is State.STOPPED
    assert not run.status().in_work


def test_a_status_is_never_seen_half_written(run):
    over = threading.Event()

    def replace_many_times():
        for number in range(1, 200):
            run.write_status(Status(State.QUEUED, float(number), message=f"{number} " * 2000))
        over.set()

    run.write_status(Status(State.QUEUED, created=0.0))
    writer = threading.Thread(target=replace_many_times)
    writer.start()
    while not over.is_set():
        status = run.status()
        assert set(status.message.split()) <= {f"{status.created:.0f}"}
    writer.join()
    assert run.status().created == 199
    assert {path.name for path in run.path.iterdir()} == {"hyperparameters.json", "status.json"}


def test_the_log_may_hold_any_bytes(run):
    (run.path / "train.log").write_bytes(b"Epoch 1\n\xff\xfe")
    assert run.log().startswith("Epoch 1\n")


@pytest.mark.parametrize("state", [State.FINISHED, State.RUNNING, "damaged"])
def test_a_run_that_is_over_is_deleted_with_all_its_files(run, runs_dir, state):
    (run.path / "checkpoint").mkdir()
    (run.path / "checkpoint" / "weights").touch()
    if state == "damaged":
        (run.path / "status.json").write_text("{")
    else:
        run.update_status(state=state)  # running without a lock: interrupted
    queue.delete(run)
    assert not run.path.exists()
    assert store.list_runs(runs_dir) == []


def test_a_run_that_is_queued_or_worked_on_is_not_deleted(run):
    with pytest.raises(RunError, match="Stop it first, then delete it"):
        queue.delete(run)
    with run.lock.acquire():
        for state, phase in ((State.RUNNING, ""), (State.STOPPED, "testing")):
            run.update_status(state=state, phase=phase)
            with pytest.raises(RunError, match="still going on"):
                queue.delete(run)
        (run.path / "status.json").write_text("{")
        with pytest.raises(RunError, match="still going on"):
            queue.delete(run)
    assert run.path.is_dir()


def test_the_built_in_run_is_opened_by_its_name_not_deleted_and_not_written_to(runs_dir):
    built_in = store.open_run("built-in", runs_dir)
    before = sorted(built_in.path.iterdir())
    assert (built_in.id, built_in.name) == ("built-in", "Built-in")
    assert built_in.status().test_accuracy > 0.99
    assert store.all_runs(runs_dir) == [built_in]
    with pytest.raises(RunError, match="built-in run can't be changed"):
        queue.delete(built_in)
    assert sorted(built_in.path.iterdir()) == before

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


@pytest.fixture
def built_in(tmp_path, monkeypatch, runs_dir):
    """A stand-in for the built-in run."""
    path = tmp_path / "package" / "pretrained"
    path.mkdir(parents=True)
    monkeypatch.setattr(store, "BUILT_IN_PATH", path)
    (path / "hyperparameters.json").write_text(PRESETS["accurate"].to_json())
    store.Run(path).write_status(Status(State.FINISHED, created=1.0, test_accuracy=0.99))
    return store.open_run("built-in", runs_dir)


def test_a_new_run_is_queued_and_holds_what_was_chosen(run, runs_dir):
    assert run.path.parent == runs_dir
    assert run.status().state is State.QUEUED
    assert run.hyperparameters == PRESETS["fast"]
    assert run.name == "fast"
    assert not run.is_usable
    assert run.metrics() == ((), ())
    assert run.log() == ""


def test_the_id_of_a_run_tells_its_time_and_preset_and_is_an_address(run):
    assert re.fullmatch(r"\d{8}-\d{6}-fast-[0-9a-f]{4}", run.id)
    assert store.RUN_ID.fullmatch(run.id)


def test_the_folder_of_runs_is_made_with_the_first_one(tmp_path):
    store.create(Hyperparameters(), tmp_path / "not" / "yet" / "there")
    assert len(store.list_runs(tmp_path / "not" / "yet" / "there")) == 1


def test_runs_dir_names_the_folder_of_runs(monkeypatch, tmp_path):
    assert store.runs_folder() == tmp_path / "runs"
    monkeypatch.setenv("RUNS_DIR", "")
    assert str(store.runs_folder()) == "runs"


HOSTILE = ["", ".", "..", "../x", "a/b", "A", "a.b", "-a", ".queue", "a" * 100, "ü", "a b", "a\n"]


@pytest.mark.parametrize("run_id", [*HOSTILE, "a\0", "/etc", "built-in/", "nobody"])
def test_an_id_that_names_no_run_is_refused_even_where_a_folder_waits(run_id, tmp_path, runs_dir):
    for place in HOSTILE:
        folder = runs_dir / place
        folder.mkdir(parents=True, exist_ok=True)
        store.Run(folder).write_status(Status(State.FINISHED, created=1.0))
    with pytest.raises(RunError, match="It may have been deleted") as error:
        store.open_run(run_id, runs_dir)
    assert str(error.value).startswith("There is no run '")


def test_an_address_cannot_put_a_link_into_the_sentence(runs_dir):
    with pytest.raises(RunError) as error:
        store.open_run("[Click here](https://example.org)", runs_dir)
    assert str(error.value).startswith("There is no run '?Click here??https?//example.org?'")


def test_only_folders_that_can_be_opened_are_listed(run, runs_dir):
    for name in ("Copy of a run", "built-in", ".hidden"):
        (runs_dir / name).mkdir()
        store.Run(runs_dir / name).write_status(Status(State.FINISHED, created=9.0))
    (runs_dir / "no-status").mkdir()
    (runs_dir / "status.json").write_text("{}")
    assert store.list_runs(runs_dir) == [run]


def test_runs_are_listed_newest_first(runs_dir):
    made = [store.create(Hyperparameters(), runs_dir) for _ in range(3)]
    for run, created in zip(made, (20.0, 30.0, 10.0), strict=True):
        run.update_status(created=created)
    assert store.list_runs(runs_dir) == [made[1], made[0], made[2]]


DAMAGED_STATUS = [
    b"",
    b"{",
    b"null",
    b"3",
    b'"queued"',
    b"[]",
    b"{}",
    b"\xff\xfe",
    b'{"state": "queued"}',
    b'{"created": 1.0}',
    b'{"state": "dancing", "created": 1.0}',
    b'{"state": null, "created": 1.0}',
    b'{"state": ["queued"], "created": 1.0}',
    b'{"state": "finished", "created": "yesterday"}',
    b'{"state": "finished", "created": null}',
    b'{"state": "finished", "created": NaN}',
    b'{"state": "finished", "created": 1e300}',
    b'{"state": "finished", "created": -1e11}',
    b'{"state": "finished", "created": 1.0, "seconds": "12"}',
    b'{"state": "finished", "created": 1.0, "test_accuracy": [0.9]}',
    b'{"state": "finished", "created": 1.0, "training_images": {}}',
    b'{"state": "failed", "created": 1.0, "message": null}',
    b'{"state": "failed", "created": 1.0, "phase": 3}',
]


@pytest.mark.parametrize(
    "content", DAMAGED_STATUS, ids=lambda content: content.decode(errors="replace")
)
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


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"epochs": 0}',
        b'{"epoch": 3}',
        b'{"filters": 8}',
        None,
    ],
)
def test_damaged_or_missing_hyperparameters_are_a_sentence(content, run):
    file = run.path / "hyperparameters.json"
    file.unlink() if content is None else file.write_bytes(content)
    with pytest.raises(RunError, match=f"^The settings of run {run.id} can't be read: .+"):
        _ = run.hyperparameters
    with pytest.raises(RunError):
        _ = run.name


@pytest.mark.parametrize("state", [s for s in State if s is not State.INTERRUPTED])
def test_a_status_is_read_as_it_was_written(run, state, hold_elsewhere):
    hold_elsewhere(run.path / "lock")
    status = Status(
        state, created=1.5, seconds=4, message="Why", phase="saving", test_images=9, test_accuracy=1
    )
    run.write_status(status)
    assert run.status() == status
    assert type(run.status().state) is State


def test_running_without_a_lock_is_interrupted(run):
    run.update_status(state=State.RUNNING, seconds=4.0)
    status = run.status()
    assert status.state is State.INTERRUPTED
    assert status.message == "The process that trained this run ended."
    assert status.seconds == 4.0
    assert not status.active
    assert "running" in (run.path / "status.json").read_text()  # what is on disk stays


def test_running_is_running_as_long_as_its_process_lives(run, hold_elsewhere):
    run.update_status(state=State.RUNNING)
    process = hold_elsewhere(run.path / "lock")
    assert run.status().state is State.RUNNING
    assert run.status().active
    process.kill()
    process.wait()
    assert run.status().state is State.INTERRUPTED


def test_the_process_that_trains_sees_its_own_run_running(run):
    run.update_status(state=State.RUNNING)
    with run.lock.acquire():
        assert run.status().state is State.RUNNING
    assert run.status().state is State.INTERRUPTED


def test_reading_a_status_leaves_its_lock_free(run, hold_elsewhere):
    run.update_status(state=State.RUNNING)
    run.status()
    hold_elsewhere(run.path / "lock")


def test_a_run_that_ends_between_two_polls_is_not_called_interrupted(run, monkeypatch):
    run.update_status(state=State.RUNNING)

    def end_and_be_found_unlocked(lock):
        run.update_status(state=State.FINISHED)
        return False

    monkeypatch.setattr(store.files, "is_held", end_and_be_found_unlocked)
    assert run.status().state is State.FINISHED


@pytest.mark.parametrize("is_held", [True, False])
def test_a_stopped_run_is_in_work_until_its_test_is_done(run, hold_elsewhere, is_held):
    run.update_status(state=State.STOPPED, phase="testing")
    if is_held:
        hold_elsewhere(run.path / "lock")
    status = run.status()
    assert status.state is State.STOPPED
    assert status.in_work is is_held
    assert not status.active


def test_a_reader_never_sees_half_a_status(run):
    run.write_status(Status(State.QUEUED, created=0.0))
    over = threading.Event()

    def replace_many_times():
        for number in range(1, 400):
            run.write_status(Status(State.QUEUED, float(number), message=f"{number} " * 2000))
        over.set()

    writer = threading.Thread(target=replace_many_times)
    writer.start()
    seen = set()
    while not over.is_set():
        status = run.status()
        assert set(status.message.split()) <= {f"{status.created:.0f}"}
        seen.add(status.created)
    writer.join()
    assert len(seen) > 10
    assert run.status().created == 399
    assert {path.name for path in run.path.iterdir()} == {"hyperparameters.json", "status.json"}


def test_updating_changes_what_is_named_and_keeps_the_rest(run):
    before = run.status()
    after = run.update_status(message="Why", training_images=7)
    assert after == run.status()
    assert after == replace(before, message="Why", training_images=7)
    with pytest.raises(TypeError):
        run.update_status(color="blue")


def test_the_log_may_hold_any_bytes(run):
    (run.path / "train.log").write_bytes(b"Epoch 1\n\xff\xfe")
    assert run.log().startswith("Epoch 1\n")


@pytest.mark.parametrize("state", [State.FINISHED, State.STOPPED, State.FAILED, State.RUNNING])
def test_a_run_that_is_over_is_deleted_with_all_its_files(run, runs_dir, state):
    run.update_status(state=state)  # running without a lock: interrupted
    (run.path / "checkpoint").mkdir()
    (run.path / "checkpoint" / "weights").touch()
    queue.delete(run)
    assert not run.path.exists()
    assert store.list_runs(runs_dir) == []


@pytest.mark.parametrize(("state", "phase"), [(State.RUNNING, ""), (State.STOPPED, "testing")])
def test_a_run_that_is_worked_on_is_not_deleted(run, hold_elsewhere, state, phase):
    run.update_status(state=state, phase=phase)
    hold_elsewhere(run.path / "lock")
    with pytest.raises(RunError, match="still going on"):
        queue.delete(run)
    assert run.status().state is state


def test_a_queued_run_is_not_deleted(run):
    with pytest.raises(RunError, match="Stop it first, then delete it"):
        queue.delete(run)
    assert run.path.is_dir()


def test_a_damaged_run_can_be_deleted(run):
    (run.path / "status.json").write_text("{")
    queue.delete(run)
    assert not run.path.exists()


def test_a_damaged_run_that_is_worked_on_is_not_deleted(run, hold_elsewhere):
    (run.path / "status.json").write_text("{")
    hold_elsewhere(run.path / "lock")
    with pytest.raises(RunError, match="still going on"):
        queue.delete(run)


def test_the_built_in_run_is_opened_by_its_name_and_not_deleted(built_in, runs_dir):
    assert (built_in.id, built_in.name) == ("built-in", "accurate")
    with pytest.raises(RunError, match="built-in run can't be deleted"):
        queue.delete(built_in)
    assert built_in.status().test_accuracy == 0.99
    assert store.list_runs(runs_dir) == []


def test_reading_the_built_in_status_writes_nothing_beside_it(built_in):
    built_in.update_status(state=State.RUNNING)
    before = sorted(built_in.path.iterdir())
    built_in.status()
    assert sorted(built_in.path.iterdir()) == before

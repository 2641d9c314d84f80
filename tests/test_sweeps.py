"""Optuna's part in a sweep, with runs that end without a training."""

import pytest
from optuna.storages.journal import JournalFileBackend

from cnn.data import mnist
from cnn.hyperparameters import Hyperparameters
from cnn.presets import PRESETS
from cnn.runs import queue, slots
from cnn.runs import store as runs
from cnn.runs.metrics import EpochPoint
from cnn.runs.status import State
from cnn.runs.store import RunError
from cnn.sweeps import store, study
from cnn.sweeps.space import SweepPlan, parse_values

GRID = {"learning_rate": "0.001,0.01,0.1", "filters": "8-16,16-32"}
RANGES = {"learning_rate": "0.001..0.1", "batch_size": "16..64", "schedule": "constant,one_cycle"}
BASE = PRESETS["fast"]


@pytest.fixture(autouse=True)
def one_slot(monkeypatch):
    """One run trains at a time; the journal is not forced to the disk, which takes long."""
    monkeypatch.setattr("os.fsync", lambda file: None)
    monkeypatch.setattr(slots, "slot_count", lambda: 1)


@pytest.fixture
def create(runs_dir):
    """Returns a sweep that has begun."""

    def create(space=GRID, method="grid", trials=1, base=BASE, prune=False):
        space = {name: parse_values(name, text) for name, text in space.items()}
        sweep = store.create(SweepPlan(base, space, method, trials, 0, prune), runs_dir)
        study.advance(runs_dir)
        return sweep

    return create


def end(run, accuracy=0.5, state=State.FINISHED, **more):
    """Let a run end as a worker does."""
    if state is not State.FAILED:
        run.model_path.touch()
    run.update_status(state=state, phase="", validation_accuracy=accuracy, **more)
    run.lock.release()


def finish(sweep, accuracy=lambda values: values.learning_rate):
    """Train nothing, and let each run end, one after the other; return how many there were."""
    for count in range(100):
        study.advance(sweep.folder)
        assert sweep.contents.message == ""
        assert sum(trial.status.active for trial in store.trials(sweep)) <= 2
        if not (run := queue.claim(sweep.folder)):
            return count
        end(run, accuracy(run.hyperparameters), test_accuracy=0.99)
    raise AssertionError("The sweep has no end.")


def states(sweep):
    return [trial.state.name for trial in study.load_study(sweep).trials]


def chosen(sweep):
    return sorted(tuple(trial.choice.values()) for trial in store.trials(sweep))


EACH = [(rate, filters) for rate in (0.001, 0.01, 0.1) for filters in ((8, 16), (16, 32))]


@pytest.mark.parametrize("method", ["grid", "random", "tpe"])
def test_every_combination_is_trained_once_and_the_best_in_validation_is_named(create, method):
    sweep = create(method=method, trials=6)
    assert sweep.state == "running"
    assert finish(sweep) == 6
    assert sweep.state == "finished"
    assert chosen(sweep) == EACH
    assert store.best_run(sweep).hyperparameters.learning_rate == 0.1
    told = [trial.value for trial in study.load_study(sweep).trials if trial.value is not None]
    assert sorted(told) == [0.001, 0.001, 0.01, 0.01, 0.1, 0.1]  # not the test accuracy
    assert [run.trial for run in sweep.runs()] == [one.number for one in store.trials(sweep)]
    assert runs.create(BASE, sweep.folder).sweep == ""


@pytest.mark.parametrize("method", ["random", "tpe"])
def test_so_many_trials_are_taken_from_ranges_and_differ(create, method):
    sweep = create(RANGES, method, 12)
    assert finish(sweep) == 12
    assert len(set(chosen(sweep))) == 12
    for rate, batch, _ in chosen(sweep):
        assert 0.001 <= rate <= 0.1
        assert isinstance(batch, int)
        assert 16 <= batch <= 64
    rates = [rate for rate, *_ in chosen(sweep)]
    assert 0 < sum(rate < 0.01 for rate in rates) < 12  # a logarithmic scale


def test_impossible_networks_are_left_out_and_proposed_ones_are_passed_over(create):
    space = {"kernel_size": "3..7", "filters": "8,8-16,16-32", "learning_rate": "0.01..0.1"}
    sweep = create(space, "random", 8)
    assert finish(sweep) == 8
    trials = study.load_study(sweep).trials
    assert len(trials) == 8 + sum("skipped" in trial.user_attrs for trial in trials) > 8


@pytest.mark.parametrize("written", [True, False])
def test_a_process_may_die_at_any_step_and_the_next_finishes_what_it_began(
    create, monkeypatch, written
):
    append = JournalFileBackend.append_logs
    deaths = 0
    for step in range(1, 10):
        count = [0]

        def die(journal, logs, step=step, count=count):
            count[0] += 1
            if count[0] != step or written:
                append(journal, logs)
            if count[0] == step:
                raise OSError("It died.")

        monkeypatch.setattr(JournalFileBackend, "append_logs", die)
        sweep = create({"learning_rate": "0.001,0.01"})
        deaths += sweep.contents.message == "The sweep can't go on: It died."
        monkeypatch.setattr(JournalFileBackend, "append_logs", append)
        study._storage.cache_clear()  # as the next process knows nothing
        study.advance(sweep.folder)
        finish(sweep)
        assert chosen(sweep) == [(0.001,), (0.01,)]
        assert sweep.state == "finished"
        assert set(states(sweep)) == {"COMPLETE"}
    assert deaths == 9


def test_a_line_that_a_full_disk_cut_off_does_no_harm(create):
    sweep = create()
    with (sweep.path / study.JOURNAL).open("ab") as file:
        file.write(b'{"op_code": 6, "wor')
    study._storage.cache_clear()
    assert finish(sweep) == 6


def test_a_run_whose_process_died_is_queued_again_and_not_for_ever(create):
    sweep = create({"learning_rate": "0.001,0.01"})
    for _ in range(4):
        run = queue.claim(sweep.folder)
        assert run.hyperparameters.learning_rate == 0.001
        run.update_status(training_images=100)
        run.lock.release()  # it says running, and nobody trains it
        study.advance(sweep.folder)
    assert "died 4 times" in run.status().message
    assert finish(sweep) == 1
    assert states(sweep) == ["PRUNED", "COMPLETE"]


def test_a_deleted_run_is_not_made_again_and_a_failed_one_counts_as_bad(create):
    sweep = create()
    first = queue.claim(sweep.folder)
    end(first)
    queue.delete(first)
    end(queue.claim(sweep.folder), None, State.FAILED, training_images=100)
    assert finish(sweep) == 4
    assert states(sweep)[:2] == ["FAIL", "PRUNED"]
    assert chosen(sweep) == EACH[1:]


def test_a_stopped_sweep_goes_on_with_all_that_was_stopped(create):
    sweep = create()
    running = queue.claim(sweep.folder)
    store.stop(sweep)
    study.advance(sweep.folder)
    assert running.stop_file.exists()
    assert not queue.queued_runs(sweep.folder)
    end(running, 0.3, State.STOPPED)
    assert len(sweep.runs()) == 2
    store.resume(sweep)
    assert finish(sweep) == 6
    assert states(sweep) == ["COMPLETE"] * 6
    assert all(trial.status.state is State.FINISHED for trial in store.trials(sweep))
    assert chosen(sweep) == EACH
    with pytest.raises(RunError, match="finished: nothing is left"):
        store.resume(sweep)


def test_runs_that_fail_before_they_begin_stop_their_sweep_with_the_reason(create):
    sweep = create()
    for run in queue.queued_runs(sweep.folder):
        queue.fail(run, "The training process died 3 times.")
    study.advance(sweep.folder)
    assert (sweep.state, sweep.contents.message) == (
        "stopped",
        "The training process died 3 times.",
    )
    store.resume(sweep)
    assert finish(sweep) == 6


def test_looking_at_a_sweep_in_which_nothing_changed_does_not_open_its_study(create, monkeypatch):
    sweep = create()
    study.advance(sweep.folder)
    monkeypatch.setattr(study, "load_study", lambda sweep: 1 / 0)
    study.advance(sweep.folder)
    assert sweep.contents.message == ""
    end(queue.claim(sweep.folder))
    study.advance(sweep.folder)
    assert "division by zero" in sweep.contents.message


def test_a_run_below_the_median_of_the_others_is_pruned_before_its_last_epoch(create):
    sweep = create(RANGES, "tpe", 8, Hyperparameters(epochs=3), prune=True)

    def message(run, epoch, accuracy):
        return study.pruning_message(run, EpochPoint(epoch, 1.0, 0.5, 1.0, accuracy, 1.0))

    for _ in range(5):
        run = queue.claim(sweep.folder)
        assert not any(message(run, epoch, 0.9) for epoch in (1, 2, 3))
        end(run, 0.9)
        study.advance(sweep.folder)
    good, bad = queue.claim(sweep.folder), queue.claim(sweep.folder)
    assert not any(message(good, epoch, 0.95) for epoch in (1, 2, 2, 3))
    assert not message(bad, 1, 0.5)
    assert message(bad, 2, 0.6).startswith("Pruned after epoch 2: its validation accuracy was")
    assert message(bad, 2, 0.6)  # its process died, and it was resumed
    end(bad, 0.6, State.STOPPED)
    end(good, 0.95)
    finish(sweep)
    assert states(sweep)[5:7] == ["COMPLETE", "PRUNED"]
    assert not message(good, 4, 0.1)  # trained for more epochs
    (sweep.path / store.PLAN_FILE).write_text("{")
    assert not message(good, 5, 0.1)
    assert store.list_sweeps(sweep.folder) == []
    with pytest.raises(RunError, match="no sweep"):
        store.open_sweep(sweep.id, sweep.folder)


def test_a_pruned_run_keeps_its_network_and_says_why(tiny_mnist, create, monkeypatch):
    from cnn.training import recorder
    from cnn.training.fit import train

    monkeypatch.setattr(recorder, "pruning_message", lambda run, point: "Pruned after epoch 1.")
    base = Hyperparameters(filters=(2,), pool_after=(1,), batch_size=64, epochs=9)
    sweep = create({"learning_rate": "0.001,0.01"}, base=base)
    run = queue.claim(sweep.folder)
    train(run, mnist.load())
    assert (run.status().state, run.status().message) == (State.STOPPED, "Pruned after epoch 1.")
    assert run.is_usable
    assert len(run.metrics().epochs) == 1

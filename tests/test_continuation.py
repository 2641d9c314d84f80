"""More epochs for finished and stopped runs, warm starts and repeats."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from cnn import launching
from cnn.__main__ import main
from cnn.data.mnist import load
from cnn.hyperparameters import SPECS, Hyperparameters
from cnn.launching import local
from cnn.runs import queue, store
from cnn.runs.continuation import BEFORE, continuation_problem, schedule_sentence
from cnn.runs.status import State
from cnn.runs.store import Run, RunError
from cnn.training import fit
from cnn.training.model import starting_network
from cnn.training.recorder import Recorder
from tests.test_fit import outcome, train_until_death

VARIED = {
    "dropout": 0.3, "batch_normalization": True, "early_stopping": 9, "label_smoothing": 0.1
}  # fmt: skip


def train(run):
    """Train a queued run as a worker does."""
    assert queue.claim(run.path.parent) == run
    try:
        fit.train(run, load())
    finally:
        run.lock.release()


def contents(run):
    files = [path for path in run.path.rglob("*") if path.is_file() and path.name != "lock"]
    return {str(path.relative_to(run.path)): path.read_bytes() for path in files}


def assert_same_outcome(run, expected):
    for name, values in outcome(expected).items():
        np.testing.assert_allclose(outcome(run)[name], values, rtol=1e-4, atol=1e-5, err_msg=name)


def stop_in_epoch(monkeypatch, run, epoch):
    """Train a queued run until it is stopped in the middle of an epoch."""
    append = Recorder._append

    def append_and_stop(recorder, *arguments):
        append(recorder, *arguments)
        if int(recorder.epoch) + 1 == epoch:
            run.stop_file.touch()

    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "_append", append_and_stop)
        train(run)


def test_one_epoch_and_then_two_more_are_three_and_the_history_goes_on(trained):
    run = trained(epochs=1, **VARIED)
    first, seconds = run.metrics(), run.status().seconds
    launching.continue_run(run, 2)
    assert (run.status().state, run.hyperparameters.epochs) == (State.QUEUED, 3)
    train(run)
    assert_same_outcome(run, trained(epochs=3, **VARIED))
    status, metrics = run.status(), run.metrics()
    assert (status.state, status.resumes) == (State.FINISHED, 0)
    assert status.message == "Continued after epoch 1 to epoch 3."
    assert metrics.training[: len(first.training)] == first.training
    assert metrics.training[-1].seconds > metrics.epochs[0].seconds == first.epochs[0].seconds
    assert status.seconds > seconds
    assert not (run.path / BEFORE).exists()


def test_a_continuation_that_dies_in_every_phase_is_resumed_and_its_old_network_stays_until_then(
    trained, monkeypatch
):
    run = trained(epochs=1, **VARIED)
    network, whole = run.model_path.read_bytes(), trained(epochs=3, **VARIED)
    launching.continue_run(run, 2)
    for name, when, epochs in (
        ("cnn.training.fit.starting_network", "before", 1),
        ("cnn.training.recorder.append_point", "after", 2),
        ("cnn.training.checkpoint.write_bytes", "after", 3),
    ):
        train_until_death(run, monkeypatch, name, when, epochs)
        assert run.model_path.read_bytes() == network
    train(run)
    assert run.status().message == "Resumed after epoch 3."
    assert_same_outcome(run, whole)


def test_a_run_goes_on_from_the_weights_it_was_stopped_with(trained, monkeypatch):
    run = trained(epochs=1, schedule="one_cycle", batch_size=8)
    launching.continue_run(run, 3)
    stop_in_epoch(monkeypatch, run, 3)
    assert run.status().state is State.STOPPED
    assert 2 < run.metrics().training[-1].epoch < 3
    assert [path.name for path in (run.path / "checkpoint").iterdir()] == ["2.npz"]
    launching.continue_run(run, 1)
    assert run.metrics().training[-1].epoch == 2
    assert run.hyperparameters.epochs == 3
    with np.load(run.path / "checkpoint" / "2.npz") as file:
        saved = [file[f"arr_{number}"] for number in range(len(file.files) - 1)]
    weights = starting_network(run).get_weights()  # without the temperature
    for one, other in zip(weights, saved, strict=False):
        np.testing.assert_allclose(one, other, rtol=1e-5)
    save, rates = fit._save, []

    def note_rate_and_save(run, network, validation):
        rates.append(float(network.optimizer.learning_rate))
        return save(run, network, validation)

    monkeypatch.setattr(fit, "_save", note_rate_and_save)
    train(run)
    assert [point.epoch for point in run.metrics().epochs] == [1, 2, 3]
    assert run.status().message == "Continued after epoch 2 to epoch 3."
    assert rates == [pytest.approx(1e-5)]  # the schedule ends with the last step


@pytest.mark.parametrize("by", ["queue", "worker", "failure"])
def test_a_continuation_stopped_before_anything_is_done_leaves_the_run_as_it_was(trained, by):
    run = trained(epochs=1)
    before = contents(run)
    launching.continue_run(run, 2)
    if by == "queue":
        queue.stop(run)
    elif by == "failure":
        queue.fail(run, "All workers died.")
        assert run.status().message == "All workers died."
        run.update_status(message="")
    else:
        run.stop_file.touch()
        train(run)
        run.stop_file.unlink()
    assert contents(run) == before
    assert run.status().state is State.FINISHED


def test_a_continuation_that_fails_before_a_whole_epoch_leaves_the_run_and_says_why(trained):
    run = trained(epochs=1)
    launching.continue_run(run, 2)
    queue.fail(run, "The loss is no longer a number.")
    status = run.status()
    assert (status.state, status.message) == (State.FINISHED, "The loss is no longer a number.")
    assert run.hyperparameters.epochs == 1
    assert continuation_problem(run) == ""


def test_a_run_of_an_earlier_version_goes_on_from_its_network(trained):
    run = trained(epochs=2)
    accuracy = run.status().test_accuracy
    shutil.rmtree(run.path / "checkpoint")
    launching.continue_run(run, 1)
    train(run)
    expected = "Continued after epoch 2 to epoch 3, with a new optimizer: its state is lost."
    assert run.status().message == expected
    losses = [point.validation_loss for point in run.metrics().epochs]
    assert losses[2] < losses[0]
    assert run.status().test_accuracy >= accuracy - 0.1


def test_a_run_that_early_stopping_ended_waits_anew_and_keeps_the_best_epoch(trained):
    run = trained(epochs=20, early_stopping=2, learning_rate=0.3)
    done = len(run.metrics().epochs)
    assert done < 20
    launching.continue_run(run, 3)
    train(run)
    points = run.metrics().epochs
    assert len(points) >= done + 2
    best = min(points, key=lambda point: point.validation_loss)
    assert run.status().validation_accuracy == pytest.approx(best.validation_accuracy)


def test_a_schedule_is_stretched_to_the_new_end_and_said(trained):
    run = trained(epochs=1, schedule="one_cycle")
    assert schedule_sentence(run, 3) == "One cycle then ends after epoch 4."
    assert schedule_sentence(run, -1) == ""
    assert schedule_sentence(trained(epochs=1), 3) == ""
    shutil.rmtree(run.path / "checkpoint")
    assert schedule_sentence(run, 3) == "One cycle begins anew and ends after epoch 4."


def test_what_cannot_be_continued_says_why(trained, runs_dir):
    run, built_in = trained(epochs=1), store.open_run(store.BUILT_IN, runs_dir)
    assert continuation_problem(run) == ""
    assert "from 1 to 100 epochs, and this one has had 1" in continuation_problem(run, 100)
    with pytest.raises(RunError, match="from 1 to 100 epochs, and this one has had 1"):
        launching.continue_run(run, 0)
    with pytest.raises(RunError, match="built-in run can't be changed"):
        launching.continue_run(built_in, 1)
    run.update_status(state=State.FAILED)
    assert "failed: only finished" in continuation_problem(run)
    run.update_status(state=State.QUEUED)
    assert "queued: only finished" in continuation_problem(run)
    run.update_status(state=State.STOPPED)
    run.model_path.unlink()
    assert "no network" in continuation_problem(run)


def test_a_run_begins_with_the_weights_of_another_whose_shapes_fit(trained, runs_dir):
    parent = trained(epochs=2)
    values = replace(parent.hyperparameters, dropout=0.2, learning_rate=0.02, activation="elu")
    run = launching.start_from(parent, values, runs_dir)
    assert run.status().message == f"Started from the weights of {parent.name}."
    with np.load(parent.path / "checkpoint" / "2.npz") as file:
        for number, weights in enumerate(starting_network(run).get_weights()):
            np.testing.assert_allclose(weights, file[f"arr_{number}"], rtol=1e-5)
    for changes, misfit in (
        ({"filters": (9,)}, "convolution 1"),
        ({"dense_units": 16}, "dense"),
        ({"filters": (8, 8)}, "convolution 2"),
        ({"reject_class": True}, "probabilities"),
    ):
        with pytest.raises(RunError, match=f"{misfit} has another shape"):
            launching.start_from(parent, replace(values, **changes), runs_dir)


def test_the_weights_of_a_network_that_has_seen_the_test_digits_are_refused(trained, monkeypatch):
    parent = trained(epochs=2)
    monkeypatch.delenv("MNIST_NPZ")
    with pytest.raises(RunError, match="would test the new run"):
        launching.start_from(parent, parent.hyperparameters, parent.path.parent)
    with pytest.raises(RunError, match="MNIST, which is not on this computer"):
        launching.continue_run(parent, 1)


def test_repeats_differ_in_the_seed_alone_and_are_summed_up(runs_dir, capsys, monkeypatch):
    accuracies = {7: 0.9, 8: 0.92, 9: 0.94}

    def finish(folder, wanted, idle_seconds):
        while claimed := queue.claim(folder):
            accuracy = accuracies[claimed.hyperparameters.seed]
            claimed.update_status(state=State.FINISHED, phase="", test_accuracy=accuracy)
            claimed.lock.release()

    monkeypatch.setattr(local, "ensure_workers", finish)
    words = ["train", "--repeat", "3", "--set", "seed=7", "--runs-dir", str(runs_dir)]
    assert main([*words, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    runs = [Run(runs_dir / one["run"]) for one in result["runs"]]
    assert {one["seed"]: one["test_accuracy"] for one in result["runs"]} == accuracies
    assert [run.hyperparameters for run in runs] == [Hyperparameters(seed=n) for n in (7, 8, 9)]
    assert (result["mean"], result["spread"]) == (pytest.approx(0.92), pytest.approx(0.02))
    assert main(words) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Mean 92.00% ± 2.00 percentage points"
    last = int(SPECS["seed"].maximum)
    with pytest.raises(RunError, match="none above 2147483647"):
        launching.start_repeats(Hyperparameters(seed=last), runs_dir, 3)
    with pytest.raises(RunError, match="1 to 100 seeds"):
        launching.start_repeats(Hyperparameters(), runs_dir, 0)

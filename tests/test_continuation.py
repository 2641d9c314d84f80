"""More epochs for finished and stopped runs, warm starts and repeats."""

import numpy as np
import pytest

from cnn import launching
from cnn.data.mnist import load
from cnn.runs import queue
from cnn.runs.continuation import BEFORE
from cnn.runs.status import State
from cnn.training import fit
from cnn.training.recorder import Recorder
from tests.test_fit import outcome, train_until_death


def train(run):
    """Train a run that is queued, as a worker does."""
    claimed = queue.claim(run.path.parent)
    assert claimed == run
    try:
        fit.train(run, load())
    finally:
        claimed.lock.release()


def contents(run):
    files = (path for path in run.path.rglob("*") if path.is_file() and path.name != "lock")
    return {path.relative_to(run.path): path.read_bytes() for path in files}


def stop_after(monkeypatch, run, points):
    """Request the stop of a run once its curve has so many points in this training."""
    append = Recorder._append
    seen = []

    def append_and_stop(*arguments):
        append(*arguments)
        seen.append(arguments)
        if len(seen) == points:
            run.stop_file.touch()

    monkeypatch.setattr(Recorder, "_append", append_and_stop)


@pytest.mark.parametrize(
    "changes",
    [{"dropout": 0.3, "batch_normalization": True}, {"early_stopping": 9, "label_smoothing": 0.1}],
)
def test_one_epoch_and_then_two_more_are_three_and_the_history_goes_on(trained, changes):
    whole, run = trained(epochs=3, **changes), trained(epochs=1, **changes)
    first, seconds = run.metrics(), run.status().seconds
    assert [path.name for path in (run.path / "checkpoint").iterdir()] == ["1.npz"]
    launching.continue_run(run, 2)
    assert (run.status().state, run.hyperparameters.epochs) == (State.QUEUED, 3)
    train(run)
    for name, values in outcome(whole).items():
        np.testing.assert_allclose(outcome(run)[name], values, rtol=1e-4, atol=1e-5, err_msg=name)
    status, metrics = run.status(), run.metrics()
    assert (status.state, status.resumes) == (State.FINISHED, 0)
    assert status.message == "Continued after epoch 1 to epoch 3."
    assert metrics.training[: len(first.training)] == first.training
    assert metrics.training[-1].seconds > metrics.epochs[0].seconds == first.epochs[0].seconds
    assert status.seconds > seconds
    assert not (run.path / BEFORE).exists()


def test_a_continuation_dies_in_every_phase_and_is_resumed_with_its_old_network_usable(
    trained, monkeypatch
):
    whole, run = trained(epochs=3), trained(epochs=1)
    network = run.model_path.read_bytes()
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
    for name, values in outcome(whole).items():
        np.testing.assert_allclose(outcome(run)[name], values, rtol=1e-4, atol=1e-5, err_msg=name)
    assert run.model_path.read_bytes() != network

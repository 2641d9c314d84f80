import numpy as np
import pytest

from cnn.hyperparameters import Hyperparameters
from cnn.runs import store
from cnn.runs.metrics import EpochPoint, append_point
from cnn.runs.snapshots import (
    START,
    read_snapshots,
    replayed_digits,
    save_snapshot,
    saved_epochs,
)
from cnn.runs.status import Calibration, write_calibration
from cnn.runs.store import RunError

FILTERS = np.arange(18, dtype=np.float32).reshape(3, 3, 2)


@pytest.fixture
def run(runs_dir):
    return store.create(Hyperparameters(), runs_dir)


def random_probabilities(seed, digits=5):
    return np.random.default_rng(seed).dirichlet(np.full(10, 0.3), digits).astype(np.float32)


def train_epochs(run, *numbers):
    """Save these epochs as a training does."""
    for number in numbers:
        append_point(run.metrics_path, EpochPoint(number, 1, 0.5, 1, 0.5, number))
        save_snapshot(run, number, FILTERS * number, random_probabilities(number))


def test_the_snapshot_of_each_epoch_is_read_again_in_order(run):
    train_epochs(run, *range(1, 12))
    epochs = read_snapshots(run)
    assert epochs.numbers == tuple(range(1, 12))
    np.testing.assert_array_equal(epochs.filters[9], FILTERS * 10)
    np.testing.assert_allclose(epochs.probabilities[9], random_probabilities(10), atol=0.011)
    np.testing.assert_allclose(epochs.probabilities.sum(axis=-1), 1, atol=1e-5)


def test_the_probabilities_are_calibrated_as_the_networks_own(run):
    train_epochs(run, 1)
    before = read_snapshots(run).probabilities[0]
    write_calibration(run.path, Calibration(temperature=2.0))
    softer = np.sqrt(before) / np.sqrt(before).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(read_snapshots(run).probabilities[0], softer, atol=1e-5)
    write_calibration(run.path, Calibration(temperature=1e-4))  # no probability vanishes
    cold = read_snapshots(run).probabilities[0]
    np.testing.assert_array_equal(cold.argmax(axis=-1), before.argmax(axis=-1))


def test_an_epoch_counts_once_as_saved_last_and_only_with_its_point(run):
    train_epochs(run, 1)
    run.metrics_path.write_text(run.metrics_path.read_text() * 2)
    save_snapshot(run, 1, FILTERS * 7, random_probabilities(7))
    save_snapshot(run, 2, FILTERS, random_probabilities(2))  # of a training that was killed
    assert read_snapshots(run).numbers == (1,)
    np.testing.assert_array_equal(read_snapshots(run).filters, [FILTERS * 7])


def test_epochs_of_other_digits_and_a_run_without_snapshots_are_refused(run):
    with pytest.raises(RunError, match="no snapshots"):
        read_snapshots(run)
    train_epochs(run, 1)
    assert read_snapshots(run, total=5).numbers == (1,)
    with pytest.raises(RunError, match="5 other digits than the 1,000 here"):
        read_snapshots(run, total=1_000)


SAME = np.ones((5, 10), np.uint8)


def with_arrays(filters=FILTERS, answers=SAME):
    return lambda path: np.savez(path, filters=filters, answers=answers)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b"PK\x03\x04 half a file"),
        lambda path: np.savez(path, filters=FILTERS),
        with_arrays(answers=np.zeros((5, 10), np.uint8)),
        with_arrays(answers=np.ones((4, 10), np.uint8)),
        with_arrays(filters=FILTERS[:2]),
        with_arrays(filters=FILTERS.astype(float) + 1e300),
    ],
)
def test_a_damaged_snapshot_gets_a_sentence(run, damage):
    train_epochs(run, 1, 2)
    damage(run.path / "epochs" / "1.npz")
    with pytest.raises(RunError, match="damaged"):
        read_snapshots(run)


def test_the_snapshot_before_the_first_epoch_is_of_the_replayed_digits_alone(run):
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(10, dtype=np.uint8), 30))
    assert np.bincount(labels[replayed_digits(labels)]).tolist() == [10] * 10
    save_snapshot(run, START, FILTERS, random_probabilities(0, digits=2))
    assert saved_epochs(run) == ()
    train_epochs(run, 1)
    assert saved_epochs(run) == (START, 1)
    assert read_snapshots(run).numbers == (1,)
    both = read_snapshots(run, (START, 1), np.array([4, 2]))
    np.testing.assert_allclose(both.probabilities[0], random_probabilities(0, digits=2), atol=0.011)
    np.testing.assert_allclose(both.probabilities[1], random_probabilities(1)[[4, 2]], atol=0.011)

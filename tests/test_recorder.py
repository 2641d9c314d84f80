import math
from unittest.mock import Mock

import numpy as np
import pytest

from cnn.data.mnist import Digits
from cnn.hyperparameters import Hyperparameters
from cnn.runs import store
from cnn.runs.store import RunError
from cnn.training import recorder
from cnn.training.model import build_network, compile_network
from cnn.training.pipeline import plain_batches, training_batches
from cnn.training.recorder import POINTS_PER_EPOCH, Recorder, StopRequestedError

LOGS = {"loss": 0.5, "accuracy": 0.75, "val_loss": 0.25, "val_accuracy": 0.875}


@pytest.fixture
def record(runs_dir, monkeypatch):
    """Returns a run's recorder without snapshots and checkpoints, after the first epoch began."""
    monkeypatch.setattr(Recorder, "_save_snapshot", lambda *_: None)

    def create(images=100, batch_size=10, **options):
        values = Hyperparameters(filters=(1,), pool_after=(1,), batch_size=batch_size, epochs=2)
        run = store.create(values, runs_dir)
        made = Recorder(run, images, Digits(np.zeros((1, 28, 28)), [0]), Mock(), **options)
        made.on_epoch_begin(0)
        return run, made

    return create


class Epochs:
    """Epochs as Keras reports them: means since the epoch began, every `jump` batches."""

    def __init__(self, images, batch_size, jump=1, epochs=1):
        generator = np.random.default_rng(images)
        self.batch_size, self.jump = batch_size, jump
        self.losses = generator.exponential(2.0, (epochs, images))
        self.hits = generator.integers(0, 2, (epochs, images))

    def report_to(self, callback):
        epochs, images = self.losses.shape
        batches = math.ceil(images / self.batch_size)
        for epoch in range(epochs):
            callback.on_epoch_begin(epoch)
            for first in range(0, batches, self.jump):
                batch = min(first + self.jump, batches) - 1
                seen = min((batch + 1) * self.batch_size, images)
                loss, accuracy = self.losses[epoch, :seen], self.hits[epoch, :seen]
                logs = {"loss": loss.mean(), "accuracy": accuracy.mean()}
                callback.on_train_batch_end(batch, logs)


def windows(points, images):
    """Return each point's epoch with the first and the last image it stands for."""
    before = [0.0, *(point.epoch for point in points[:-1])]
    for start, point in zip(before, points, strict=True):
        epoch = math.ceil(point.epoch) - 1
        yield epoch, round((start - epoch) * images), round((point.epoch - epoch) * images)


@pytest.mark.parametrize(
    ("images", "batch_size", "jump", "fewest"),
    [
        (55_000, 32, 16, 36),
        (55_000, 32, 1, 39),
        (55_000, 1024, 1, 27),
        (1000, 1, 16, 31),
        (1000, 7, 1, 35),
        (220, 16, 16, 1),
        (100, 1024, 1, 1),
    ],
)
def test_each_point_is_the_mean_over_the_images_since_the_point_before(
    record, images, batch_size, jump, fewest
):
    run, callback = record(images, batch_size)
    epochs = Epochs(images, batch_size, jump, epochs=2)
    epochs.report_to(callback)
    points = run.metrics().training
    sizes = []
    for point, (epoch, first, end) in zip(points, windows(points, images), strict=True):
        assert point.loss == pytest.approx(epochs.losses[epoch, first:end].mean())
        assert point.accuracy == pytest.approx(epochs.hits[epoch, first:end].mean(), abs=1e-9)
        sizes.append(end - first)
    assert {1.0, 2.0} <= {point.epoch for point in points}
    assert sum(sizes) == 2 * images
    assert min(sizes[1:]) >= images / POINTS_PER_EPOCH / 2  # the first comes at once
    assert 2 * fewest <= len(points) <= 2 * POINTS_PER_EPOCH + 1


def test_the_first_point_comes_with_the_first_call_and_only_in_the_first_epoch(record):
    run, callback = record(55_000, 32)
    callback.on_train_batch_end(0, {"loss": 2.5, "accuracy": 0.25})
    (point,) = run.metrics().training
    assert (point.loss, point.accuracy) == (2.5, 0.25)
    assert point.epoch == 32 / 55_000
    callback.on_epoch_begin(1)
    callback.on_train_batch_end(0, {"loss": 2.0, "accuracy": 0.5})
    assert run.metrics().training == (point,)


def test_rounding_never_gives_a_loss_below_zero_or_an_accuracy_outside_of_0_to_1(record):
    run, callback = record(2, 1)
    callback.on_train_batch_end(0, {"loss": 0.1, "accuracy": 1.0})
    callback.on_train_batch_end(1, {"loss": 0.0499999, "accuracy": 1.0000001})
    callback.on_epoch_begin(1)
    callback.on_train_batch_end(0, {"loss": 0.1, "accuracy": 0.5})
    callback.on_train_batch_end(1, {"loss": 0.1, "accuracy": 0.2499999})
    points = run.metrics().training
    assert points[1][1:3] == (0.0, 1.0)
    assert points[3].accuracy == 0.0


def test_speed_and_time_come_from_the_clock(record, monkeypatch):
    clock = Mock(return_value=100.0)
    monkeypatch.setattr(recorder.time, "monotonic", clock)
    run, callback = record(200, 100, seconds=40.0)  # resumed
    callback.on_epoch_begin(3)
    for batch, clock.return_value in enumerate((102.0, 104.0)):
        callback.on_train_batch_end(batch, LOGS)
    first, second = run.metrics().training
    assert (first.epoch, first.images_per_second, first.seconds) == (3.5, 50.0, 42.0)
    assert (second.epoch, second.images_per_second, second.seconds) == (4.0, 50.0, 44.0)
    assert callback.seconds == 44.0


@pytest.mark.parametrize(
    ("event", "name"), [("on_train_batch_end", "loss"), ("on_epoch_end", "val_loss")]
)
@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_loss_that_is_no_number_fails_with_the_learning_rate_as_the_likely_cause(
    record, event, name, loss
):
    run, callback = record()
    with pytest.raises(RunError, match=r"learning rate of 0\.001; try 0\.0001\.$"):
        getattr(callback, event)(0, {**LOGS, name: loss})
    assert run.metrics() == ((), ())
    assert not callback._checkpoint.save.called


@pytest.mark.parametrize("event", ["train", "test", "predict"])
def test_a_stop_request_ends_the_next_batch(record, event):
    run, callback = record()
    getattr(callback, f"on_{event}_batch_end")(0, LOGS)
    run.stop_file.touch()
    with pytest.raises(StopRequestedError):
        getattr(callback, f"on_{event}_batch_end")(1, LOGS)


def test_an_epoch_is_written_with_its_validation_and_counted_from_1(record):
    run, callback = record()
    callback.on_epoch_end(1, {name: np.float32(value) for name, value in LOGS.items()})
    (point,) = run.metrics().epochs
    assert point[:5] == (2, 0.5, 0.75, 0.25, 0.875)
    callback._checkpoint.save.assert_called_once_with(2)


def test_the_points_of_a_real_training_add_up_to_its_epochs(record):
    run, callback = record(220, batch_size=16)
    run.update_status(phase="preparing")
    images = np.random.default_rng(0).integers(0, 256, (220, 28, 28), dtype=np.uint8)
    digits = Digits(images, (np.arange(220) % 10).astype(np.uint8))
    network = build_network(run.hyperparameters)
    compile_network(network, run.hyperparameters, steps_per_epoch=14, steps_per_execution=4)
    network.fit(
        training_batches(digits, run.hyperparameters),
        validation_data=plain_batches(digits, 10),
        epochs=2,
        shuffle=False,
        verbose=0,
        callbacks=[callback],
    )
    metrics = run.metrics()
    assert run._read_status().phase == "training"
    assert [point.epoch for point in metrics.epochs] == [1, 2]
    sums = np.zeros((2, 3))
    for point, (epoch, first, end) in zip(
        metrics.training, windows(metrics.training, 220), strict=True
    ):
        sums[epoch] += (end - first) * np.array([1, point.loss, point.accuracy])
    expected = [(1, whole.loss, whole.accuracy) for whole in metrics.epochs]
    np.testing.assert_allclose(sums / 220, expected, rtol=1e-4)

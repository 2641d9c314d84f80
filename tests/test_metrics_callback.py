import itertools
import math

import numpy as np
import pytest

from cnn.hyperparameters import Hyperparameters
from cnn.runs import store
from cnn.runs.metrics import EpochPoint
from cnn.training import metrics_callback
from cnn.training.metrics_callback import (
    POINTS_PER_EPOCH,
    MetricsCallback,
    StopRequestedError,
    TrainingFailedError,
)


@pytest.fixture
def run(runs_dir):
    return store.create(Hyperparameters(), runs_dir)


class Snapshots:
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


SIZES = [
    (55_000, 32, 16),
    (55_000, 32, 1),
    (55_000, 1024, 1),
    (1000, 1, 16),
    (1000, 7, 1),
    (100, 1, 1),
    (220, 16, 16),
    (100, 1024, 1),
]


@pytest.mark.parametrize(("images", "batch_size", "jump"), SIZES)
def test_each_point_is_the_mean_over_the_images_since_the_point_before(
    run, images, batch_size, jump
):
    epochs = Snapshots(images, batch_size, jump, epochs=3)
    epochs.report_to(MetricsCallback(run, images, batch_size))
    points = run.metrics().training
    for point, (epoch, first, end) in zip(points, windows(points, images), strict=True):
        assert point.loss == pytest.approx(epochs.losses[epoch, first:end].mean())
        assert point.accuracy == pytest.approx(epochs.hits[epoch, first:end].mean(), abs=1e-9)


@pytest.mark.parametrize(("images", "batch_size", "jump"), SIZES)
def test_every_epoch_ends_with_a_point_and_none_stands_for_a_splinter(
    run, images, batch_size, jump
):
    Snapshots(images, batch_size, jump, epochs=2).report_to(
        MetricsCallback(run, images, batch_size)
    )
    points = run.metrics().training
    assert {1.0, 2.0} <= {point.epoch for point in points}
    sizes = [end - first for _, first, end in windows(points, images)]
    assert sum(sizes) == 2 * images
    assert min(sizes[1:]) >= images / POINTS_PER_EPOCH / 2


@pytest.mark.parametrize(
    ("images", "batch_size", "jump", "fewest"),
    [(55_000, 32, 1, 39), (55_000, 32, 16, 36), (4000, 1, 1, 40), (55_000, 1, 16, 39)],
)
def test_an_epoch_has_about_forty_points(run, images, batch_size, jump, fewest):
    Snapshots(images, batch_size, jump).report_to(MetricsCallback(run, images, batch_size))
    assert fewest <= len(run.metrics().training) <= POINTS_PER_EPOCH + 1


def test_where_there_are_fewer_batches_each_is_a_point(run):
    Snapshots(55_000, 8192).report_to(MetricsCallback(run, 55_000, 8192))
    assert [point.epoch for point in run.metrics().training] == pytest.approx(
        [8192 * batch / 55_000 for batch in range(1, 7)] + [1.0]
    )


def test_the_first_point_comes_with_the_first_call_and_only_in_the_first_epoch(run):
    callback = MetricsCallback(run, 55_000, 32)
    callback.on_epoch_begin(0)
    callback.on_train_batch_end(0, {"loss": 2.5, "accuracy": 0.25})
    (point,) = run.metrics().training
    assert (point.loss, point.accuracy) == (2.5, 0.25)
    assert point.epoch == 32 / 55_000
    callback.on_epoch_begin(1)
    callback.on_train_batch_end(0, {"loss": 2.0, "accuracy": 0.5})
    assert run.metrics().training == (point,)


def test_rounding_never_gives_a_loss_below_zero_or_an_accuracy_outside_of_0_to_1(run):
    callback = MetricsCallback(run, 2, 1)
    callback.on_epoch_begin(0)
    callback.on_train_batch_end(0, {"loss": 0.1, "accuracy": 1.0})
    callback.on_train_batch_end(1, {"loss": 0.0499999, "accuracy": 1.0000001})
    callback.on_epoch_begin(1)
    callback.on_train_batch_end(0, {"loss": 0.1, "accuracy": 0.5})
    callback.on_train_batch_end(1, {"loss": 0.1, "accuracy": 0.2499999})
    points = run.metrics().training
    assert points[1][1:3] == (0.0, 1.0)
    assert points[3].accuracy == 0.0


def test_speed_and_time_come_from_the_clock(run, monkeypatch):
    times = [100.0, 103.0, 105.0, 105.0, 107.0, 107.0]
    clock = itertools.chain(times, itertools.repeat(109.0))
    monkeypatch.setattr(metrics_callback.time, "monotonic", lambda: next(clock))
    before = EpochPoint(3, 1.0, 0.5, 1.0, 0.5, seconds=40.0)
    callback = MetricsCallback(run, 200, 100, points=[before])  # a resumed run
    callback.on_epoch_begin(3)
    callback.on_train_batch_end(0, {"loss": 1.0, "accuracy": 0.5})
    callback.on_train_batch_end(1, {"loss": 1.0, "accuracy": 0.5})
    first, second = run.metrics().training
    assert (first.epoch, first.images_per_second, first.seconds) == (3.5, 50.0, 45.0)
    assert (second.epoch, second.images_per_second, second.seconds) == (4.0, 50.0, 47.0)
    assert callback.seconds == 49.0


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_no_number_fails_with_the_learning_rate_as_the_likely_cause(run, loss):
    callback = MetricsCallback(run, 100, 10)
    callback.on_epoch_begin(0)
    with pytest.raises(TrainingFailedError, match=r"learning rate of 0\.001; try 0\.0001\.$"):
        callback.on_train_batch_end(0, {"loss": loss, "accuracy": 0.1})
    assert run.metrics().training == ()


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_validation_loss_that_is_no_number_fails_too(run, loss):
    callback = MetricsCallback(run, 100, 10)
    callback.on_epoch_begin(0)
    logs = {"loss": 0.5, "accuracy": 0.9, "val_loss": loss, "val_accuracy": 0.1}
    with pytest.raises(TrainingFailedError, match="learning rate"):
        callback.on_epoch_end(0, logs)
    assert run.metrics().epochs == ()


@pytest.mark.parametrize("event", ["on_train_batch_end", "on_test_batch_end"])
def test_a_stop_is_heard_at_the_next_batch_of_training_and_validation(run, event):
    callback = MetricsCallback(run, 100, 10)
    callback.on_epoch_begin(0)
    logs = {"loss": 1.0, "accuracy": 0.5}
    getattr(callback, event)(0, logs)
    run.stop_file.touch()
    with pytest.raises(StopRequestedError):
        getattr(callback, event)(1, logs)


def test_the_page_learns_when_the_training_begins(run):
    run.update_status(phase="starting")
    MetricsCallback(run, 100, 10).on_train_begin()
    assert run._read_status().phase == "training"


def test_an_epoch_is_written_with_its_validation_and_counted_from_1(run):
    callback = MetricsCallback(run, 100, 10)
    callback.on_epoch_begin(1)
    logs = {"loss": 0.5, "accuracy": 0.75, "val_loss": 0.25, "val_accuracy": 0.875}
    callback.on_epoch_end(1, {name: np.float32(value) for name, value in logs.items()})
    (point,) = run.metrics().epochs
    assert point[:5] == (2, 0.5, 0.75, 0.25, 0.875)


@pytest.mark.parametrize(("batch_size", "jump"), [(16, 4), (16, 14), (220, 1)])
def test_the_points_of_a_real_training_add_up_to_its_epochs(run, batch_size, jump):
    from cnn.data.mnist import Digits
    from cnn.training.model import build_network, compile_network
    from cnn.training.pipeline import plain_batches, training_batches

    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (220, 28, 28), dtype=np.uint8)
    digits = Digits(images, (np.arange(220) % 10).astype(np.uint8))
    values = Hyperparameters(filters=(1,), pool_after=(1,), batch_size=batch_size, epochs=2)
    network = build_network(values)
    compile_network(network, values, math.ceil(220 / batch_size), jump)
    network.fit(
        training_batches(digits, values),
        validation_data=plain_batches(digits, 10),
        epochs=2,
        shuffle=False,
        verbose=0,
        callbacks=[MetricsCallback(run, 220, batch_size)],
    )
    metrics = run.metrics()
    assert [point.epoch for point in metrics.epochs] == [1, 2]
    for epoch, whole in enumerate(metrics.epochs):
        sums = np.zeros(3)
        for point, (its_epoch, first, end) in zip(
            metrics.training, windows(metrics.training, 220), strict=True
        ):
            if its_epoch == epoch:
                sums += (end - first) * np.array([1, point.loss, point.accuracy])
        assert sums[0] == 220
        assert sums[1] / 220 == pytest.approx(whole.loss, rel=1e-4)
        assert sums[2] / 220 == pytest.approx(whole.accuracy, rel=1e-4)

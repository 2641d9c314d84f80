import dataclasses

import pytest

from cnn.hyperparameters import Hyperparameters
from cnn.network.choices import AUGMENTATIONS
from cnn.network.layers import layer_table
from cnn.runs import store, training_time
from cnn.runs.metrics import EpochPoint, append_point
from cnn.runs.status import State
from cnn.runs.training_time import (
    SECONDS_AT_START,
    machine_factor,
    seconds_per_image,
    training_seconds,
)

TUTORIAL = Hyperparameters()


def seconds(images=55_000, factor=1.0, **changes):
    return training_seconds(dataclasses.replace(TUTORIAL, **changes), images, factor)


@pytest.fixture
def trained(runs_dir):
    """Makes a finished run that took so many times the estimate."""

    def make(factor, epochs=TUTORIAL.epochs, created=10.0, **status):
        run = store.create(TUTORIAL, runs_dir)
        for epoch in range(1, epochs + 1):
            append_point(run.metrics_path, EpochPoint(epoch, 0.1, 0.9, 0.1, 0.9, 1.0))
        took = SECONDS_AT_START + factor * epochs * (seconds(epochs=1) - SECONDS_AT_START)
        values = {"state": State.FINISHED, "seconds": took, "training_images": 55_000} | status
        run.update_status(created=created, **values)
        return run

    return make


def test_the_time_after_the_start_grows_with_epochs_and_machine_factor():
    one = seconds(epochs=1) - SECONDS_AT_START
    assert one > 0
    assert seconds(epochs=5) - SECONDS_AT_START == pytest.approx(5 * one)
    assert seconds(epochs=1, factor=2) - SECONDS_AT_START == pytest.approx(2 * one)


def test_no_more_images_count_than_there_are_and_than_are_asked_for():
    assert seconds(training_images=1000) == seconds(images=1000) < seconds()


def test_a_last_batch_that_is_not_full_counts_as_one():
    def batches(images):
        values = Hyperparameters(batch_size=100, epochs=1)
        each = seconds_per_image(layer_table(values))
        rest = training_seconds(values, images) - SECONDS_AT_START - images * each
        return round(rest / training_time.SECONDS_PER_BATCH)

    assert [batches(images) for images in (100, 101, 200, 201)] == [1, 2, 2, 3]


@pytest.mark.parametrize(
    "changes",
    [
        {"batch_size": 16},
        {"filters": (16, 16)},
        {"kernel_size": 5},
        {"reject_class": True},
        *({"augmentation": name} for name in AUGMENTATIONS if name != "off"),
    ],
    ids=str,
)
def test_more_work_takes_longer(changes):
    assert seconds(**changes) > seconds()


def test_a_finished_run_tells_how_fast_the_machine_is(trained):
    assert machine_factor([]) == 1.0
    assert machine_factor([trained(0.5)]) == pytest.approx(0.5)
    assert machine_factor([trained(2.0, epochs=2)]) == pytest.approx(2.0)  # it ended early


def test_the_median_of_the_five_newest_runs_counts(trained, runs_dir):
    for age, factor in enumerate((9.0, 1.0, 2.0, 3.0, 9.0, 100.0, 100.0, 100.0)):
        trained(factor, created=100.0 - age)
    assert machine_factor(store.list_runs(runs_dir)) == pytest.approx(3.0)


@pytest.mark.parametrize(
    "status",
    [
        {"state": State.STOPPED},
        {"seconds": None},
        {"training_images": None},
        {"training_images": 500},
        {"epochs": 0},
    ],
    ids=str,
)
def test_only_whole_trainings_of_some_seconds_count(trained, status):
    assert machine_factor([trained(5.0, **status), trained(2.0)]) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("status.json", "{"),
        ("hyperparameters.json", "{"),
        ("hyperparameters.json", '{"filters": [1, 1, 1, 1, 1, 1], "kernel_size": 7}'),
    ],
)
def test_a_damaged_run_does_not_hinder_the_estimate(trained, file, content):
    damaged = trained(5.0)
    (damaged.path / file).write_text(content)
    assert machine_factor([damaged, trained(2.0)]) == pytest.approx(2.0)

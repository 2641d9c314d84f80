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

ARTICLE = Hyperparameters()


@pytest.fixture
def trained(runs_dir):
    """Makes a finished run that took so many times the estimate."""

    def make(factor, epochs=ARTICLE.epochs, created=10.0, **status):
        run = store.create(ARTICLE, runs_dir)
        for epoch in range(1, epochs + 1):
            append_point(run.metrics_path, EpochPoint(epoch, 0.1, 0.9, 0.1, 0.9, 1.0))
        each = training_seconds(dataclasses.replace(ARTICLE, epochs=1), 55_000) - SECONDS_AT_START
        seconds = SECONDS_AT_START + factor * epochs * each
        values = {"state": State.FINISHED, "seconds": seconds, "training_images": 55_000} | status
        run.update_status(created=created, **values)
        return run

    return make


def test_the_time_grows_with_the_epochs_after_the_start():
    one, five = (
        training_seconds(dataclasses.replace(ARTICLE, epochs=epochs), 55_000) - SECONDS_AT_START
        for epochs in (1, 5)
    )
    assert five == pytest.approx(5 * one)
    assert one > 0


def test_the_machine_factor_stretches_the_training_and_not_the_start():
    once, twice = (training_seconds(ARTICLE, 55_000, factor) for factor in (1, 2))
    assert twice - SECONDS_AT_START == pytest.approx(2 * (once - SECONDS_AT_START))


def test_no_more_images_count_than_there_are_and_than_are_asked_for():
    few = dataclasses.replace(ARTICLE, training_images=1000)
    assert training_seconds(few, 55_000) == training_seconds(few, 1000)
    assert training_seconds(ARTICLE, 3600) == training_seconds(
        dataclasses.replace(ARTICLE, training_images=3600), 55_000
    )
    assert training_seconds(few, 55_000) < training_seconds(ARTICLE, 55_000)


def test_a_last_batch_that_is_not_full_counts_as_one():
    def batches(images):
        values = Hyperparameters(batch_size=100, epochs=1)
        each = seconds_per_image(layer_table(values))
        rest = training_seconds(values, images) - SECONDS_AT_START - images * each
        return round(rest / training_time.SECONDS_PER_BATCH)

    assert [batches(images) for images in (100, 101, 200, 201)] == [1, 2, 2, 3]


@pytest.mark.parametrize(
    "changes",
    [{"batch_size": 16}, {"filters": (16, 16)}, {"kernel_size": 5}, {"padding": "same"}],
    ids=str,
)
def test_more_work_takes_longer(changes):
    slower = dataclasses.replace(ARTICLE, **changes)
    assert training_seconds(slower, 55_000) > training_seconds(ARTICLE, 55_000)


def test_without_earlier_runs_the_estimate_stands():
    assert machine_factor([]) == 1.0


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_a_finished_run_tells_how_fast_the_machine_is(trained, factor):
    assert machine_factor([trained(factor)]) == pytest.approx(factor)


def test_a_run_that_ended_early_is_compared_with_the_epochs_it_took(trained):
    assert machine_factor([trained(2.0, epochs=2)]) == pytest.approx(2.0)


def test_the_median_of_the_five_newest_runs_counts(trained, runs_dir):
    for age, factor in enumerate((9.0, 1.0, 2.0, 3.0, 9.0, 100.0, 100.0, 100.0)):
        trained(factor, created=100.0 - age)
    assert machine_factor(store.list_runs(runs_dir)) == pytest.approx(3.0)


@pytest.mark.parametrize(
    "status",
    [
        {"state": State.STOPPED},
        {"state": State.FAILED},
        {"state": State.RUNNING},
        {"seconds": None},
        {"training_images": None},
    ],
    ids=str,
)
def test_only_whole_trainings_count(trained, status):
    assert machine_factor([trained(5.0, **status), trained(2.0)]) == pytest.approx(2.0)


def test_a_run_without_epochs_does_not_count(trained):
    assert machine_factor([trained(5.0, epochs=0), trained(2.0)]) == pytest.approx(2.0)


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


@pytest.mark.parametrize("changes", [{"augmentation": "light"}, {"reject_class": True}])
def test_images_that_are_changed_or_made_up_take_longer(changes):
    plain = training_seconds(ARTICLE, 55_000)
    assert training_seconds(dataclasses.replace(ARTICLE, **changes), 55_000) > plain


def test_every_augmentation_has_an_estimate():
    for name in AUGMENTATIONS:
        assert training_seconds(dataclasses.replace(ARTICLE, augmentation=name), 1000) > 0

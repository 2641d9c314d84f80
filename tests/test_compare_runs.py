"""What runs have in common and what not, without any page."""

import pytest

from cnn.evaluation.compare_runs import (
    DAMAGED,
    differing,
    group_by_seed,
    is_found,
    labels_of,
    pareto_front,
    result_of,
)
from cnn.hyperparameters import Hyperparameters
from cnn.runs import queue, store
from cnn.runs.fine_tune_info import PARENT_NETWORK
from cnn.runs.metrics import EpochPoint, append_point
from cnn.runs.status import State
from cnn.runs.store import Run


@pytest.fixture
def finished(runs_dir):
    """Creates a finished run with these validation accuracies, tested on MNIST."""

    def create(accuracies=(0.9, 0.97, 0.96), test=0.95, **values):
        run = store.create(Hyperparameters(**values), runs_dir)
        for epoch, accuracy in enumerate(accuracies, start=1):
            append_point(run.metrics_path, EpochPoint(epoch, 0.1, 0.9, 0.2, accuracy, 2.0 * epoch))
        run.update_status(
            state=State.FINISHED, dataset="mnist", training_images=1000, test_accuracy=test
        )
        return Run(run.path)

    return create


def test_a_run_has_its_best_epoch_and_its_images_a_second(finished):
    result = result_of(finished())
    assert (result.best_epoch, result.validation_accuracy) == (2, 0.97)
    assert (result.seconds, result.images_per_second) == (6.0, 500.0)
    assert not result.is_live


def test_the_first_of_equally_good_epochs_is_the_best_and_none_where_none_has_ended(finished):
    assert result_of(finished([0.5, 0.9, 0.9])).best_epoch == 2
    result = result_of(finished([]))
    assert (result.best_epoch, result.validation_accuracy, result.seconds) == (None, None, None)


def test_seeds_are_one_result_with_mean_and_sample_deviation(finished):
    runs = [finished([0.9 + seed / 100], 0.94 + seed / 100, seed=seed) for seed in range(3)]
    other = finished(seed=1, learning_rate=0.05)
    copy, stopped = finished([0.5], 0.5, seed=2), finished([0.5], 0.5, seed=7)
    stopped.update_status(state=State.STOPPED)
    everything = map(result_of, [*runs, other, copy, stopped])
    (seeds, single, alone) = group_by_seed(everything)
    assert (seeds.runs, alone.runs) == (tuple(runs), (stopped,))
    assert seeds.name == "Tutorial"
    assert seeds.test_accuracy == pytest.approx(0.95)
    assert seeds.test_deviation == pytest.approx(0.01)
    assert seeds.validation_accuracy == pytest.approx(0.91)
    assert (single.runs, single.test_deviation) == ((other,), None)
    assert differing([seeds, single]) == ["learning_rate"]


def test_other_digits_other_weights_and_damaged_runs_are_no_seeds_of_a_run(finished):
    runs = [finished(seed=seed) for seed in range(4)]
    runs[1].update_status(dataset="sample")
    (runs[2].path / PARENT_NETWORK).write_bytes(b"weights")
    (runs[3].path / "status.json").write_text("{")
    groups = group_by_seed(map(result_of, runs))
    assert [one.runs for one in groups] == [(run,) for run in runs]
    assert [one.state for one in groups] == ["finished"] * 3 + [DAMAGED]


def test_a_label_is_the_given_name_or_what_differs_and_never_twice(finished):
    first, second = finished(learning_rate=0.05), finished(learning_rate=0.02)
    assert labels_of([*map(result_of, [first, second])]) == ["lr 0.05", "lr 0.02"]
    queue.annotate(second, name="Slow")
    again = [*map(result_of, [first, second, finished(learning_rate=0.05)])]
    assert labels_of(again) == ["lr 0.05", "Slow", "lr 0.05 (2)"]
    queue.annotate(second, name="lr 0.05 (2)")
    again = [result_of(one.runs[0]) for one in again]
    assert labels_of(again) == ["lr 0.05", "lr 0.05 (2)", "lr 0.05 (3)"]
    many = finished(learning_rate=0.02, epochs=2, dropout=0.5, filters=(4,))
    assert labels_of([result_of(first), result_of(many)])[0] == "Tutorial · lr 0.05"


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [("lr 0.05", True), ("learning rate 0.05", True), ("tiny", True), ("lr 0.02", False)],
)
def test_a_run_is_found_by_hyperparameters_name_and_note(finished, phrase, expected):
    run = finished(learning_rate=0.05)
    queue.annotate(run, name="My run", note="A tiny try")
    assert is_found(phrase, result_of(run)) is expected


def test_the_pareto_front_is_whom_nobody_beats_in_both():
    costs = {"slow": (9, 0.9), "best": (5, 0.99), "cheap": (1, 0.9), "bad": (2, 0.8)}
    assert pareto_front(costs) == ["cheap", "best"]
    assert pareto_front({"worse": (1, 0.8), "same price": (1, 0.9)}) == ["same price"]
    assert pareto_front({}) == []

import dataclasses

from cnn.runs.status import State
from tests.evaluated_run import make_run
from ui.shared.run_picker import run_label, run_labels


def make(folder, number, minute=0):
    run = make_run(folder, State.FINISHED, name=f"20260101-00000{number}-article-aaaa")
    run.write_status(dataclasses.replace(run.status(), created=1_700_000_000.0 + 60 * minute))
    return run


def test_runs_of_the_same_minute_are_numbered_and_the_oldest_keeps_its_label(runs_dir):
    first, second, third, other = (make(runs_dir, *one) for one in ((0,), (1,), (2,), (3, 1)))
    assert list(run_labels([other, third, second, first]).items()) == [
        (other.id, run_label(other)),
        (third.id, f"{run_label(first)} (3)"),
        (second.id, f"{run_label(first)} (2)"),
        (first.id, run_label(first)),
    ]

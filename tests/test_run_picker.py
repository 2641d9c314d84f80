import dataclasses

from cnn.runs.status import State
from tests.evaluated_run import make_run
from ui.shared.run_picker import run_label, run_labels


def created_at(run, seconds):
    run.write_status(dataclasses.replace(run.status(), created=float(seconds)))
    return run


def make(folder, name, seconds):
    run = make_run(folder, State.FINISHED, name=f"20260101-00000{name}-article-aaaa")
    return created_at(run, 1_700_000_000 + seconds)


def test_runs_of_the_same_minute_are_told_apart_by_the_second(runs_dir):
    first, second, other = (make(runs_dir, *one) for one in ((0, 0), (1, 2), (2, 600)))
    labels = run_labels([other, second, first])
    assert len(set(labels.values())) == 3
    assert labels[other.id] == run_label(other)
    assert labels[first.id].startswith(run_label(first) + ":")
    assert list(labels) == [other.id, second.id, first.id]


def test_runs_of_the_same_second_are_numbered_and_the_older_keeps_its_label(runs_dir):
    first, second = make(runs_dir, 0, 0), make(runs_dir, 1, 0)
    labels = run_labels([second, first])
    assert labels[second.id] == f"{labels[first.id]} (2)"

import pytest

from cnn.runs.metrics import (
    EpochPoint,
    Metrics,
    TrainingPoint,
    append_point,
    read_metrics,
    truncate_after,
)

FIRST = TrainingPoint(0.5, 1.5, 0.4, 2900.0, 2.0)
SECOND = TrainingPoint(1.0, 0.7, 0.8, 3000.0, 4.0)
ONE = EpochPoint(1, 1.1, 0.6, 0.5, 0.85, 5.0)
THIRD = TrainingPoint(1.5, 0.4, 0.9, 3100.0, 7.0)
FOURTH = TrainingPoint(2.0, 0.3, 0.95, 3100.0, 9.0)
TWO = EpochPoint(2, 0.35, 0.92, 0.3, 0.93, 10.0)
UNFINISHED = TrainingPoint(2.5, 0.2, 0.97, 3100.0, 12.0)


@pytest.fixture
def path(tmp_path):
    """A metrics.jsonl of two epochs and half of a third one."""
    path = tmp_path / "metrics.jsonl"
    for point in (FIRST, SECOND, ONE, THIRD, FOURTH, TWO, UNFINISHED):
        append_point(path, point)
    return path


def test_points_are_read_back_in_their_order(path, tmp_path):
    assert read_metrics(path) == Metrics((FIRST, SECOND, THIRD, FOURTH, UNFINISHED), (ONE, TWO))
    assert read_metrics(tmp_path / "none.jsonl") == Metrics((), ())


def test_a_last_line_torn_anywhere_is_left_out(path):
    whole = path.read_bytes()
    last_line = len(whole) - len(whole.rstrip(b"\n").rpartition(b"\n")[2]) - 1
    for end in range(last_line, len(whole) - 1):
        path.write_bytes(whole[:end])
        assert read_metrics(path) == Metrics((FIRST, SECOND, THIRD, FOURTH), (ONE, TWO))
    path.write_bytes(whole[:-1])
    assert read_metrics(path).training[-1] == UNFINISHED


NO_POINTS = """\
garbage
[1, 2, 3]
null
"validation_loss"
["validation_loss"]
{"epoch": 1.2, "loss": 0.5}
{"epoch": 1.2, "loss": 1, "accuracy": 1, "images_per_second": 1, "seconds": 1, "x": 1}
{"epoch": 1.2, "loss": "1", "accuracy": 1, "images_per_second": 1, "seconds": 1}
{"epoch": 1.2, "loss": null, "accuracy": 1, "images_per_second": 1, "seconds": 1}
{"epoch": 1.2, "loss": NaN, "accuracy": 1, "images_per_second": 1, "seconds": 1}
{"epoch": 1.2, "loss": 1e999, "accuracy": 1, "images_per_second": 1, "seconds": 1}"""


@pytest.mark.parametrize(
    "line", [b"", b"\xff\xfe\x00", b"\0" * 100, *NO_POINTS.encode().splitlines()]
)
def test_a_line_that_is_no_point_is_left_out(path, line):
    expected = read_metrics(path)
    lines = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([*lines[:3], line, *lines[3:]]) + b"\n")
    assert read_metrics(path) == expected


@pytest.mark.parametrize(
    ("epochs", "remaining", "seconds"),
    [
        (0, Metrics((), ()), 0.0),
        (1, Metrics((FIRST, SECOND), (ONE,)), 5.0),
        (2, Metrics((FIRST, SECOND, THIRD, FOURTH), (ONE, TWO)), 10.0),
    ],
)
def test_resuming_after_whole_epochs_drops_what_came_later(path, epochs, remaining, seconds):
    lines = path.read_text().splitlines()
    assert truncate_after(path, epochs) == seconds
    assert read_metrics(path) == remaining
    assert path.read_text().splitlines() == lines[: sum(map(len, remaining))]


def test_a_new_run_has_nothing_to_drop(tmp_path):
    assert truncate_after(tmp_path / "metrics.jsonl", 0) == 0.0

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cnn.runs.metrics import EpochPoint, Metrics, TrainingPoint
from tests.pages import open_script
from ui.shared import curves
from ui.shared.curves import MAX_POINTS

EMPTY = Metrics((), ())
EMPTY_CURVES = """
from cnn.runs.metrics import Metrics
from ui.shared.curves import show_curves

show_curves(Metrics((), ()), 5)
"""


def training(*values, loss=0.5):
    """Points at epochs 0.1, 0.2, … with these accuracies."""
    return tuple(
        TrainingPoint((number + 1) / 10, loss, value, 3000.0, number / 10)
        for number, value in enumerate(values)
    )


def with_losses(*losses, validation=()):
    points = tuple(TrainingPoint(1.0, loss, 0.5, 3000.0, 1.0) for loss in losses)
    return Metrics(points, tuple(EpochPoint(1, 0.5, 0.5, loss, 0.5, 1.0) for loss in validation))


def domain(metrics, value):
    """Return the range of a chart's vertical axis as Vega gets it."""
    line = curves._chart(metrics, 5, value).to_dict()["layer"][0]
    return line["encoding"]["y"]["scale"].get("domain")


def drawn(chart):
    """Return the rows of each layer's data."""
    described = chart.to_dict()
    return [described["datasets"][layer["data"]["name"]] for layer in described["layer"]]


def test_a_run_without_points_has_two_empty_charts():
    page = open_script(EMPTY_CURVES)
    assert not page.exception
    assert len(page.get("vega_lite_chart") or page.get("arrow_vega_lite_chart")) == 2


def test_training_is_a_line_and_each_validation_a_point():
    metrics = Metrics(training(0.5, 0.75), (EpochPoint(1, 0.4, 0.8, 0.3, 0.85, 2.0),))
    accuracy = [
        {"epoch": 0.1, "accuracy": 0.5, "digits": "training"},
        {"epoch": 0.2, "accuracy": 0.75, "digits": "training"},
    ]
    validation = [{"epoch": 1, "accuracy": 0.85, "digits": "validation"}]
    assert drawn(curves._chart(metrics, 5, "accuracy")) == [accuracy, validation, validation]
    loss = drawn(curves._chart(metrics, 5, "loss"))
    assert [row["loss"] for row in loss[0]] == [0.5, 0.5]
    assert loss[1] == [{"epoch": 1, "loss": 0.3, "digits": "validation"}]


@pytest.mark.parametrize("value", ["accuracy", "loss"])
def test_axis_and_colors_are_the_same_from_the_first_point_to_the_last(value):
    for metrics in (EMPTY, Metrics(training(0.5), (EpochPoint(1, 0.4, 0.8, 0.3, 0.85, 2.0),))):
        for layer in curves._chart(metrics, 5, value).to_dict()["layer"]:
            assert layer["encoding"]["x"]["scale"]["domain"] == [0, 5]
            assert layer["encoding"]["color"]["scale"]["domain"] == ["training", "validation"]


@pytest.mark.parametrize(
    ("accuracies", "floor"),
    [
        ([], 0.0),
        ([0.99], 0.0),  # not settled yet
        ([0.1, 0.95], 0.95),
        ([0.1, 0.94, 0.97], 0.9),
        ([0.1, 0.0], 0.0),
        ([0.1, *[0.97] * 19, 0.2], 0.95),  # one bad point in twenty is no reason
        ([0.1, *[0.97] * 18, 0.2], 0.0),
    ],
)
def test_the_accuracy_axis_starts_where_the_settled_curve_is(accuracies, floor):
    assert domain(Metrics(training(*accuracies), ()), "accuracy") == [floor, 1]


def test_a_validation_far_below_the_training_is_on_the_axis():
    overfitted = EpochPoint(1, 0.01, 1.0, 2.0, 0.62, 2.0)
    metrics = Metrics(training(0.1, 0.97, 0.99), (overfitted,))
    assert domain(metrics, "accuracy") == [0.5, 1]


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [
        (EMPTY, None),
        (with_losses(0.5), [0.1, 1.0]),
        (with_losses(250.0, 0.03), [0.03, 250.0]),
        (with_losses(2.0, 0.0), [0.1, 2.0]),  # nothing to take a logarithm of
        (with_losses(2.0, 1e-9), [1e-4, 2.0]),
        (with_losses(0.5, validation=[0.02, 30.0]), [0.02, 30.0]),
        (with_losses(0.0), None),
    ],
)
def test_the_loss_axis_is_logarithmic_and_holds_every_loss(metrics, expected):
    line = curves._chart(metrics, 5, "loss").to_dict()["layer"][0]
    assert line["encoding"]["y"]["scale"]["type"] == "log"
    assert domain(metrics, "loss") == expected


@given(st.integers(0, 5000))
@example(MAX_POINTS)
@example(MAX_POINTS + 1)
@example(2 * MAX_POINTS)
def test_a_long_curve_is_thinned_and_keeps_its_first_and_last_point(count):
    points = [TrainingPoint(float(number), 1.0, 0.5, 1.0, 1.0) for number in range(count)]
    thinned = curves._thinned(points)
    assert len(thinned) <= MAX_POINTS
    assert (thinned[:1], thinned[-1:]) == (points[:1], points[-1:])
    assert thinned == sorted(set(thinned))
    assert len(thinned) >= min(count, MAX_POINTS // 2)

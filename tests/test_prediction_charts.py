import pytest

from cnn.evaluation.comparison import Comparison
from cnn.evaluation.metrics import class_metrics, confidence_bins, reliability_diagram
from cnn.evaluation.selection import DigitFilter
from cnn.plots.palette import NEGATIVE, POSITIVE
from tests import evaluated_run
from ui.predictions import charts, heat_maps

LABELS = evaluated_run.LABELS[:20] % 5


def predictions_of(wrong=()):
    return evaluated_run.predictions_of(LABELS, wrong)


def rows_of(chart, columns):
    """The rows of a chart's largest table that has these columns."""
    tables = chart.to_dict()["datasets"].values()
    return max((rows for rows in tables if set(columns) <= set(rows[0])), key=len)


def cells_of(chart):
    rows = rows_of(chart, ["actual", "predicted"])
    return {(row["actual"], row["predicted"]): row for row in rows}


def matrix(wrong=()):
    return predictions_of(wrong).confusion_matrix


@pytest.mark.parametrize(
    ("chosen", "outlined"),
    [
        (DigitFilter(), set()),
        (DigitFilter(label=3, predicted=5), {(3, 5)}),
        (DigitFilter(label=3), {(3, column) for column in range(10)}),
        (DigitFilter(predicted=5), {(row, 5) for row in range(10)}),
    ],
)
def test_the_cells_that_the_filters_name_are_outlined(chosen, outlined):
    cells = cells_of(heat_maps.confusion_chart(matrix(), chosen, clicks=0))
    assert {pair for pair, row in cells.items() if row["outline"]} == outlined


def test_a_second_click_on_a_cell_is_another_selection():
    first, second = (
        cells_of(heat_maps.confusion_chart(matrix(), clicks=clicks)) for clicks in (0, 1)
    )
    assert first[3, 5] != second[3, 5]


def test_the_chart_tints_mistakes_on_a_scale_of_their_own():
    cells = cells_of(heat_maps.confusion_chart(matrix([3, 8, 4])))
    assert [cells[pair]["text"] for pair in [(3, 4), (0, 0), (0, 1)]] == ["2", "4", ""]
    tints = [cells[pair]["tint"] for pair in [(3, 4), (4, 5), (0, 0), (0, 1)]]
    assert tints == sorted(tints, reverse=True)
    assert (tints[0], tints[-1]) == (pytest.approx(0.6), 0)  # the most frequent mistake is darkest
    assert cells[3, 4]["meaning"] == "2 × 3 predicted as 4"


def test_the_difference_of_two_matrices_is_signed_and_colored():
    comparison = Comparison(predictions_of([2, 7]), predictions_of([]))
    cells = cells_of(heat_maps.difference_chart(comparison.matrix_difference))
    assert (cells[2, 2]["text"], cells[2, 2]["color"]) == ("+2", POSITIVE)
    assert (cells[2, 3]["text"], cells[2, 3]["color"]) == ("−2", NEGATIVE)
    assert (cells[0, 5]["text"], cells[0, 5]["tint"]) == ("", 0)
    assert cells[2, 3]["meaning"] == "2 predicted as 3: 2 more by A"


def test_charts_have_their_message_as_alternative_text():
    assert "a 3 predicted as 4, 2 times" in heat_maps.worst_pair(matrix([3, 8, 4]))
    assert "no mistakes" in heat_maps.worst_pair(matrix())
    assert "2 predicted as 2: 1 more by B" in heat_maps.largest_difference(matrix() - matrix([2]))
    assert heat_maps.largest_difference(matrix() - matrix()).endswith("equally often.")
    assert "3 is the hardest, 50.0% of 4" in charts.hardest_digit(class_metrics(matrix([3, 8, 4])))


@pytest.mark.parametrize("wrong", [[], [3], range(20)])
def test_the_chart_of_classes_has_a_row_for_each_digit_that_occurs(wrong):
    predictions = predictions_of(wrong)
    classes = class_metrics(predictions.confusion_matrix)
    rows = rows_of(charts.class_chart(classes, predictions.accuracy), ["digit", "recall"])
    assert [row["digit"] for row in rows] == [0, 1, 2, 3, 4]
    assert [row["recall"] for row in rows] == classes["recall"][:5].tolist()
    assert rows[3]["meaning"] == f"{len([one for one in wrong if one % 5 == 3])} of 4 are mistakes"


def test_the_calibration_chart_has_a_dot_for_each_bin():
    diagram = reliability_diagram(predictions_of([3]))
    rows = rows_of(charts.reliability_chart(diagram), ["meaning"])
    assert [row["accuracy"] for row in rows] == diagram["accuracy"].tolist()


@pytest.mark.parametrize(("kind", "count"), [("correct", 18), ("mistakes", 2)])
def test_correct_predictions_and_mistakes_are_counted_by_confidence(kind, count):
    chart = charts.confidence_chart(confidence_bins(predictions_of([3, 4]), 20), kind)
    assert sum(row[kind] for row in rows_of(chart, [kind])) == count

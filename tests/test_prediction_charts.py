import pytest

from cnn.evaluation.accuracy import confusion_matrix, metrics_per_class
from cnn.evaluation.comparison import compare
from cnn.evaluation.reliability import confidence_bins, reliability_diagram
from cnn.evaluation.selection import DigitFilter
from tests.test_gallery import predictions_with
from ui.predictions import charts, heat_maps
from ui.predictions.metrics import class_table


def rows_of(chart, columns):
    """The rows of a chart's largest table that has these columns."""
    tables = chart.to_dict()["datasets"].values()
    return max((rows for rows in tables if set(columns) <= set(rows[0])), key=len)


def cells_of(chart):
    rows = rows_of(chart, ["actual", "predicted"])
    return {(row["actual"], row["predicted"]): row for row in rows}


def matrix(wrong=()):
    return confusion_matrix(predictions_with(wrong))


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
    comparison = compare(predictions_with([2, 7]), predictions_with([]))
    cells = cells_of(heat_maps.difference_chart(comparison.matrix_difference))
    assert (cells[2, 2]["text"], cells[2, 2]["color"]) == ("+2", heat_maps.MORE_B)
    assert (cells[2, 3]["text"], cells[2, 3]["color"]) == ("−2", heat_maps.MORE_A)
    assert (cells[0, 5]["text"], cells[0, 5]["tint"]) == ("", 0)
    assert cells[2, 3]["meaning"] == "2 predicted as 3: 2 more by A"


def test_charts_have_their_message_as_alternative_text():
    assert "a 3 predicted as 4, 2 times" in heat_maps.worst_pair(matrix([3, 8, 4]))
    assert "no mistakes" in heat_maps.worst_pair(matrix())
    assert "2 predicted as 2: 1 more by B" in heat_maps.largest_difference(matrix() - matrix([2]))
    assert heat_maps.largest_difference(matrix() - matrix()).endswith("none.")
    assert "3 is the hardest, 2 of 4" in charts.hardest_digit(metrics_per_class(matrix([3, 8, 4])))


@pytest.mark.parametrize("wrong", [[], [3], range(20)])
def test_the_chart_of_classes_has_a_row_for_each_digit_that_occurs(wrong):
    predictions = predictions_with(wrong)
    classes = metrics_per_class(confusion_matrix(predictions))
    chart = charts.class_chart(classes, float(predictions.correct.mean()))
    rows = rows_of(chart, ["digit", "accuracy"])
    assert [row["digit"] for row in rows] == [0, 1, 2, 3, 4]
    assert [row["accuracy"] for row in rows] == [one.recall for one in classes[:5]]


def test_the_calibration_chart_has_a_dot_for_each_bin():
    diagram = reliability_diagram(predictions_with([3]))
    rows = rows_of(charts.reliability_chart(diagram), ["meaning"])
    assert [row["accuracy"] for row in rows] == [one.accuracy for one in diagram]


@pytest.mark.parametrize(("kind", "count"), [("correct", 18), ("mistakes", 2)])
def test_correct_predictions_and_mistakes_are_counted_by_confidence(kind, count):
    chart = charts.confidence_chart(confidence_bins(predictions_with([3, 4]), 20), kind)
    assert sum(row["count"] for row in rows_of(chart, ["count"])) == count


def test_the_table_of_classes_is_in_percent_with_a_dash_for_none():
    table = class_table(metrics_per_class(matrix([3])))
    cells = [cell.replace(" ", "") for cell in table.iloc[3]]
    assert cells == ["3", "100.0%", "75.0%", "85.7%", "4"]
    assert list(table.iloc[9]) == ["9", "–", "–", "–", "0"]

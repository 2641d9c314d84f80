import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from cnn.evaluation.accuracy import confusion_matrix, metrics_per_class
from cnn.evaluation.predictions import Predictions
from cnn.evaluation.reliability import confidence_bins, reliability_diagram
from cnn.evaluation.selection import DigitFilter, select
from cnn.runs import store
from tests.evaluated_run import answers
from ui.predictions import class_metrics, evaluation_charts
from ui.predictions.confusion import cell_from_browser, confusion_chart, worst_pair
from ui.predictions.filter_words import count_sentence, empty_sentence
from ui.shared.gallery import gallery_html

LABELS = np.arange(20, dtype=np.uint8) % 5


def predictions_with(wrong):
    images = np.random.default_rng(0).integers(0, 256, (20, 28, 28), dtype=np.uint8)
    return Predictions(answers(LABELS, wrong), LABELS, images)


def items_of(html):
    return html.split('role="listitem"')[1:]


def rows_of(chart, columns):
    """The rows of a chart's largest table that has these columns."""
    tables = chart.to_dict()["datasets"].values()
    return max((rows for rows in tables if set(columns) <= set(rows[0])), key=len)


def test_right_and_wrong_differ_by_sign_word_and_color():
    html = gallery_html(predictions_with([3]), np.array([0, 3]))
    right, mistake = items_of(html)
    assert "✓ 0" in right
    assert "Test digit 0: really 0, read as 0, " in right
    assert 'class="truth"' not in right
    assert "✗ 4" in mistake
    assert "Test digit 3: really 3, read as 4, " in mistake
    assert "really 3</div>" in mistake
    assert re.findall(r'class="(\w+)" role="listitem"', html) == ["right", "mistake"]


def test_each_picture_is_the_digits_own_on_a_button_with_a_name():
    predictions = predictions_with([])
    for index, item in zip([7, 2], items_of(gallery_html(predictions, [7, 2])), strict=True):
        encoded = re.search(r"base64,([^\"]+)", item)[1]
        picture = Image.open(io.BytesIO(base64.b64decode(encoded)))
        assert np.array_equal(np.asarray(picture), predictions.images[index])
        assert f'<button type="button" data-index="{index}" aria-label="Test digit {index}:' in item


def test_a_page_of_pictures_stays_small():
    predictions = predictions_with([])
    assert len(gallery_html(predictions, np.arange(20))) < 20 * 2000  # noise: the largest PNGs


def test_a_label_that_was_found_wrong_is_marked_on_its_picture_and_in_its_name(runs_dir):
    with np.load(store.open_run(store.BUILT_IN, runs_dir).path / "test_predictions.npz") as file:
        labels = file["labels"]  # MNIST's own
    images = np.zeros((len(labels), 28, 28), np.uint8)
    predictions = Predictions(np.eye(10, dtype=np.float32)[labels], labels, images)
    doubtful, plain = items_of(gallery_html(predictions, np.array([947, 948])))
    assert doubtful.count("label doubtful") == 2
    assert "label doubtful" not in plain


@pytest.mark.parametrize(
    ("wrong", "chosen", "sentence"),
    [
        ([], {"kind": "mistakes"}, "No mistakes here: the network reads all 20 digits right."),
        (
            [],
            {"kind": "mistakes", "label": 3},
            "No mistakes here: the network reads all 4 pictures of a 3 right.",
        ),
        (
            range(20),
            {"kind": "correct"},
            "Nothing right here: the network reads all 20 digits wrong.",
        ),
        ([], {"label": 8}, "There is no picture of an 8 among these digits."),
        ([], {"label": 3, "predicted": 8}, "No picture of a 3 is read as an 8."),
        ([], {"kind": "mistakes", "predicted": 1}, "No picture is wrongly read as a 1."),
        ([], {"max_confidence": 0.1}, "No digit here is read with this confidence."),
        ([], {"only_label_errors": True}, "None of the digits with a doubtful label is among"),
    ],
)
def test_an_empty_filter_says_why(wrong, chosen, sentence):
    predictions = predictions_with(wrong)
    assert len(select(predictions, DigitFilter(**chosen))) == 0
    assert empty_sentence(predictions, DigitFilter(**chosen)).startswith(sentence)


def test_what_is_shown_is_counted_and_named():
    assert count_sentence(DigitFilter(), 10_000, 10_000) == "All 10,000 digits"
    chosen = DigitFilter("mistakes", label=3, predicted=5)
    assert count_sentence(chosen, 2, 10_000) == "2 of 10,000 digits, really 3, read as 5"


@pytest.mark.parametrize(
    ("cells", "pair"),
    [
        ([{"actual": 3, "predicted": 5, "clicks": 0}], (3, 5)),
        ([], None),
        (None, None),
        ([{"actual": 3}], None),
        ([{"actual": 3, "predicted": 77}], None),
        ([{"actual": "3", "predicted": 5}], None),
        ("3 read as 5", None),
    ],
)
def test_only_a_cell_that_there_is_can_be_clicked(cells, pair):
    assert cell_from_browser(cells) == pair


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
    rows = rows_of(confusion_chart(confusion_matrix(predictions_with([])), chosen), ["outline"])
    assert {(row["actual"], row["predicted"]) for row in rows if row["outline"]} == outlined


def test_a_second_click_on_a_cell_is_another_selection():
    matrix = confusion_matrix(predictions_with([]))
    charts = [confusion_chart(matrix, clicks=clicks) for clicks in (0, 1)]
    first, second = (rows_of(chart, ["clicks"]) for chart in charts)
    assert first[35] != second[35]


def test_the_chart_tints_mistakes_on_a_scale_of_their_own():
    rows = rows_of(confusion_chart(confusion_matrix(predictions_with([3, 8, 4]))), ["tint"])
    cells = {(row["actual"], row["predicted"]): row for row in rows}
    assert (cells[3, 4]["text"], cells[0, 0]["text"], cells[0, 1]["text"]) == ("2", "4", "")
    tints = [cells[pair]["tint"] for pair in [(3, 4), (4, 5), (0, 0), (0, 1)]]
    assert tints == sorted(tints, reverse=True)
    assert (tints[0], tints[-1]) == (pytest.approx(0.6), 0)  # the most frequent mistake is darkest
    assert cells[3, 4]["meaning"] == "2 × 3 read as 4"


def test_charts_are_told_to_those_who_hear_the_page():
    predictions = predictions_with([3, 8, 4])
    assert worst_pair(confusion_matrix(predictions)) == (
        "Confusion matrix: the most frequent of 3 mistakes is a 3 read as 4, 2 times."
    )
    assert evaluation_charts.hardest_digit(metrics_per_class(confusion_matrix(predictions))) == (
        "Accuracy per digit: 3 is the hardest, 2 of 4 are read right."
    )
    flawless = confusion_matrix(predictions_with([]))
    assert worst_pair(flawless).endswith("every digit was read right.")


@pytest.mark.parametrize("wrong", [[], [3], range(20)])
def test_the_chart_of_classes_has_a_row_for_each_digit_there_is(wrong):
    predictions = predictions_with(wrong)
    chart = evaluation_charts.class_chart(
        metrics_per_class(confusion_matrix(predictions)), float(predictions.correct.mean())
    )
    rows = rows_of(chart, ["digit", "accuracy"])
    assert [row["digit"] for row in rows] == [0, 1, 2, 3, 4]
    assert rows[3]["meaning"] == f"{4 - round(4 * rows[3]['accuracy'])} of 4 read wrong"


def test_the_calibration_chart_has_a_dot_for_each_group_of_answers():
    diagram = reliability_diagram(predictions_with([3]))
    rows = rows_of(evaluation_charts.reliability_chart(diagram), ["meaning"])
    assert [row["accuracy"] for row in rows] == [one.accuracy for one in diagram]
    assert rows[-1]["meaning"].endswith("100.0% right")


@pytest.mark.parametrize(("kind", "count"), [("correct", 18), ("mistakes", 2)])
def test_right_and_wrong_answers_are_counted_by_confidence(kind, count):
    chart = evaluation_charts.confidence_chart(confidence_bins(predictions_with([3, 4]), 20), kind)
    assert sum(row["count"] for row in rows_of(chart, ["count"])) == count


def test_the_table_says_figures_as_a_person_would_and_a_dash_for_none():
    table = class_metrics.class_table(metrics_per_class(confusion_matrix(predictions_with([3]))))
    assert list(table.iloc[3]) == ["3", "100.0%", "75.0%", "85.7%", "4"]
    assert list(table.iloc[9]) == ["9", "–", "–", "–", "0"]
    assert list(table.iloc[10])[:1] == ["Average"]

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from cnn.evaluation.accuracy import accuracy_per_class, confusion_matrix
from cnn.evaluation.predictions import Predictions
from tests.evaluated_run import answers
from ui.predictions import evaluation_charts
from ui.predictions.gallery import GalleryFilter, empty_sentence, gallery_html

LABELS = np.arange(20, dtype=np.uint8) % 5


def predictions_with(wrong):
    images = np.random.default_rng(0).integers(0, 256, (20, 28, 28), dtype=np.uint8)
    return Predictions(answers(LABELS, wrong), LABELS, images)


def items_of(html):
    return html.split('role="listitem"')[1:]


def test_right_and_wrong_differ_by_sign_word_and_colour():
    right, mistake = items_of(gallery_html(predictions_with([3]), np.array([0, 3])))
    assert "✓" in right
    assert "Right, read as</span> 0" in right
    assert "really" not in right
    assert "✗" in mistake
    assert "Wrong, read as</span> 4" in mistake
    assert "really 3" in mistake
    classes = re.findall(
        r'class="(\w+)" role="listitem"', gallery_html(predictions_with([3]), [0, 3])
    )
    assert classes == ["right", "mistake"]


def test_each_picture_is_the_digits_own_with_words_for_those_who_do_not_see_it():
    predictions = predictions_with([])
    for index, item in zip([7, 2], items_of(gallery_html(predictions, [7, 2])), strict=True):
        encoded = re.search(r"base64,([^\"]+)", item)[1]
        picture = Image.open(io.BytesIO(base64.b64decode(encoded)))
        assert np.array_equal(np.asarray(picture), predictions.images[index])
        assert f'alt="Handwritten {LABELS[index]}"' in item


def test_a_page_of_pictures_stays_small():
    predictions = predictions_with([])
    assert len(gallery_html(predictions, np.arange(20))) < 20 * 2000  # noise: the largest PNGs


@pytest.mark.parametrize(
    ("wrong", "chosen", "sentence"),
    [
        ([], ("mistakes", None), "No mistakes here: the network reads all 20 digits right."),
        ([], ("mistakes", 3), "No mistakes here: the network reads all 4 pictures of a 3 right."),
        (
            range(20),
            ("correct", None),
            "Nothing right here: the network reads all 20 digits wrong.",
        ),
        ([], ("all", 7), "There is no picture of a 7 among these digits."),
    ],
)
def test_an_empty_filter_says_why(wrong, chosen, sentence):
    predictions = predictions_with(wrong)
    gallery_filter = GalleryFilter(*chosen, "test order")
    assert len(gallery_filter.indices(predictions)) == 0
    assert empty_sentence(predictions, gallery_filter) == sentence


def test_the_chart_tints_mistakes_on_a_scale_of_their_own():
    chart = evaluation_charts.confusion_chart(confusion_matrix(predictions_with([3, 8, 4])))
    (rows,) = chart.to_dict()["datasets"].values()
    cells = {(row["actual"], row["predicted"]): row for row in rows}
    assert (cells[3, 4]["text"], cells[0, 0]["text"], cells[0, 1]["text"]) == ("2", "4", "")
    tints = [cells[pair]["tint"] for pair in [(3, 4), (4, 5), (0, 0), (0, 1)]]
    assert tints == sorted(tints, reverse=True)
    assert (tints[0], tints[-1]) == (pytest.approx(0.6), 0)  # the most frequent mistake is darkest
    assert cells[3, 4]["meaning"] == "2 × 3 read as 4"


def test_charts_are_told_to_those_who_hear_the_page():
    predictions = predictions_with([3, 8, 4])
    assert evaluation_charts.worst_pair(confusion_matrix(predictions)) == (
        "Confusion matrix: the most frequent of 3 mistakes is a 3 read as 4, 2 times."
    )
    assert evaluation_charts.hardest_digit(accuracy_per_class(predictions)) == (
        "Accuracy per digit: 3 is the hardest, 2 of 4 are read right."
    )
    flawless = confusion_matrix(predictions_with([]))
    assert evaluation_charts.worst_pair(flawless).endswith("every digit was read right.")


@pytest.mark.parametrize("wrong", [[], [3], range(20)])
def test_the_chart_of_classes_has_a_row_for_each_digit_there_is(wrong):
    predictions = predictions_with(wrong)
    chart = evaluation_charts.class_chart(
        accuracy_per_class(predictions), float(predictions.correct.mean())
    )
    specification = chart.to_dict()
    rows = next(iter(data for data in specification["datasets"].values() if len(data) > 1))
    assert [row["digit"] for row in rows] == [0, 1, 2, 3, 4]
    assert rows[3]["meaning"] == f"{4 - round(4 * rows[3]['accuracy'])} of 4 read wrong"

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from cnn.evaluation.predictions import Predictions
from cnn.evaluation.selection import DigitFilter, select
from tests.evaluated_run import answers
from ui.predictions.all_digits import clicked_cell
from ui.predictions.filters import count_sentence, empty_sentence
from ui.predictions.gallery import tiles_html

LABELS = np.arange(20, dtype=np.uint8) % 5


def predictions_with(wrong):
    images = np.random.default_rng(0).integers(0, 256, (20, 28, 28), dtype=np.uint8)
    return Predictions(answers(LABELS, wrong), LABELS, images)


def items_of(html):
    return html.split('role="listitem"')[1:]


def test_correct_and_wrong_predictions_differ_by_sign_and_name():
    correct, mistake = items_of(tiles_html({"": predictions_with([3])}, np.array([0, 3])))
    assert "✓ 0" in correct
    assert "✗ 4" in mistake
    assert "Test digit 0: true label 0, predicted 0, " in correct
    assert "Test digit 3: true label 3, predicted 4, " in mistake
    assert (correct + mistake).count("<div>label 3</div>") == 1


def test_two_networks_have_a_row_each():
    networks = {"A": predictions_with([3]), "B": predictions_with([])}
    (tile,) = items_of(tiles_html(networks, np.array([3])))
    assert re.findall(r"([AB]) <b>(. \d)</b>", tile) == [("A", "✗ 4"), ("B", "✓ 3")]
    assert re.search(r"true label 3, A predicted 4, \d+ ?%, B predicted 3, ", tile)


def test_each_picture_is_the_digits_own_on_a_button_with_its_index():
    predictions = predictions_with([])
    html = tiles_html({"": predictions}, np.array([7, 2]))
    assert len(html) < 2 * 2000  # of noise, the largest PNGs
    for index, item in zip([7, 2], items_of(html), strict=True):
        encoded = re.search(r"base64,([^\"]+)", item)[1]
        picture = Image.open(io.BytesIO(base64.b64decode(encoded)))
        assert np.array_equal(np.asarray(picture), predictions.images[index])
        assert f'data-index="{index}"' in item


@pytest.mark.parametrize(
    ("wrong", "chosen", "sentence"),
    [
        ([], {"kind": "mistakes"}, "No mistakes here: all 20 digits are predicted correctly."),
        ([], {"kind": "mistakes", "label": 3}, "No mistakes here: all 4 digits 3 are predicted"),
        (range(20), {"kind": "correct"}, "No correct predictions here: all 20 digits are"),
        ([], {"label": 8}, "There is no 8 among these digits."),
        ([], {"label": 3, "predicted": 8}, "No 3 is predicted as an 8."),
        ([], {"kind": "mistakes", "predicted": 1}, "No digit is wrongly predicted as a 1."),
        ([], {"max_confidence": 0.1}, "No digit here has this confidence."),
        ([], {"only_label_errors": True}, "None of the label errors is among these digits."),
    ],
)
def test_an_empty_filter_says_why(wrong, chosen, sentence):
    predictions = predictions_with(wrong)
    assert len(select(predictions, DigitFilter(**chosen))) == 0
    assert empty_sentence(predictions, DigitFilter(**chosen)).startswith(sentence)


def test_the_shown_digits_are_counted_and_named():
    assert count_sentence(DigitFilter(), 10_000, 10_000) == "All 10,000 digits"
    chosen = DigitFilter("mistakes", label=3, predicted=5)
    assert count_sentence(chosen, 2, 10_000) == "2 of 10,000 digits, true label 3, predicted 5"


@pytest.mark.parametrize(
    ("cells", "pair"),
    [
        ([{"actual": 3, "predicted": 5, "clicks": 0}], (3, 5)),
        ([], None),
        (None, None),
        ([{"actual": 3}], None),
        ([{"actual": 3, "predicted": 77}], None),
        ([{"actual": "3", "predicted": 5}], None),
    ],
)
def test_only_an_existing_cell_can_be_clicked(cells, pair):
    assert clicked_cell(cells) == pair

import base64
import io
import re

import numpy as np
import pytest
import streamlit as st
from PIL import Image

from cnn.evaluation.selection import DigitFilter
from tests.evaluated_run import predictions_of
from ui.predictions.filters import choose_cell, chosen_filter, count_sentence
from ui.predictions.gallery import tiles_html

FIRST = DigitFilter(order="Lowest confidence")  # what the page starts with


@pytest.fixture
def address():
    st.query_params.clear()
    yield st.query_params
    st.query_params.clear()


def items_of(html):
    return html.split('role="listitem"')[1:]


def test_correct_and_wrong_predictions_differ_by_sign_and_name():
    correct, mistake = items_of(tiles_html({"": predictions_of(wrong=[3])}, np.array([0, 3])))
    assert "✓ 0" in correct
    assert "✗ 4" in mistake
    assert "Test digit 0: true label 0, predicted 0, " in correct
    assert "Test digit 3: true label 3, predicted 4, " in mistake
    assert (correct + mistake).count("<div>label 3</div>") == 1


def test_two_networks_have_a_row_each():
    networks = {"A": predictions_of(wrong=[3]), "B": predictions_of()}
    (tile,) = items_of(tiles_html(networks, np.array([3])))
    assert re.findall(r"([AB]) <b>(. \d)</b>", tile) == [("A", "✗ 4"), ("B", "✓ 3")]
    assert re.search(r"true label 3, A predicted 4, \d+ ?%, B predicted 3, ", tile)


def test_each_picture_is_the_digits_own_on_a_button_with_its_index():
    predictions = predictions_of()
    html = tiles_html({"": predictions}, np.array([7, 2]))
    assert len(html) < 2 * 2000  # of noise, the largest PNGs
    for index, item in zip([7, 2], items_of(html), strict=True):
        encoded = re.search(r"base64,([^\"]+)", item)[1]
        picture = Image.open(io.BytesIO(base64.b64decode(encoded)))
        assert np.array_equal(np.asarray(picture), predictions.images[index])
        assert f'data-index="{index}"' in item


def test_the_shown_digits_are_counted_and_named():
    assert count_sentence(DigitFilter(), 10_000, 10_000) == "All 10,000 digits"
    chosen = DigitFilter("Mistakes", label=3, predicted=5)
    assert count_sentence(chosen, 2, 10_000) == "2 of 10,000 digits, true label 3, predicted 5"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {}),
        ({"show": "Correct", "label": "5", "sort": "Highest loss"},
         {"kind": "Correct", "label": 5, "order": "Highest loss"}),
        ({"confidence": ["100", "80"]}, {"min_confidence": 0.8}),
        ({"confidence": ["0", "300"]}, {}),
        ({"confidence": ["-5", "30"], "show": "Everything", "sort": "<b>"}, {}),
        ({"confidence": "much", "label": "77", "predicted": "²"}, {}),
        ({"labels": "Errors"}, {}),  # none are known of digits that are not MNIST's
    ],
)  # fmt: skip
def test_the_address_is_the_filter_without_what_is_impossible(address, query, expected):
    address.update(query)
    assert chosen_filter(predictions_of()) == FIRST._replace(**expected)


@pytest.mark.parametrize(
    ("show", "cell", "expected"),
    [
        ("Mistakes", (3, 3), "All"),
        ("Correct", (3, 4), "All"),
        ("Mistakes", (3, 4), "Mistakes"),
        ("Correct", (3, 3), "Correct"),
    ],
)
def test_a_click_on_a_cell_shows_all_of_its_digits_and_a_second_one_all_others(
    address, show, cell, expected
):
    address.update({"show": show, "confidence": ["80", "90"], "labels": "Errors", "page": "7"})
    choose_cell(*cell)
    kept = FIRST._replace(kind=expected)
    assert chosen_filter(predictions_of()) == kept._replace(label=cell[0], predicted=cell[1])
    assert not address["page"]
    choose_cell(*cell)
    assert chosen_filter(predictions_of()) == kept

import re

import numpy as np
import pytest

from cnn.drawing.connected_components import Box
from cnn.inference.classifier import Prediction
from cnn.inference.segmentation import Part
from ui.draw.prediction import prediction_html
from ui.draw.several_digits import boxes_html, number_html, number_text

IMAGE = np.zeros((28, 28), np.uint8)


def prediction(digit, probability, is_digit=True):
    shares = [(1 - probability) / 9] * 10
    shares[digit] = probability
    return Prediction(digit, probability, tuple(shares), 1 - probability, is_digit)


def part(digit, box, is_digit=True):
    return Part(Box(*box), IMAGE, prediction(digit, 0.9, is_digit), (0,))


def inner(html, testid):
    return re.search(rf'data-testid="{testid}">([^<]*)<', html)[1]


def bars(html):
    return re.findall(r'<b( class="best")?>(\d)</b><span class="track">', html)


def test_a_digit_is_shown_with_its_probability_and_the_longest_bar_stands_out():
    html = prediction_html(prediction(3, 0.987), IMAGE)
    assert inner(html, "answer") == "3"
    assert '<span class="confidence">98.7%</span>' in html
    assert [digit for best, digit in bars(html) if best] == ["3"]
    assert len(bars(html)) == 10


def test_for_a_rejected_drawing_the_reject_class_is_the_prediction_and_has_the_only_bar():
    html = prediction_html(prediction(3, 0.41, is_digit=False), IMAGE)
    assert inner(html, "not-a-digit") == "Not a digit"
    assert inner(html, "closest") == "The closest is a 3."
    assert 'data-testid="answer"' not in html
    assert 'aria-label="Not a digit: 59.0%"' in html
    assert html.count('class="track"') == 1


def test_no_prediction_ever_has_a_confidence_of_a_hundred_percent():
    html = prediction_html(prediction(3, 1.0), IMAGE)
    assert "100.0%" not in html.replace("width:100.0%", "")
    assert "> 99.9%" in html


def test_a_prediction_is_announced_by_screen_readers():
    html = prediction_html(prediction(3, 0.9), IMAGE)
    assert html.index('role="status" aria-live="polite"') < html.index('data-testid="answer"')
    assert 'aria-label="0: 1.1%; 1: 1.1%; 2: 1.1%; 3: 90.0%;' in html


def test_a_number_has_a_question_mark_for_what_is_rejected():
    parts = [part(2, (0, 0, 10, 10)), part(0, (20, 0, 30, 10), is_digit=False)]
    assert number_text(parts) == "2?"
    html = number_html(parts)
    assert inner(html, "number") == "2?"
    assert "closest: 0" in html
    assert html.count("data:image/png") == 2


def test_a_long_number_is_smaller_than_a_short_one():
    def size(count):
        html = number_html([part(1, (0, 0, 1, 1))] * count)
        return float(re.search(r"font-size:min\(7.5rem, ([\d.]+)cqi\)", html)[1])

    assert size(2) > size(4) > size(12) > 0
    assert size(12) * 12 * 0.62 <= 101  # of the width there is


def test_each_digit_is_boxed_where_it_was_drawn_with_a_margin_within_the_canvas():
    html = boxes_html([part(7, (100, 50, 200, 150))], 400, 200, margin=10)
    assert 'style="left:22.50%;top:20.00%;width:30.00%;height:60.00%"' in html
    assert "<b>7 <i>90.0%</i></b>" in html
    corner = boxes_html([part(7, (0, 0, 400, 200))], 400, 200, margin=10)
    assert 'style="left:0.00%;top:0.00%;width:100.00%;height:100.00%"' in corner


def test_the_box_around_a_rejected_digit_says_so():
    html = boxes_html([part(7, (100, 50, 200, 150), is_digit=False)], 400, 200, margin=10)
    assert "rejected" in html
    assert "<b>?</b>" in html


@pytest.mark.parametrize(
    ("probability", "text"), [(0.99999, "> 99.9%"), (0.993, "99.3%"), (0.512, "51.2%")]
)
def test_a_digit_has_the_same_confidence_in_its_box_and_in_the_list(probability, text):
    parts = [Part(Box(10, 10, 40, 90), IMAGE, prediction(3, probability), (0,))]
    assert f"<span>{text}</span>" in number_html(parts)
    assert f"<i>{text}</i>" in boxes_html(parts, 100, 100, 5)

import re

import numpy as np
import pytest

from cnn.drawing.connected_components import Box
from cnn.inference.classifier import Prediction
from cnn.inference.segmentation import Part
from ui.draw.prediction import boxes_html, number_html, prediction_html

IMAGE = np.zeros((28, 28), np.uint8)


def prediction(digit, probability, is_digit=True):
    shares = [(1 - probability) / 9] * 10
    shares[digit] = probability
    return Prediction(digit, probability, tuple(shares), 1 - probability, is_digit)


def part(digit, box=(0, 0, 10, 10), is_digit=True, probability=0.9):
    return Part(Box(*box), IMAGE, prediction(digit, probability, is_digit))


def inner(html, testid):
    return re.search(rf'data-testid="{testid}">([^<]*)<', html)[1]


def test_a_digit_is_announced_with_its_probability_and_the_longest_bar_stands_out():
    html = prediction_html(prediction(3, 0.987), IMAGE)
    assert inner(html, "predicted") == "3"
    assert html.index('role="status" aria-live="polite"') < html.index('data-testid="predicted"')
    assert '<span class="confidence">98.7%</span>' in html
    bars = re.findall(r'<b( class="best")?>(\d)</b><span class="track">', html)
    assert [digit for best, digit in bars if best] == ["3"]
    assert len(bars) == 10


def test_for_a_rejected_drawing_the_reject_class_is_the_prediction_and_has_the_only_bar():
    html = prediction_html(prediction(3, 0.41, is_digit=False), IMAGE)
    assert inner(html, "not-a-digit") == "Not a digit"
    assert inner(html, "closest") == "The closest is a 3."
    assert 'data-testid="predicted"' not in html
    assert 'aria-label="Not a digit: 59.0%"' in html
    assert html.count('class="track"') == 1


def test_what_is_rejected_is_a_question_mark_in_the_number_and_in_its_box():
    parts = [part(2), part(0, (20, 0, 30, 10), is_digit=False)]
    assert inner(number_html(parts), "number") == "2?"
    assert "closest: 0" in number_html(parts)
    boxes = re.findall(r'class="box( [a-z]+)*".*?<b>(.)', boxes_html(parts, 40, 900, 0))
    assert boxes == [(" high", "2"), (" high", "?")]
    assert boxes_html(parts, 40, 900, 0).count(" rejected") == 1


def test_a_long_number_is_smaller_than_a_short_one():
    def size(count):
        html = number_html([part(1)] * count)
        return float(re.search(r"font-size:min\(7.5rem, ([\d.]+)cqi\)", html)[1])

    assert size(2) > size(4) > size(12) > 0
    assert size(12) * 12 * 0.62 <= 101  # of the width there is


def test_each_digit_is_boxed_where_it_was_drawn_with_a_margin_within_the_canvas():
    html = boxes_html([part(7, (100, 50, 200, 150))], 400, 200, margin=10)
    assert 'style="left:22.50%;top:20.00%;width:30.00%;height:60.00%"' in html
    corner = boxes_html([part(7, (0, 0, 400, 200))], 400, 200, margin=10)
    assert 'style="left:0.00%;top:0.00%;width:100.00%;height:100.00%"' in corner


@pytest.mark.parametrize(("probability", "text"), [(1.0, "> 99.9%"), (0.512, "51.2%")])
def test_a_digit_has_the_same_confidence_everywhere_and_never_a_hundred_percent(probability, text):
    parts = [part(3, probability=probability)]
    assert f">{text}<" in prediction_html(parts[0].prediction, IMAGE)
    assert f"<span>{text}</span>" in number_html(parts)
    assert f"<i>{text}</i>" in boxes_html(parts, 100, 100, 5)

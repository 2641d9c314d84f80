import numpy as np
import pytest

from cnn.drawing.connected_components import Box
from cnn.inference.classifier import Prediction
from cnn.inference.segmentation import Part
from ui.draw.several_digits import boxes_html, number_html


def part(probability, is_digit=True):
    """A part that is read as a 3."""
    row = tuple(probability if digit == 3 else (1 - probability) / 9 for digit in range(10))
    prediction = Prediction(3, probability, row, 0.0, is_digit)
    return Part(Box(10, 10, 40, 90), np.zeros((28, 28), np.uint8), prediction, (0,))


@pytest.mark.parametrize(
    ("probability", "words"), [(0.99999, "> 99.9%"), (0.993, "99.3%"), (0.512, "51.2%")]
)
def test_a_digit_is_as_sure_in_its_box_as_in_the_list(probability, words):
    assert f"<span>{words}</span>" in number_html([part(probability)])
    assert f"<i>{words}</i>" in boxes_html([part(probability)], 100, 100, 5)


def test_what_is_no_digit_has_a_question_mark_in_its_box_and_in_the_list():
    assert "<b>?</b>" in number_html([part(0.9, is_digit=False)])
    assert "<b>?</b>" in boxes_html([part(0.9, is_digit=False)], 100, 100, 5)

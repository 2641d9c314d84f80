import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.how_it_works.tables import INK, PAPER, _mix, _readable_on, number, pixel_cells, signed_cells


def luminance(color):
    """WCAG 2's relative luminance."""
    shares = np.array(color) / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@given(st.floats(0, 1))
def test_a_pixels_number_can_be_read_on_its_shade(ink):
    for start, end in ((PAPER, INK), (INK, PAPER)):
        shade = _mix(start, end, ink)
        text = {"#000": 0.0, "#fff": 1.0}[_readable_on(shade)]
        light, dark = sorted((luminance(shade), text), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize(
    ("value", "places", "words"),
    [(0, 2, "0.00"), (-0.001, 2, "0.00"), (-0.0041, 5, "−0.00410"), (-120, 0, "−120")],
)
def test_a_number_has_its_decimals_and_a_true_minus_sign(value, places, words):
    assert number(value, places) == words


def test_cells_are_in_their_rows_with_their_signs_and_one_form():
    table = signed_cells(np.array([[1.5, -1.5], [0, 0.25]], np.float32), "Weights", 2)
    assert table.count("<tr>") == 2
    assert "−1.50" in table
    assert ">0.00<" in table
    assert ">255<" in pixel_cells(np.full((1, 1), 255, np.float32), 255, "Pixels", 0)
    assert ">1.00<" in pixel_cells(np.ones((1, 1), np.float32), 1, "Pixels", 2)


def test_a_table_of_nothing_but_zeros_has_no_color():
    assert "0%, transparent" in signed_cells(np.zeros((3, 3), np.float32), "Products", 2)

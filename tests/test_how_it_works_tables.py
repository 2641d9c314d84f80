import re

import numpy as np
import pytest

from cnn.plots.palette import luminance
from ui.how_it_works.tables import number, pixel_table, readable_on, signed_table


def test_the_number_of_a_pixel_can_be_read_on_its_shade():
    for gray in range(256):
        text = {"#000": 0.0, "#fff": 1.0}[readable_on(gray)]
        light, dark = sorted((luminance([gray] * 3), text), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(0, 2, "0.00"), (-0.001, 2, "0.00"), (-0.0041, 5, "−0.00410"), (-120, 0, "−120")],
)
def test_a_number_has_its_decimals_and_a_real_minus_sign(value, decimals, text):
    assert number(value, decimals) == text


def test_cells_are_in_their_rows_with_their_signs():
    rows = signed_table(np.array([[1.5, -1.5], [0, 0.25]], np.float32), "Weights", 2).split("<tr>")
    assert [re.findall(r">([−\d.]+)<", row) for row in rows[1:]] == [
        ["1.50", "−1.50"],
        ["0.00", "0.25"],
    ]
    assert ">1.00<" in pixel_table(np.ones((1, 1), np.float32), 1, "Pixels", 2)
    assert "0%, transparent" in signed_table(np.zeros((3, 3), np.float32), "Products", 2)

import numpy as np
import pytest

from cnn.drawing.drawing import Drawing
from cnn.drawing.pen import image_from_strokes
from tests.pages import button, words
from tests.test_picture_input import go, open_method
from ui.draw.pixel_grid import EMPTY, cells_from_browser, picture_of_cells


def seven():
    cells = np.zeros((28, 28), np.uint8)
    cells[5, 8:19] = 1
    for row in range(6, 24):
        cells[row, 18 - (row - 5) // 3] = 1
    return cells


def text_of(cells):
    return "".join(map(str, cells.ravel()))


def test_what_the_browser_sends_becomes_cells():
    assert (cells_from_browser(text_of(seven())) == seven()).all()


@pytest.mark.parametrize(
    "value",
    [None, "", "1" * 783, "1" * 785, "2" * 784, "é" * 784, ["1"] * 784, 7, {"cells": EMPTY}],
)
def test_what_is_no_grid_gets_a_sentence(value):
    with pytest.raises(ValueError, match="Clear it and paint again"):
        cells_from_browser(value)


@pytest.mark.parametrize("ink", [1, 2, 3])
def test_lines_of_any_width_in_cells_get_the_width_of_mnists_pen(ink):
    cells = seven()
    for _ in range(ink - 1):
        cells |= np.roll(cells, 1, axis=1) | np.roll(cells, 1, axis=0)
    image = Drawing(picture=picture_of_cells(cells)).mnist_image
    drawn = image_from_strokes([[(8, 5), (18, 5), (12, 23)]])
    assert int(image.sum()) == pytest.approx(int(drawn.sum()), rel=0.4)


def test_a_grid_painted_full_is_dark_ink_all_the_same():
    image = Drawing(picture=picture_of_cells(np.ones((28, 28), np.uint8))).mnist_image
    assert (image[8:20, 8:20] == 255).all()


def test_what_was_painted_stays_when_the_grid_is_left_until_it_is_cleared():
    page = open_method("Pixels", painted_pixels=text_of(seven()))
    page = go(go(page, "Camera"), "Pixels")
    assert not page.exception
    assert "What the network sees" in words(page)
    page = button(page, "Clear").click().run()
    assert "Nothing yet" in words(page)
    assert button(page, "Clear").disabled


def test_a_browser_that_sends_something_else_gets_a_sentence_and_can_clear():
    page = open_method("Pixels", painted_pixels=None)
    assert not page.exception
    assert "no drawing" in page.error[0].value
    assert not button(page, "Clear").click().run().error

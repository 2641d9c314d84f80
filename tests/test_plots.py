import io
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image

from cnn.evaluation.accuracy import confusion_matrix
from cnn.evaluation.predictions import Predictions
from cnn.plots import confusion_matrix_figure, figure_bytes, gallery_figure
from tests.evaluated_run import answers

LABELS = np.arange(23, dtype=np.uint8) % 10


@pytest.fixture
def predictions():
    images = np.random.default_rng(0).integers(0, 256, (23, 28, 28), dtype=np.uint8)
    return Predictions(answers(LABELS, wrong=[4]), LABELS, images)


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_each_digit_is_drawn_with_its_answer_and_mistakes_with_the_truth(predictions):
    figure = gallery_figure(predictions, np.array([4, 0]), title="My run")
    mistake, right = texts(figure)
    assert mistake.startswith("✗ 5, really 4\n")
    assert right.startswith("✓ 0\n")
    assert right.endswith(" %")
    assert figure.axes[0].get_title(loc="left") == "My run"


def test_pictures_stand_in_the_order_asked_for_ten_in_a_row(predictions):
    order = np.arange(23)[::-1]
    mosaic = np.asarray(gallery_figure(predictions, order).axes[0].images[0].get_array())
    assert mosaic.shape == (3 * 42, 10 * 42)
    second_row_third = mosaic[42 : 42 + 28, 2 * 42 + 7 : 2 * 42 + 35]
    assert np.array_equal(second_row_third, predictions.images[order[12]])


def test_nothing_to_draw_is_said(predictions):
    with pytest.raises(ValueError, match="no digits to draw"):
        gallery_figure(predictions, np.array([], int))


def test_the_matrix_shows_each_count_that_is_not_zero(predictions):
    matrix = confusion_matrix(predictions)
    figure = confusion_matrix_figure(matrix)
    assert texts(figure) == [str(count) for count in matrix.ravel() if count]
    shades = np.asarray(figure.axes[0].images[0].get_array())
    assert shades[4, 5] == shades.max()  # the one mistake outshines the diagonal


@pytest.mark.parametrize("draw", ["gallery", "matrix"])
def test_pictures_are_png_and_svg_files(predictions, draw):
    figure = (
        gallery_figure(predictions, np.arange(23))
        if draw == "gallery"
        else confusion_matrix_figure(confusion_matrix(predictions))
    )
    with Image.open(io.BytesIO(figure_bytes(figure, "png"))) as picture:
        assert picture.format == "PNG"
        assert picture.width >= 960
    assert ElementTree.fromstring(figure_bytes(figure, "svg")).tag.endswith("svg")


def test_another_format_is_refused_with_those_there_are(predictions):
    with pytest.raises(ValueError, match="png or svg, not 'exe'"):
        figure_bytes(gallery_figure(predictions, np.array([0])), "exe")


def test_matplotlib_is_only_imported_to_draw_and_pyplot_never():
    code = """
import sys, numpy as np
import cnn.evaluation.accuracy
from cnn import plots
assert "matplotlib" not in sys.modules and "sklearn" not in sys.modules
plots.figure_bytes(plots.confusion_matrix_figure(np.eye(10, dtype=int)), "png")
assert "matplotlib" in sys.modules and "matplotlib.pyplot" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)

import io
import re
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image

from cnn.evaluation.history import History
from cnn.evaluation.metrics import class_metrics, confidence_bins, reliability_diagram
from cnn.evaluation.predictions import Predictions
from cnn.explanation.explain import LayerMaps, Neighbor
from cnn.plots.explanation import Explanation, explanation_figure
from cnn.plots.figure import picture_bytes
from cnn.plots.gallery import gallery_figure
from cnn.plots.palette import THEMED
from tests.evaluated_run import predictions_of
from tests.test_imports import IMPORTS, PROJECT
from ui.predictions.charts import class_chart, confidence_chart, reliability_chart, saved
from ui.predictions.heat_maps import confusion_chart, difference_chart
from ui.shared.navigation import stylesheet

LABELS = np.arange(23, dtype=np.uint8) % 10


@pytest.fixture
def predictions():
    return predictions_of(LABELS, wrong=[4])


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_each_digit_is_drawn_with_its_prediction_and_mistakes_with_the_true_label(predictions):
    figure = gallery_figure(predictions, np.array([4, 0]), title="My run")
    mistake, right = texts(figure)
    assert mistake.startswith("✗ 5, true label 4\n")
    assert right.startswith("✓ 0\n")
    assert right.endswith("%")
    assert figure.axes[0].get_title(loc="left") == "My run"


def test_pictures_stand_in_the_order_asked_for_ten_in_a_row(predictions):
    order = np.arange(23)[::-1]
    mosaic = np.asarray(gallery_figure(predictions, order).axes[0].images[0].get_array())
    assert mosaic.shape == (3 * 42, 10 * 42)
    second_row_third = mosaic[42 : 42 + 28, 2 * 42 + 7 : 2 * 42 + 35]
    assert np.array_equal(second_row_third, predictions.images[order[12]])


HISTORY = History((1, 2), np.full((2, 10), 0.1, np.float32))
MAPS = np.full((20, 6, 6), 99, np.uint8)


def explanation(history=None, neighbors=5, layers=2, kernels=True):
    image, filters = np.eye(28, dtype=np.uint8) * 255, np.ones((20, 1, 3, 3), np.float32)
    explained = Explanation(
        Predictions(np.linspace(0, 0.2, 10)[None], np.array([3]), image[None]),
        number=0,
        importance=np.zeros((28, 28), np.float32),
        neighbors=[Neighbor(image, one, 1.0) for one in range(neighbors)],
        layers=[LayerMaps(f"convolution_{n}", MAPS, tuple(range(20))) for n in (1, 2)[:layers]],
        kernels={"convolution_1": filters} if kernels else {},
        history=history,
    )
    return explanation_figure(explained, "My run")


def test_an_explanation_says_what_was_predicted_and_shows_each_layer():
    axes = explanation(HISTORY).axes
    assert {"✗ 9, true label 3", "From epoch to epoch"} <= {one.get_title() for one in axes}
    assert [one.get_title(loc="left") for one in axes][-2:] == ["Convolution 1", "Convolution 2"]
    assert len([one for one in axes if one.images]) == 6  # with neighbors and kernels


KINDS = ("correct", "mistakes")
FIGURES = {
    "gallery": lambda predictions: gallery_figure(predictions, np.arange(23)),
    "matrix": lambda predictions: saved("Run", confusion_chart(predictions.confusion_matrix)),
    "difference": lambda predictions: saved("A\nB", difference_chart(np.diag([1, -2] * 5))),
    "classes": lambda predictions: saved(
        "Run", class_chart(class_metrics(predictions.confusion_matrix), 0.95)
    ),
    "calibration": lambda predictions: saved(
        "Run", reliability_chart(reliability_diagram(predictions))
    ),
    "confidence": lambda predictions: saved(
        "Run", *(confidence_chart(confidence_bins(predictions, 20), k) for k in KINDS)
    ),
    "explanation": lambda _: explanation(HISTORY),
    "explanation without kernels": lambda _: explanation(layers=1, neighbors=1, kernels=False),
    "explanation without layers": lambda _: explanation(layers=0, neighbors=0),
}


@pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES)
def test_every_figure_is_a_png_file(predictions, draw):
    with Image.open(io.BytesIO(picture_bytes(draw(predictions), "png"))) as picture:
        assert picture.format == "PNG"
        assert picture.width >= 800


@pytest.mark.parametrize("which", ["gallery", "matrix"])
def test_a_figure_and_a_chart_can_be_svg_files_too(predictions, which):
    content = picture_bytes(FIGURES[which](predictions), "svg")
    assert ElementTree.fromstring(content).tag.endswith("svg")
    assert b"currentColor" not in content  # which is black outside of a page


def test_matplotlib_is_only_imported_to_draw_and_pyplot_never():
    modules = [f"cnn.plots.{name}" for name in ("explanation", "gallery")]
    code = f"import sys, {', '.join(modules)}; sys.exit('matplotlib' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
    importers = {module for module, names in IMPORTS.items() if "matplotlib.pyplot" in names}
    assert importers == {"cnn.training.tutorial"}  # which the app never imports


def test_the_stylesheet_and_streamlits_theme_have_the_palettes_colors():
    config = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text())["theme"]
    themes = [
        {"primary": theme["primaryColor"], "background": theme["backgroundColor"]}
        | {"surface": theme["secondaryBackgroundColor"], "border": theme["borderColor"]}
        for theme in (config["light"], config["dark"])
    ]
    for name in themes[0]:
        assert tuple(theme[name] for theme in themes) == THEMED[name]
    assert "--correct: light-dark(#15703a, #74d693)" in stylesheet()
    assert ".tile" in stylesheet()


def test_every_variable_of_a_stylesheet_is_declared():
    files = [file for kind in ("css", "js", "py") for file in PROJECT.glob(f"ui/**/*.{kind}")]
    text = "\n".join(file.read_text("utf-8") for file in files)
    used = set(re.findall(r"var\(--(?!st-)([\w-]+)", text))
    assert used <= set(THEMED) | set(re.findall(r"(?<!var\()--([\w-]+)", text))

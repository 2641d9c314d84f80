import io
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image

from cnn.evaluation.history import History
from cnn.explanation.explain import LayerMaps, Neighbor
from cnn.plots.explanation import Explanation, explanation_figure
from cnn.plots.figure import figure_bytes


def explained(history=None, neighbors=5, layers=2, kernels=True):
    image = np.eye(28, dtype=np.uint8) * 255
    maps = np.full((20, 6, 6), 99, np.uint8)[:16]
    filters = {"convolution_1": np.ones((20, 1, 3, 3), np.float32)}
    return Explanation(
        number=7,
        image=image,
        label=3,
        probabilities=np.linspace(0, 0.2, 10, dtype=np.float32),
        importance=np.zeros((28, 28), np.float32),
        neighbors=tuple(Neighbor(image, one, 1.0) for one in range(neighbors)),
        layers=tuple(
            LayerMaps(f"convolution_{number}", 20, maps, tuple(range(16)))
            for number in range(1, layers + 1)
        ),
        kernels=filters if kernels else {},
        history=history,
    )


HISTORY = History((1, 2), np.full((2, 10), 0.1, np.float32))


@pytest.mark.parametrize(
    "options",
    [
        {"history": HISTORY},
        {"neighbors": 0, "kernels": False},
        {"layers": 1, "neighbors": 1},
        {"layers": 0},
    ],
)
def test_an_explanation_is_a_png_and_an_svg_with_whatever_there_is(options):
    figure = explanation_figure(explained(**options), "My run")
    with Image.open(io.BytesIO(figure_bytes(figure, "png"))) as picture:
        assert (picture.format, picture.width) == ("PNG", 1600)
    assert ElementTree.fromstring(figure_bytes(figure, "svg")).tag.endswith("svg")


def test_the_picture_says_what_was_read_and_shows_each_map():
    figure = explanation_figure(explained(HISTORY), "My run")
    titles = [axes.get_title() for axes in figure.get_axes()]
    assert "✗ 9, true label 3" in titles
    assert "From epoch to epoch" in titles
    images = [axes for axes in figure.get_axes() if axes.images]
    assert len(images) == 2 + 5 + 16 + 16 + 16  # neighbors, kernels, two layers

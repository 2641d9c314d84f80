import re

import pytest

from cnn.hyperparameters import Hyperparameters
from cnn.network.layers import Layer, layer_table, total_parameters
from cnn.presets import PRESETS
from tests.pages import open_script
from ui.shared.network_diagram import MAX_MAPS, network_html

DEEP = Hyperparameters(
    filters=(16, 16, 128, 1, 1, 1),
    padding="same",
    pool_after=(1, 2, 3, 4),
    batch_normalization=True,
    global_average_pooling=True,
    dense_units=1000,
    dropout=0.5,
    scale_pixels=True,
)
TABLE = """
import streamlit as st
from cnn.network.layers import layer_table
from ui.shared.network_diagram import show_layer_table

show_layer_table(layer_table(st.session_state["values"]))
"""


def texts(html):
    """What is written in the picture, in order."""
    return re.findall(r">([^<>]+)<", html)


def test_every_shown_layer_is_named_with_its_size_in_order_and_described_the_same():
    html = network_html(layer_table(DEEP))
    names, sizes = texts(html)[::2], texts(html)[1::2]
    assert list(zip(names, sizes, strict=True)) == [
        ("Image", "28×28"),
        ("Convolution 1", "16 maps 28×28"),
        ("Pooling 1", "16 maps 14×14"),
        ("Convolution 2", "16 maps 14×14"),
        ("Pooling 2", "16 maps 7×7"),
        ("Convolution 3", "128 maps 7×7"),
        ("Pooling 3", "128 maps 3×3"),
        ("Convolution 4", "3×3"),
        ("Pooling 4", "1×1"),
        ("Convolution 5", "1×1"),
        ("Convolution 6", "1×1"),
        ("Global average pooling", "1"),
        ("Dense", "1,000"),
        ("Output", "10"),
    ]
    spoken = ", then ".join(map(" ".join, zip(names, sizes, strict=True)))
    assert f'aria-label="{spoken}"' in html
    assert texts(network_html(layer_table(PRESETS["article"])))[-4:] == [
        "Flatten", "4,608", "Output", "10",
    ]  # fmt: skip


def test_the_name_of_a_layer_is_never_markup():
    html = network_html((Layer('convolution_"><script>', "Conv2D", (3, 3, 2), 0),))
    assert '"><script>' not in html
    assert "Convolution &quot;&gt;&lt;script&gt; 2 maps 3×3" in html


def test_blocks_have_the_proportion_of_their_feature_maps():
    def width(side):
        html = network_html((Layer("convolution_1", "Conv2D", (side, side, 1), 0),))
        return float(re.findall(r"width:(\d+)px", html)[-1])

    assert width(28) == pytest.approx(2 * width(14), abs=2)
    assert width(1) >= 4  # still to be seen


@pytest.mark.parametrize(("maps", "drawn"), [(1, 1), (2, 2), (10, 10), (128, MAX_MAPS)])
def test_each_map_is_drawn_up_to_ten(maps, drawn):
    html = network_html((Layer("convolution_1", "Conv2D", (5, 5, maps), 0),))
    assert html.rpartition("box-shadow")[2].count("px -") == 2 * (drawn - 1)


def test_the_layer_table_names_what_keras_builds():
    layers = layer_table(DEEP)
    page = open_script(TABLE, values=DEEP)
    header, _, *rows = page.markdown[0].value.splitlines()
    assert header == "| Layer | Output shape | Parameters |"
    assert len(rows) == len(layers) + 1
    assert "BatchNormalization" in rows[2]
    assert rows[2].endswith("| 28 × 28 × 16 | 64 |")
    assert rows[-2].endswith("| 10 | 10,010 |")
    assert rows[-1] == f"| **Total** | | **{total_parameters(layers):,}** |"

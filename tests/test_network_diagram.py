from html.parser import HTMLParser

import pytest
from streamlit.testing.v1 import AppTest

from cnn.hyperparameters import Hyperparameters
from cnn.network.layers import Layer, layer_table, total_parameters
from cnn.presets import PRESETS
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


class Picture(HTMLParser):
    """The texts, the tags and the description of a network's picture."""

    def __init__(self, html):
        super().__init__()
        self.texts, self.styles, self.label, self.open, self.tags = [], [], "", [], set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.tags.add(tag)
        self.label = values.get("aria-label", self.label)
        self.styles.append(values.get("style") or "")
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def test_every_shown_layer_is_named_with_its_size_in_order():
    picture = Picture(network_html(layer_table(DEEP)))
    assert list(zip(picture.texts[::2], picture.texts[1::2], strict=True)) == [
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


@pytest.mark.parametrize("preset", PRESETS)
def test_the_picture_is_described_for_those_who_do_not_see_it(preset):
    picture = Picture(network_html(layer_table(PRESETS[preset])))
    names, sizes = picture.texts[::2], picture.texts[1::2]
    pairs = [f"{name} {size}" for name, size in zip(names, sizes, strict=True)]
    assert picture.label == ", then ".join(pairs)
    assert picture.label.startswith("Image 28×28, then Convolution 1 ")
    assert picture.open == []


def test_flattened_maps_are_shown_with_their_numbers():
    picture = Picture(network_html(layer_table(PRESETS["article"])))
    assert picture.texts[-4:] == ["Flatten", "4,608", "Output", "10"]


@pytest.mark.parametrize(
    "evil", ['<script>alert("1")</script>', '"><img src=x onerror="y()">', "&"]
)
def test_what_a_layer_is_called_is_never_markup(evil):
    layer = Layer(f"convolution_{evil}", "Conv2D", (3, 3, 2), 0)
    picture = Picture(network_html((layer,)))
    assert picture.tags == {"div", "span", "br"}
    assert picture.texts[2] == f"Convolution {evil}"
    assert picture.label == f"Image 28×28, then Convolution {evil} 2 maps 3×3"


def test_blocks_have_the_proportion_of_their_feature_maps():
    def width(layer):
        styles = Picture(network_html((layer,))).styles
        (_, block) = (style for style in styles if style.startswith("width:"))
        return float(block.removeprefix("width:").partition("px")[0])

    whole, half = (width(Layer("convolution_1", "Conv2D", (size, size, 1), 0)) for size in (28, 14))
    assert whole == pytest.approx(2 * half, abs=2)
    assert width(Layer("convolution_1", "Conv2D", (1, 1, 1), 0)) >= 4  # still to be seen


@pytest.mark.parametrize(("maps", "drawn"), [(1, 1), (2, 2), (10, 10), (128, MAX_MAPS)])
def test_each_map_is_drawn_up_to_ten(maps, drawn):
    layer = Layer("convolution_1", "Conv2D", (5, 5, maps), 0)
    *_, block = (style for style in Picture(network_html((layer,))).styles if "box-shadow" in style)
    assert block.count("px -") == 2 * (drawn - 1)


def test_the_layer_table_names_what_keras_builds():
    layers = layer_table(DEEP)
    page = AppTest.from_function(show, kwargs={"layers": layers}).run()
    header, _, *rows = page.markdown[0].value.splitlines()
    assert header == "| Layer | Output shape | Parameters |"
    assert len(rows) == len(layers) + 1
    assert "BatchNormalization" in rows[2]
    assert rows[2].endswith("| 28 × 28 × 16 | 64 |")
    assert rows[-2].endswith("| 10 | 10,010 |")
    assert rows[-1] == f"| **Total** | | **{total_parameters(layers):,}** |"


def show(layers):
    from ui.shared.layer_table import show_layer_table

    show_layer_table(layers)

import re

import numpy as np
import pytest

from cnn.explanation.explain import LayerMaps, Neighbor
from cnn.plots.colormaps import activation_picture, occlusion_picture, weight_picture
from cnn.plots.palette import NEGATIVE, NEUTRAL, POSITIVE, THEMED, luminance, rgb
from tests.pictures import pictures
from ui.shared.explanation import feature_maps
from ui.shared.explanation.nearest import nearest_html
from ui.shared.explanation.occlusion import map_html


def test_ink_is_blue_for_the_digit_orange_against_it_and_transparent_where_there_is_none():
    image, importance = np.zeros((28, 28), np.uint8), np.zeros((28, 28), np.float32)
    image[2, 2:5] = 255
    importance[2, 2:5] = [0.5, -0.5, 0]
    picture = occlusion_picture(image, importance)
    assert [tuple(picture[2, column]) for column in (2, 3, 4)] == [
        (*rgb(POSITIVE), 255),
        (*rgb(NEGATIVE), 255),
        (*rgb(NEUTRAL), 255),
    ]
    assert picture[..., 3].sum() == 3 * 255


@pytest.mark.parametrize("color", [POSITIVE, NEGATIVE, NEUTRAL])
def test_the_colors_of_ink_stand_out_from_light_and_dark_tiles(color):
    for tile in THEMED["tile"]:
        darker, lighter = sorted([luminance(rgb(color)), luminance(rgb(tile))])
        assert (lighter + 0.05) / (darker + 0.05) >= 3


def test_where_the_ink_mattered_is_also_in_words():
    image, importance = np.full((28, 28), 9, np.uint8), np.zeros((28, 28), np.float32)
    assert "No ink is positive for 8" in map_html(image, importance, 8)
    importance[1, 27] = 0.3
    text = map_html(image, importance, 8)
    assert "The ink at the top on the right is the most positive for 8." in text
    assert "No patch" not in text


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ([8] * 5, "All of them are an 8."),
        ([8, 3, 3, 3, 3], "1 of them is an 8."),
        ([8, 8, 3, 3, 3], "2 of them are an 8."),
        ([3] * 5, "None of them is an 8."),
    ],
)
def test_how_many_of_the_nearest_are_the_prediction_is_said(labels, sentence):
    neighbors = [Neighbor(np.zeros((28, 28), np.uint8), one, 1.0) for one in labels]
    assert sentence in nearest_html(neighbors, 8)


def test_each_layer_has_a_sentence_and_brighter_tiles_where_it_responds():
    maps = np.zeros((2, 4, 4), np.uint8)
    maps[0, 1, 1] = 255
    layers = [LayerMaps(f"convolution_{number}", maps, (0, 1)) for number in (1, 2, 3)]
    text = feature_maps.maps_html(layers)
    meanings = re.findall(r"<div>([^<]+)</div>", text)
    assert len(set(meanings)) == 3
    first = pictures(text)[0].sum(axis=2)
    assert first[1, 1] == first.max() > 3 * first[0, 0]
    many = LayerMaps("convolution_1", np.repeat(maps, 20, axis=0), tuple(range(40)))
    assert "40 maps of 4×4, the 16 most active" in feature_maps.maps_html([many])
    assert len(pictures(feature_maps.maps_html([many]))) == 16


LAYERS = [
    LayerMaps("convolution_1", np.arange(32, dtype=np.uint8).reshape(2, 4, 4), (1, 0)),
    LayerMaps("convolution_2", np.full((1, 2, 2), 9, np.uint8), (0,)),
]
KERNELS = {
    "convolution_1": np.stack([np.full((1, 3, 3), -1), np.eye(3)[None]]).astype(np.float32),
    "convolution_2": np.stack([np.zeros((5, 5)), np.full((5, 5), 2)])[None].astype(np.float32),
}


def test_the_first_layers_filters_are_above_their_own_maps_and_the_others_are_counted():
    text = feature_maps.maps_html(LAYERS, KERNELS)
    first, heat, second, _, deep = pictures(text)
    assert first.shape == (3, 3, 3)  # of filter 2, which made the first map
    assert tuple(first[1, 1]) == rgb(POSITIVE)
    assert tuple(second[0, 0]) == rgb(NEGATIVE)
    assert (heat.shape, deep.shape) == ((4, 4, 3), (2, 2, 3))
    assert re.findall(r'"number">(\d)<', text) == ["2", "1", "1"]
    assert "the 3×3 weights of its filter" in text
    assert "2 kernels of 5×5" in text


def test_a_map_is_computed_from_the_maps_before_the_largest_kernels_first():
    text = feature_maps.one_map_html(LAYERS[1], 0, LAYERS[0], KERNELS["convolution_2"])
    assert "Map 1 of convolution 2: 2 kernels of 5×5 slide over the 2 maps" in text
    strongest, its_map, weakest, other_map, whole = pictures(text)
    assert tuple(strongest[0, 0]) == rgb(POSITIVE)
    assert tuple(weakest[0, 0]) == (238, 238, 242)
    heats = activation_picture(LAYERS[0].maps)
    assert np.array_equal(its_map, heats[0])  # of filter 2, whose kernel is the largest
    assert np.array_equal(other_map, heats[1])
    assert whole.shape == (2, 2, 3)


@pytest.mark.parametrize(("pool_after", "side"), [((), 4), ((1,), 2)])
def test_maps_are_pooled_where_the_network_does_whatever_their_sizes(pool_after, side):
    layers = {layer.name: layer for layer in LAYERS}  # 4×4 and 2×2: a stride of 2 does that too
    image = np.zeros((28, 28), np.uint8)
    inputs = feature_maps.inputs_of("convolution_2", layers, image, pool_after)
    assert inputs.maps.shape == (2, side, side)
    assert ("pooled" in inputs.name) == bool(pool_after)


def test_of_many_kernels_eight_are_shown():
    before = LayerMaps("convolution_1", np.zeros((12, 4, 4), np.uint8), tuple(range(12)))
    text = feature_maps.one_map_html(LAYERS[1], 0, before, np.ones((1, 12, 3, 3), np.float32))
    assert len(pictures(text)) == 2 * 8 + 1


@pytest.mark.parametrize("weight", [0, np.nan, np.inf, 1e30])
def test_weights_of_any_size_give_kernels_that_can_be_shown(weight):
    picture = weight_picture(np.full((2, 3, 3), weight, np.float32))
    assert picture.shape == (2, 3, 3, 3)
    assert picture.dtype == np.uint8

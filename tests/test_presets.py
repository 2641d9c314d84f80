from dataclasses import replace

import pytest

from cnn.hyperparameters import Hyperparameters
from cnn.network.layers import layer_table, total_parameters
from cnn.presets import PRESETS, TUTORIAL_TEST_ACCURACY, label_of, preset, preset_name


def test_article_is_the_tutorial():
    article = preset("article")
    layers = layer_table(article)
    assert [layer.kind for layer in layers] == ["Conv2D", "Conv2D", "Flatten", "Dense"]
    assert total_parameters(layers) == 47_410
    assert (article.optimizer, article.learning_rate) == ("adam", 0.001)  # Keras's own
    assert (article.batch_size, article.epochs, article.training_images) == (32, 5, 55_000)
    off = ("scale_pixels", "weight_decay", "label_smoothing", "early_stopping", "dropout")
    assert not any(getattr(article, name) for name in off)
    assert article == Hyperparameters()
    assert TUTORIAL_TEST_ACCURACY == 0.9706


def test_accurate_has_at_most_50000_parameters():
    assert total_parameters(layer_table(preset("accurate"))) <= 50_000


def test_presets_have_labels():
    assert [label_of(name) for name in PRESETS] == ["Tutorial", "Fast", "Accurate"]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_knows_its_name_and_its_layers_fit(name):
    assert preset_name(preset(name)) == name
    assert preset_name(replace(preset(name), seed=1)) == "custom"
    assert layer_table(preset(name))[-1].output_shape == (11 if name == "accurate" else 10,)


@pytest.mark.parametrize("name", ["", "Article", "custom", "../article"])
def test_an_unknown_preset_is_told_with_the_known_ones(name):
    with pytest.raises(ValueError, match=rf"^There is no preset '{name}'\.") as error:
        preset(name)
    assert str(error.value).endswith("Choose one of: article, fast, accurate.")

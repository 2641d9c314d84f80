from dataclasses import replace

import pytest

from cnn.hyperparameters import Hyperparameters
from cnn.network.layers import layer_table, total_parameters
from cnn.presets import PRESETS, label_of, preset_name


def test_article_is_the_tutorial():
    article = PRESETS["article"]
    layers = layer_table(article)
    assert [layer.kind for layer in layers] == ["Conv2D", "Conv2D", "Flatten", "Dense"]
    assert total_parameters(layers) == 47_410
    assert (article.optimizer, article.learning_rate) == ("adam", 0.001)  # Keras's own
    assert (article.batch_size, article.epochs, article.training_images) == (32, 5, 55_000)
    off = ("scale_pixels", "weight_decay", "label_smoothing", "early_stopping", "dropout")
    assert not any(getattr(article, name) for name in off)
    assert article == Hyperparameters()


@pytest.mark.parametrize(
    ("name", "label", "outputs"),
    [("article", "Tutorial", 10), ("fast", "Fast", 10), ("accurate", "Accurate", 11)],
)
def test_a_preset_has_a_name_a_label_and_layers_that_fit(name, label, outputs):
    assert label_of(name) == label
    assert preset_name(PRESETS[name]) == name
    assert preset_name(replace(PRESETS[name], seed=1)) == "custom"
    assert layer_table(PRESETS[name])[-1].output_shape == (outputs,)
    assert total_parameters(layer_table(PRESETS[name])) <= 50_000

from dataclasses import replace

import pytest
from hypothesis import given

from cnn.hyperparameters import Hyperparameters, from_mapping
from cnn.network.layers import layer_table, total_parameters
from cnn.presets import (
    PRESETS,
    differences,
    from_settings,
    label_of,
    preset_name,
    short_name,
    to_settings,
)
from tests.test_hyperparameters import valid_values


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


@pytest.mark.parametrize(
    ("preset", "changes", "name"),
    [
        ("fast", {}, "Fast"),
        ("fast", {"learning_rate": 0.05, "filters": (8, 16, 32)},
         "Fast · 3 layers (8-16-32) · lr 0.05"),
        ("article", {"filters": (4, 4), "scale_pixels": True},
         "Tutorial · filters 4-4 · scaled pixels"),
        ("accurate", {"pool_after": (), "batch_normalization": False},
         "Accurate · pooling none · no batch normalization"),
        ("article", {"dropout": 0.1, "dense_units": 10, "optimizer": "lion", "epochs": 9, "seed": 1,
                     "batch_size": 64, "padding": "same"},
         "Tutorial · padding Same · dense units 10 · dropout 0.1 · optimizer Lion · "
         "batch 64 · 2 more"),
    ],
)  # fmt: skip
def test_a_run_is_named_after_its_preset_and_what_differs(preset, changes, name):
    values = replace(PRESETS[preset], **changes)
    assert differences(values, PRESETS[preset]) == changes
    assert short_name(values) == name


@given(valid_values())
def test_settings_in_an_address_give_the_same_hyperparameters(values):
    made = from_mapping(values)
    assert from_settings({"run": "other", **to_settings(made)}) == (made, [])


@pytest.mark.parametrize(
    ("settings", "sentence", "expected"),
    [
        ({"preset": "slow", "epochs": "2"}, "There is no preset 'slow'.", {"epochs": 2}),
        ({"epochs": "many", "dropout": "0.2"}, "epochs must be a valid integer", {"dropout": 0.2}),
        ({"filters": "8-0"}, "filters must be between 1 and 128, not 0.", {}),
        ({"pool_after": "5", "seed": "1"}, "pool_after is (5,), but there are 2", {"seed": 1}),
        ({"learning_rate": "9" * 5_000}, "learning_rate must be", {}),
    ],
)
def test_an_impossible_setting_is_told_and_the_presets_stands(settings, sentence, expected):
    values, problems = from_settings(settings)
    assert values == Hyperparameters(**expected)
    assert [problem[: len(sentence)] for problem in problems] == [sentence]
    assert len(problems[0]) < 200

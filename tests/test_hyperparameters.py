import dataclasses
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn import hyperparameters as hp
from cnn.hyperparameters import MAX_CONVOLUTIONS, SPECS, Hyperparameters
from cnn.presets import split_setting

NUMBERS = [name for name, spec in SPECS.items() if spec.kind in (int, float)]
INTEGERS = [name for name, spec in SPECS.items() if spec.kind is int]
BOOLS = [name for name, spec in SPECS.items() if spec.kind is bool]
LISTS = [name for name, spec in SPECS.items() if spec.is_list]
CHOICES = [name for name, spec in SPECS.items() if spec.choices]


def number_of(spec):
    if spec.kind is float:
        return st.floats(spec.minimum, spec.maximum)
    return st.integers(int(spec.minimum), int(spec.maximum))


@st.composite
def valid_values(draw):
    """Every hyperparameter with a value that it may have, as JSON has it."""
    values = {name: draw(number_of(SPECS[name])) for name in NUMBERS}
    values |= {name: draw(st.sampled_from(list(SPECS[name].choices))) for name in CHOICES}
    values |= {name: draw(st.booleans()) for name in BOOLS}
    filters = st.lists(number_of(SPECS["filters"]), min_size=1, max_size=MAX_CONVOLUTIONS)
    values["filters"] = draw(filters)
    layers = st.sets(st.integers(1, len(values["filters"])))
    values["pool_after"] = sorted(draw(layers))
    strides = draw(st.lists(number_of(SPECS["strides"]), max_size=len(values["filters"]) - 1))
    values["strides"] = [*strides, 2]
    return values


@given(valid_values())
def test_valid_values_survive_json_with_their_types(values):
    made = hp.from_mapping(values)
    again = hp.from_json(made.to_json())
    assert again == made
    assert hash(again) == hash(made)
    assert json.loads(made.to_json()) == values
    for name in SPECS:
        assert type(getattr(again, name)) is type(getattr(Hyperparameters(), name))


def test_every_hyperparameter_is_declared_whole():
    assert list(SPECS) == [field.name for field in dataclasses.fields(Hyperparameters)]
    assert sorted([*NUMBERS, *BOOLS, *LISTS, *CHOICES]) == sorted(SPECS)
    for spec in SPECS.values():
        assert spec.group in ("Network", "Training", "Data")
        assert spec.step in ("Prepare", "Layers", "Compile", "Fit")
        assert spec.label
        assert spec.help.endswith(".")
        assert all(spec.minimum <= step <= spec.maximum for step in spec.steps)


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize(("end", "toward"), [("minimum", -math.inf), ("maximum", math.inf)])
def test_the_limits_are_allowed_and_what_is_beyond_is_named(name, end, toward):
    limit = getattr(SPECS[name], end)
    assert getattr(Hyperparameters(**{name: limit}), name) == limit
    beyond = limit + math.copysign(1, toward) if name in INTEGERS else math.nextafter(limit, toward)
    with pytest.raises(ValueError, match=rf"^{name} must be between .+ and .+, not .+\.$"):
        hp.from_mapping({name: beyond})


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"padding": "full"}, "padding must be one of valid, same, not 'full'."),
        ({"activation": ["relu"]}, "activation must be a valid string, not ['relu']."),
        ({"epochs": 1.5}, "epochs must be a valid integer, not 1.5."),
        ({"epochs": None}, "epochs must be a valid integer, not None."),
        ({"epochs": 10**400}, "epochs must be between 1 and 100, not 1000"),
        ({"batch_size": 5000}, "batch_size must be between 1 and 1,024, not 5000."),
        ({"dropout": "much"}, "dropout must be a valid number, not 'much'."),
        ({"dropout": math.nan}, "dropout must be a finite number, not nan."),
        ({"scale_pixels": "perhaps"}, "scale_pixels must be a valid boolean, not 'perhaps'."),
        ({"filters": 3}, "filters must be a valid tuple, not 3."),
        ({"filters": [1, "x"]}, "filters[1] must be a valid integer, not 'x'."),
        ({"filters": []}, "filters must list 1 to 6 convolutions, not 0."),
        ({"filters": [8] * 7}, "filters must list 1 to 6 convolutions, not 7."),
        ({"filters": [8, 0]}, "filters must be between 1 and 128, not 0."),
        ({"pool_after": [1, 1]}, "pool_after must list each convolution once, in order, not (1,"),
        ({"pool_after": [2, 1]}, "pool_after must list each convolution once, in order, not (2,"),
        ({"pool_after": [3]}, "pool_after is (3,), but there are 2 convolutions."),
        ({"strides": [1, 1, 2]}, "strides are (1, 1, 2), but there are 2 convolutions."),
        ({"epoch": 3}, "epoch is unknown."),
    ],
    ids=str,
)
def test_what_is_impossible_is_told_in_a_sentence(values, sentence):
    with pytest.raises(ValueError, match=r"\.$") as error:
        hp.from_mapping(values)
    assert str(error.value).startswith(sentence)
    assert len(str(error.value)) < 150


def test_strides_of_1_at_the_end_may_be_left_out():
    assert Hyperparameters(strides=(1, 1, 1, 1)) == Hyperparameters()
    assert Hyperparameters(strides=(3, 1)).strides == (3,)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[]", "must be an object, not []."),
        ("", "Invalid JSON: "),
        ('{"epochs": }', "Invalid JSON: "),
        ("[" * 100_000, "Invalid JSON: "),
        ('{"epochs": NaN}', "epochs must be a valid integer, not "),
        ('{"epochs": "3"}', "epochs must be a valid integer, not '3'."),
        ('{"scale_pixels": 1}', "scale_pixels must be a valid boolean, not 1."),
    ],
    ids=lambda text: text[:20],
)
def test_a_damaged_file_is_told_in_a_sentence(text, sentence):
    with pytest.raises(ValueError, match=r"\.$") as error:
        hp.from_json(text)
    assert str(error.value).startswith(sentence)


def test_files_of_earlier_versions_still_open():
    old = hp.from_json('{"non_digits": true, "augmentation": "hands"}')
    assert old == Hyperparameters(reject_class=True, augmentation="handwriting")
    assert "hands" not in old.to_json()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("filters= 16, 8,", (16, 8)),
        ("filters=16-8", (16, 8)),
        ("strides=none", ()),
        ("filters=16", (16,)),
        ("pool_after=", ()),
        ("learning_rate=1e-4", 0.0001),
        ("scale_pixels=true", True),
        ("padding=same", "same"),
    ],
)
def test_a_setting_is_name_and_value(setting, value):
    name, text = split_setting(setting)
    values = hp.from_mapping({name: hp.parse_value(name, text)})
    assert getattr(values, name) == value
    again = hp.parse_value(name, hp.value_text(getattr(values, name)))
    assert hp.from_mapping({name: again}) == values


@pytest.mark.parametrize("setting", ["", "epoch", "=3", "epochs =3", "to_json=1"])
def test_what_is_no_setting_is_refused_with_the_names(setting):
    with pytest.raises(ValueError, match=r"is not a setting\. Write name=value") as error:
        split_setting(setting)
    assert str(error.value).startswith(repr(setting))
    assert ", epochs, " in str(error.value)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("optimizer", "sgd", "SGD with momentum"),
        ("scale_pixels", True, "yes"),
        ("filters", (16, 8), "16, 8"),
        ("pool_after", (), "none"),
        ("training_images", 55_000, "55,000"),
        ("learning_rate", 1e-5, "1e-05"),
        ("seed", 0, "0"),
    ],
)
def test_values_are_shown_as_text(name, value, text):
    assert SPECS[name].text(value) == text

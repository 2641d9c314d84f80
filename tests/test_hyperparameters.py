import dataclasses
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn import hyperparameters as hp
from cnn.hyperparameters import CHOICES, MAX_FILTERS, MAX_LAYERS, RANGES, Hyperparameters

WHOLE = {field.name for field in dataclasses.fields(Hyperparameters) if field.type is int}
NOT_FINITE = [math.nan, math.inf, -math.inf, 10**400, -(10**400)]

SWITCHES = ("batch_normalization", "global_average_pooling", "non_digits", "scale_pixels")


def values_of(field):
    limits = RANGES[field]
    if field in WHOLE:
        return st.integers(int(limits.minimum), int(limits.maximum))
    return st.floats(limits.minimum, limits.maximum)


@st.composite
def valid_values(draw):
    """Every field with a value it may have, as JSON would give it."""
    values = {field: draw(values_of(field)) for field in RANGES}
    values |= {field: draw(st.sampled_from(choices)) for field, choices in CHOICES.items()}
    values |= {field: draw(st.booleans()) for field in SWITCHES}
    count = st.integers(1, MAX_FILTERS)
    values["filters"] = draw(st.lists(count, min_size=1, max_size=MAX_LAYERS))
    layers = st.sets(st.integers(1, len(values["filters"])))
    values["pool_after"] = sorted(draw(layers))
    return values


@given(valid_values())
def test_valid_values_survive_json_with_their_types(values):
    made = hp.from_mapping(values)
    again = hp.from_json(made.to_json())
    assert again == made
    assert hash(again) == hash(made)
    for field in dataclasses.fields(Hyperparameters):
        assert type(getattr(again, field.name)) is type(getattr(Hyperparameters(), field.name))
    assert json.loads(made.to_json()) == values


def test_every_field_has_its_values_told_apart_from_the_impossible():
    fields = {field.name for field in dataclasses.fields(Hyperparameters)}
    assert set(RANGES) | set(CHOICES) | set(SWITCHES) | {"filters", "pool_after"} == fields


@pytest.mark.parametrize("field", RANGES)
@pytest.mark.parametrize("end", ["smallest", "largest"])
def test_the_ends_of_a_range_are_allowed_and_what_is_beyond_is_named(field, end):
    limit = getattr(RANGES[field], end)
    assert getattr(Hyperparameters(**{field: limit}), field) == limit
    toward = math.inf if end == "largest" else -math.inf
    step = 1 if end == "largest" else -1
    beyond = limit + step if field in WHOLE else math.nextafter(limit, toward)
    with pytest.raises(ValueError, match=rf"^{field} must be between .+ and .+, not .+\.$"):
        Hyperparameters(**{field: beyond})


def test_a_value_out_of_range_is_told_with_the_limits():
    with pytest.raises(ValueError, match=r"^batch_size must be between 1 and 1,024, not 5,000\.$"):
        Hyperparameters(batch_size=5000)


@pytest.mark.parametrize("field", CHOICES)
@pytest.mark.parametrize("value", ["", "RELU", "cubist", "adam "])
def test_a_word_that_is_no_choice_is_named_with_the_choices(field, value):
    with pytest.raises(ValueError, match=rf"^{field} must be one of .+, not '{value}'\.$") as error:
        Hyperparameters(**{field: value})
    assert ", ".join(CHOICES[field]) in str(error.value)


@pytest.mark.parametrize("field", RANGES)
@pytest.mark.parametrize("value", [True, None, "3", [3], {"a": 3}, 3 + 0j, *NOT_FINITE], ids=repr)
def test_what_is_no_number_is_refused_by_name(field, value):
    with pytest.raises(ValueError, match=rf"^{field} must be a number, not .{{1,50}}\.$"):
        Hyperparameters(**{field: value})


@pytest.mark.parametrize("field", sorted(WHOLE))
def test_a_fraction_is_refused_where_a_whole_number_is_meant(field):
    with pytest.raises(ValueError, match=rf"^{field} must be a whole number, not 1\.5\.$"):
        Hyperparameters(**{field: 1.5})


def test_a_whole_number_may_come_with_a_decimal_point():
    epochs = Hyperparameters(epochs=7.0).epochs
    assert (epochs, type(epochs)) == (7, int)


@pytest.mark.parametrize("field", SWITCHES)
@pytest.mark.parametrize("value", [0, 1, 1.0, "true", "", None, []])
def test_a_switch_is_true_or_false_and_nothing_like_it(field, value):
    with pytest.raises(ValueError, match=rf"^{field} must be true or false, not "):
        Hyperparameters(**{field: value})


@pytest.mark.parametrize("field", CHOICES)
@pytest.mark.parametrize("value", [0, None, True, ["relu"], b"relu"])
def test_a_choice_is_a_word(field, value):
    with pytest.raises(ValueError, match=rf"^{field} must be a word, not "):
        Hyperparameters(**{field: value})


@pytest.mark.parametrize("field", ["filters", "pool_after"])
@pytest.mark.parametrize("value", ["1", 1, None, {1: 1}, {1}, True])
def test_layers_are_a_list(field, value):
    with pytest.raises(ValueError, match=rf"^{field} must be a list of whole numbers, not "):
        Hyperparameters(**{field: value})


@pytest.mark.parametrize("field", ["filters", "pool_after"])
@pytest.mark.parametrize("item", [[1], (1,), "1", None, True, 1.5, *NOT_FINITE], ids=repr)
def test_each_layer_is_a_whole_number(field, item):
    with pytest.raises(ValueError, match=rf"^{field} must be a (whole )?number, not "):
        Hyperparameters(**{field: [item]})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"filters": []}, "filters must name 1 to 6 convolution layers, not 0."),
        ({"filters": [8] * 7}, "filters must name 1 to 6 convolution layers, not 7."),
        ({"filters": [8, 0]}, "Each convolution layer has 1 to 128 filters, not (8, 0)."),
        ({"filters": [129]}, "Each convolution layer has 1 to 128 filters, not (129,)."),
        ({"filters": [-1]}, "Each convolution layer has 1 to 128 filters, not (-1,)."),
        ({"pool_after": [1, 1]}, "pool_after must name each layer once, in order, not (1, 1)."),
        ({"pool_after": [2, 1]}, "pool_after must name each layer once, in order, not (2, 1)."),
        ({"pool_after": [0]}, "pool_after names a layer that is not there: (0,). There are 2 con"),
        ({"pool_after": [3]}, "pool_after names a layer that is not there: (3,). There are 2 con"),
    ],
    ids=str,
)
def test_impossible_layers_are_named(changes, sentence):
    with pytest.raises(ValueError, match="layer") as error:
        Hyperparameters(**changes)
    assert str(error.value).startswith(sentence)


def test_hyperparameters_cannot_be_changed_once_made():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Hyperparameters().epochs = 3


def test_an_unknown_name_is_told_with_the_known_ones():
    with pytest.raises(ValueError, match=r"^There is no hyperparameter 'epoch'\. Known: ") as error:
        hp.from_mapping({"epoch": 3, "filters": [8]})
    assert ", epochs, " in str(error.value)


@pytest.mark.parametrize("text", ["[]", "3", "null", '"filters"'])
def test_json_that_is_no_object_is_refused_in_words(text):
    with pytest.raises(ValueError, match="Hyperparameters must be a JSON object"):
        hp.from_json(text)


@pytest.mark.parametrize("text", ["", "{", '{"epochs": }', "\0"])
def test_text_that_is_no_json_is_a_value_error(text):
    with pytest.raises(ValueError, match="line 1 column"):
        hp.from_json(text)


@pytest.mark.parametrize("text", ['{"epochs": NaN}', '{"epochs": 1e999}', '{"epochs": true}'])
def test_json_numbers_that_are_none_are_refused(text):
    with pytest.raises(ValueError, match="epochs must be a number"):
        hp.from_json(text)


@pytest.mark.parametrize(
    ("setting", "field", "value"),
    [
        ("filters=16,8", "filters", (16, 8)),
        ("filters=16", "filters", (16,)),
        ("filters= 16, 8,", "filters", (16, 8)),
        ("pool_after=", "pool_after", ()),
        ("dropout=0.2", "dropout", 0.2),
        ("learning_rate=1e-4", "learning_rate", 0.0001),
        ("epochs=3", "epochs", 3),
        ("scale_pixels=true", "scale_pixels", True),
        ("scale_pixels=False", "scale_pixels", False),
        ("padding=same", "padding", "same"),
    ],
)
def test_a_setting_is_name_and_value(setting, field, value):
    name, parsed = hp.parse_setting(setting)
    assert name == field
    assert getattr(hp.merge(Hyperparameters(), {name: parsed}), field) == value


@pytest.mark.parametrize(
    "setting", ["", "epochs", "=3", "epoch=3", "epochs:3", "epochs =3", "to_json=1"]
)
def test_what_is_no_setting_is_refused_with_the_names(setting):
    with pytest.raises(ValueError, match=r"is not a setting\. Write name=value") as error:
        hp.parse_setting(setting)
    assert str(error.value).startswith(repr(setting))
    assert "epochs" in str(error.value).removeprefix(repr(setting))


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("epochs=", "epochs must be a number, not ''."),
        ("epochs=many", "epochs must be a number, not 'many'."),
        ("epochs=1.5", "epochs must be a whole number, not 1.5."),
        ("epochs=1e999", "epochs must be a number, not inf."),
        ("dropout=nan", "dropout must be a number, not nan."),
        ("filters=16,x", "filters must be a number, not 'x'."),
        ("filters=16;8", "filters must be a number, not '16;8'."),
        ("filters=,", "filters must name 1 to 6 convolution layers, not 0."),
        ("scale_pixels=yes", "scale_pixels must be true or false, not 'yes'."),
        ("padding=same=", "padding must be one of valid, same, not 'same='."),
    ],
)
def test_a_bad_value_in_a_setting_is_named(setting, sentence):
    with pytest.raises(ValueError, match="must") as error:
        hp.merge(Hyperparameters(), dict([hp.parse_setting(setting)]))
    assert str(error.value) == sentence


def test_merging_changes_what_is_named_and_keeps_the_rest():
    base = Hyperparameters(epochs=9, dropout=0.5)
    merged = hp.merge(base, {"epochs": 2, "filters": [4]})
    assert merged == dataclasses.replace(base, epochs=2, filters=(4,))
    assert base.epochs == 9


def test_merging_checks_the_values_together():
    with pytest.raises(ValueError, match="pool_after names a layer that is not there"):
        hp.merge(Hyperparameters(pool_after=(2,)), {"filters": [8]})
    with pytest.raises(ValueError, match="There is no hyperparameter 'layers'"):
        hp.merge(Hyperparameters(), {"layers": 3})

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn.data import mnist
from cnn.hyperparameters import SPECS, Hyperparameters, value_text
from cnn.presets import PRESETS
from cnn.runs import slots
from cnn.runs.training_time import training_seconds
from cnn.sweeps import store
from cnn.sweeps.space import (
    SweepPlan,
    Values,
    grid_size,
    parse_values,
    plan_size,
    possible_choices,
    with_choice,
)
from tests.networks import fits, networks

FAST = PRESETS["fast"]


def plan(space, method="grid", trials=20, base=FAST):
    return SweepPlan(base, {n: parse_values(n, t) for n, t in space.items()}, method, trials)


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        ("learning_rate", "0.001, 0.003,1e-3", Values(("0.001", "0.003"))),
        ("filters", "8-16,16-32", Values(("8-16", "16-32"))),
        ("pool_after", "none,5", Values(("none", "5"))),
        ("schedule", "constant,one_cycle", Values(("constant", "one_cycle"))),
        ("scale_pixels", "true,false", Values(("true", "false"))),
        ("learning_rate", "0.0001..0.1", Values((), 0.0001, 0.1, True)),
        ("weight_decay", "0..0.1", Values((), 0.0, 0.1, False)),
        ("batch_size", "16..64", Values((), 16, 64)),
    ],
)
def test_values_and_ranges_are_read_and_written_alike(name, text, values):
    assert parse_values(name, text) == values
    assert parse_values(name, values.text) == values


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("speed", "1,2", "'speed' is no hyperparameter. There are filters"),
        ("epochs", "0,2", "epochs must be between 1 and 100"),
        ("epochs", "1.5..3", "epochs must be a valid integer"),
        ("learning_rate", "0.1..0.001", "from a smaller number to a larger one"),
        ("learning_rate", "0.1..nan", "learning_rate must be"),
        ("learning_rate", "0.1..11", "between 1e-06 and 10"),
        ("learning_rate", "0.1..0.2..0.3", "from a smaller number"),
        ("filters", "8..16", "filters has no numbers to take a range of"),
        ("scale_pixels", "false..true", "no numbers to take a range of"),
        ("schedule", "steep", "schedule must be one of constant, one_cycle"),
        ("epochs", "", "epochs must be a valid integer"),
    ],
)
def test_impossible_values_and_ranges_are_refused_with_a_sentence(name, text, sentence):
    with pytest.raises(ValueError, match=sentence):
        parse_values(name, text)


@given(st.sampled_from(list(SPECS)), st.text("0123456789.,-enoastru", max_size=20))
def test_any_text_is_read_or_refused(name, text):
    try:
        values = parse_values(name, text)
    except ValueError:
        return
    assert parse_values(name, values.text) == values


@given(networks().filter(fits), networks())
def test_whatever_two_networks_have_can_be_chosen(first, second):
    texts = {name: value_text(getattr(first, name)) for name in SPECS}
    for name, text in texts.items():
        other = value_text(getattr(second, name))
        assert set(parse_values(name, f"{text},{other}").choices) == {text, other}
    assert with_choice(Hyperparameters(), texts) == first


def test_a_grid_counts_the_networks_that_can_be_built():
    grid = plan({"filters": "8,8-16,16-32", "kernel_size": "3,5,7"})
    assert grid_size(grid.space) == 9
    # Of one convolution there is no second one to pool after, and a kernel of 7 leaves too little.
    assert plan_size(grid) == len(possible_choices(grid.base, grid.space)) == 6
    assert plan_size(replace(grid, method="random", trials=4)) == 4
    assert plan_size(replace(grid, method="tpe", trials=40)) == 6
    assert plan_size(plan({"learning_rate": "0.001..0.1"}, "tpe", 40)) == 40


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (({},), "at least one hyperparameter several values"),
        (({"epochs": "2"},), "at least one hyperparameter several values"),
        (({"learning_rate": "0.001..0.1"},), "needs single values of learning_rate"),
        (({"seed": ",".join(map(str, range(40))), "epochs": ",".join(map(str, range(1, 41)))},),
         "1,600 combinations are too many: 1,000 at most"),
        (({"epochs": "1,2"}, "tpe", 0), "1 to 1,000 trials, not 0"),
        (({"epochs": "1,2"}, "random", 1001), "1 to 1,000 trials, not 1,001"),
        (({"filters": "8,16"},), "None of these combinations makes a network"),
    ],
)  # fmt: skip
def test_an_impossible_plan_is_refused_with_a_sentence_and_leaves_nothing(bad, sentence, runs_dir):
    with pytest.raises(ValueError, match=sentence):
        store.create(plan(*bad), runs_dir)
    assert store.list_sweeps(runs_dir) == []


def test_the_time_of_a_sweep_is_that_of_its_runs_on_all_slots(monkeypatch):
    monkeypatch.setattr(slots, "slot_count", lambda: 2)
    images = mnist.find_source()[0].training_images
    each = [training_seconds(replace(FAST, epochs=epochs), images) for epochs in (2, 10)]
    assert store.estimate_seconds(plan({"epochs": "2,10"}), []) == pytest.approx(sum(each) / 2)
    drawn = store.estimate_seconds(plan({"epochs": "2..10"}, "random", 50), [])
    assert drawn == pytest.approx(sum(each) / 2 * 50 / 2, rel=0.1)

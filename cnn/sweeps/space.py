"""What a sweep tries: values or a range for each hyperparameter, and how it chooses of them."""

import random
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import product
from math import inf, prod
from typing import Any, Literal

from cnn import hyperparameters as hp
from cnn.hyperparameters import SPECS, Hyperparameters
from cnn.network.layers import layer_table

MAX_RUNS = 1_000
LOG_SCALE = ("learning_rate", "weight_decay")  # what counts is how many times larger
SAMPLES = 100  # choices that stand for the others where there are more than `MAX_RUNS`
RANGE = ".."


@dataclass(frozen=True)
class Values:
    """Single values in their text form, or else all numbers from `low` to `high`, both included."""

    choices: tuple[str, ...] = ()
    low: int | float = 0
    high: int | float = 0
    is_log: bool = False

    @property
    def text(self) -> str:
        """The form that `parse_values` reads."""
        return ",".join(self.choices) or RANGE.join(map(hp.value_text, (self.low, self.high)))


Space = dict[str, Values]
Choice = Mapping[str, Any]  # a value for each name: text, or a number of a range


def parse_values(name: str, text: str) -> Values:
    """Return what "0.001,0.003", "0.0001..0.1" or, for lists, "8-16,16-32" says of one name.

    Raises:
        ValueError: the name is unknown, or a value is impossible.
    """
    if name not in SPECS:
        raise ValueError(f"{name[:40]!r} is no hyperparameter. There are {', '.join(SPECS)}.")
    items = text.split(RANGE if RANGE in text else ",", MAX_RUNS)
    # Checked with many convolutions, since strides and pool_after name single ones.
    most = {"filters": (1,) * hp.MAX_CONVOLUTIONS}
    values = [
        getattr(hp.from_mapping({**most, name: hp.parse_value(name, item.strip())}), name)
        for item in items
    ]
    if RANGE not in text:
        return Values(tuple(dict.fromkeys(map(hp.value_text, values))))
    if SPECS[name].kind not in (int, float):
        raise ValueError(f"{name} has no numbers to take a range of. List its values instead.")
    if len(values) > 2 or values[0] >= values[1]:
        raise ValueError(f"The range of {name} must go from a smaller number to a larger one.")
    low, high = values
    return Values((), low, high, is_log=name in LOG_SCALE and low > 0)


@dataclass(frozen=True)
class SweepPlan:
    """What a sweep tries: every combination, or so many `trials`, drawn or proposed by Optuna."""

    base: Hyperparameters
    space: Space
    method: Literal["grid", "random", "tpe"] = "grid"
    trials: int = 20  # a grid has as many as it has combinations
    seed: int = 0
    prune: bool = False  # whether a run that falls behind the others is stopped early


def grid_size(space: Space) -> float:
    """Return how many combinations there are, possible or not; infinity with a range."""
    return prod(len(values.choices) or inf for values in space.values())


def with_choice(base: Hyperparameters, choice: Choice) -> Hyperparameters:
    """Return `base` with the chosen values, or raise `ValueError`: they make no network."""
    parsed = {
        name: hp.parse_value(name, value) if isinstance(value, str) else value
        for name, value in choice.items()
    }
    values = hp.from_mapping({**asdict(base), **parsed})
    layer_table(values)
    return values


def possible_choices(base: Hyperparameters, space: Space) -> list[tuple[Choice, Hyperparameters]]:
    """Return each choice that makes a network, with the network's hyperparameters.

    Of a space of more than `MAX_RUNS`, some stand for the others, with the ends of ranges.
    """
    return _possible_choices(base, tuple(space.items()))


@lru_cache(8)
def _possible_choices(
    base: Hyperparameters, space: tuple[tuple[str, Values], ...]
) -> list[tuple[Choice, Hyperparameters]]:
    source = random.Random(0)
    options = [values.choices or (values.low, values.high) for _, values in space]
    rows: Iterable[Iterable[Any]] = product(*options)
    if grid_size(dict(space)) > MAX_RUNS:
        rows = [[source.choice(some) for some in options] for _ in range(SAMPLES)]
    found: list[tuple[Choice, Hyperparameters]] = []
    for row in rows:
        choice = {name: value for (name, _), value in zip(space, row, strict=True)}
        with suppress(ValueError):
            found.append((choice, with_choice(base, choice)))
    return found


def plan_size(plan: SweepPlan) -> int:
    """Return how many runs a plan has, impossible networks left out.

    Raises:
        ValueError: with what is wrong with the plan, in a sentence.
    """
    size, is_grid = grid_size(plan.space), plan.method == "grid"
    if size <= 1:
        raise ValueError("Give at least one hyperparameter several values, or a range.")
    if is_grid and (ranges := [name for name, one in plan.space.items() if not one.choices]):
        raise ValueError(f"A grid needs single values of {ranges[0]}, not a range.")
    if is_grid and size > MAX_RUNS:
        raise ValueError(f"{size:,} combinations are too many: {MAX_RUNS:,} at most.")
    if not is_grid and not 1 <= plan.trials <= MAX_RUNS:
        raise ValueError(f"A sweep has 1 to {MAX_RUNS:,} trials, not {plan.trials:,}.")
    if not (possible := possible_choices(plan.base, plan.space)):
        raise ValueError("None of these combinations makes a network.")
    most = len(possible) if size <= MAX_RUNS else MAX_RUNS
    return most if is_grid else min(plan.trials, most)

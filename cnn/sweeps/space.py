"""What a sweep chooses from: values or a range for each hyperparameter."""

import random
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import product
from math import exp, inf, log, prod
from typing import Any

from cnn import hyperparameters as hp
from cnn.hyperparameters import SPECS, Hyperparameters
from cnn.network.layers import layer_table

MAX_RUNS = 1_000
SAMPLES = 100  # choices that stand for the others where they are too many
LOG_SCALE = ("learning_rate", "weight_decay")  # what counts is how many times larger
RANGE = ".."


@dataclass(frozen=True)
class Values:
    """Single values in their text form, or else all numbers from `low` to `high`, both included."""

    choices: tuple[str, ...] = ()
    low: float = 0
    high: float = 0
    is_whole: bool = False
    is_log: bool = False

    @property
    def text(self) -> str:
        """The form that `parse_values` reads."""
        ends = hp.value_text(self.low), hp.value_text(self.high)
        return ",".join(self.choices) or RANGE.join(ends)

    def draw(self, source: random.Random) -> Any:
        """Return one of them at random."""
        if self.choices:
            return source.choice(self.choices)
        if self.is_whole:
            return source.randint(int(self.low), int(self.high))
        if self.is_log:
            return exp(source.uniform(log(self.low), log(self.high)))
        return source.uniform(self.low, self.high)


Space = dict[str, Values]
Choice = Mapping[str, Any]  # one value for each name: text, or a number of a range


def parse_values(name: str, text: str) -> Values:
    """Return what "0.001,0.003", "0.0001..0.1" or, for lists, "8-16,16-32" says of one name.

    Raises:
        ValueError: the name is unknown, or a value is impossible.
    """
    if name not in SPECS:
        raise ValueError(f"{name[:40]!r} is no hyperparameter. There are {', '.join(SPECS)}.")
    if RANGE in text:
        return _parse_range(name, *text.split(RANGE, 1))
    items = [item.strip() for item in text.split(",")]
    if len(items) > MAX_RUNS:
        raise ValueError(
            f"{name} has {len(items):,} values; a sweep has {MAX_RUNS:,} runs at most."
        )
    return Values(tuple(dict.fromkeys(hp.value_text(_checked(name, item)) for item in items)))


def _parse_range(name: str, *ends: str) -> Values:
    if SPECS[name].kind not in (int, float):
        raise ValueError(f"{name} has no numbers to take a range of. List its values instead.")
    low, high = (_checked(name, end.strip()) for end in ends)
    if low >= high:
        raise ValueError(f"The range of {name} must go from a smaller number to a larger one.")
    return Values((), low, high, SPECS[name].kind is int, name in LOG_SCALE and low > 0)


def _checked(name: str, text: str) -> Any:
    """Return one value, or raise `ValueError` where no network can have it."""
    # With many convolutions, since strides and pool_after name single ones.
    most = {"filters": (1,) * hp.MAX_CONVOLUTIONS}
    return getattr(hp.from_mapping({**most, name: hp.parse_value(name, text)}), name)


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


def possible_choices(
    base: Hyperparameters, space: Space
) -> tuple[tuple[Choice, Hyperparameters], ...]:
    """Return each choice that makes a network, with the network's hyperparameters.

    Of a space of more than `MAX_RUNS`, some drawn at random stand for the others.
    """
    return _possible_choices(base, tuple(space.items()))


@lru_cache(8)
def _possible_choices(
    base: Hyperparameters, space: tuple[tuple[str, Values], ...]
) -> tuple[tuple[Choice, Hyperparameters], ...]:
    names, source = [name for name, _ in space], random.Random(0)
    grid: Iterable[Iterable[Any]] = product(*(values.choices for _, values in space))
    if grid_size(dict(space)) > MAX_RUNS:
        grid = ([values.draw(source) for _, values in space] for _ in range(SAMPLES))
    return tuple(_possible(base, (dict(zip(names, row, strict=True)) for row in grid)))


def _possible(
    base: Hyperparameters, choices: Iterable[Choice]
) -> Iterator[tuple[Choice, Hyperparameters]]:
    for choice in choices:
        with suppress(ValueError):
            yield choice, with_choice(base, choice)

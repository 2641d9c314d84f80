"""What can be chosen about a network and its training, checked in one place."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, get_type_hints


class Range(NamedTuple):
    """Smallest and largest allowed value, both included."""

    minimum: float
    maximum: float


RANGES: dict[str, Range] = {
    "kernel_size": Range(1, 7),
    "dropout": Range(0, 0.9),
    "dense_units": Range(0, 1024),
    "learning_rate": Range(1e-6, 10),
    "weight_decay": Range(0, 0.1),
    "label_smoothing": Range(0, 0.5),
    "batch_size": Range(1, 1024),
    "epochs": Range(1, 100),
    "early_stopping": Range(0, 20),
    "training_images": Range(100, 55_000),
    "seed": Range(0, 2**31 - 1),
}

CHOICES: dict[str, tuple[str, ...]] = {
    "padding": ("valid", "same"),
    "activation": ("relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid"),
    "optimizer": ("adam", "sgd", "rmsprop"),
    "schedule": ("constant", "one_cycle"),
    "augmentation": ("off", "light", "strong", "hands"),
}

MAX_LAYERS = 6
MAX_FILTERS = 128


@dataclass(frozen=True)
class Hyperparameters:
    """One network and the way it is trained. The defaults are the tutorial's.

    An object with impossible values cannot be made: `ValueError` says which and why.
    Whether the layers fit into each other is `architecture.layer_table`'s to say.
    """

    filters: tuple[int, ...] = (16, 8)
    kernel_size: int = 3
    padding: str = "valid"
    pool_after: tuple[int, ...] = ()  # 1-based convolutions followed by 2×2 max pooling
    batch_normalization: bool = False
    activation: str = "relu"
    dropout: float = 0.0
    dense_units: int = 0  # 0: no dense layer before the ten outputs
    global_average_pooling: bool = False  # else flatten
    optimizer: str = "adam"
    learning_rate: float = 0.001  # the peak, with one_cycle
    schedule: str = "constant"
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    batch_size: int = 32
    epochs: int = 5
    early_stopping: int = 0  # epochs without a better validation loss; 0: off
    augmentation: str = "off"
    non_digits: bool = False  # an eleventh answer, learned from images that are no digit
    training_images: int = 55_000
    scale_pixels: bool = False  # 0–1 inside the network, else raw 0–255
    seed: int = 0

    def __post_init__(self) -> None:
        for field, expected in get_type_hints(Hyperparameters).items():
            object.__setattr__(self, field, _typed(field, getattr(self, field), expected))
        for field, limits in RANGES.items():
            _check_range(field, getattr(self, field), limits)
        for field, choices in CHOICES.items():
            _check_choice(field, getattr(self, field), choices)
        _check_layers(self.filters, self.pool_after)

    def to_json(self) -> str:
        """Return the values as one JSON object."""
        return json.dumps(dataclasses.asdict(self), indent=1)


def _typed(field: str, value: Any, expected: Any) -> Any:
    """Return `value` as the field's type, or say what was expected."""
    if expected is bool:
        if isinstance(value, bool):
            return value
        raise ValueError(f"{field} must be true or false, not {value!r}.")
    if expected is str:
        if isinstance(value, str):
            return value
        raise ValueError(f"{field} must be a word, not {value!r}.")
    if expected in (int, float):
        return _number(field, value, expected)
    if isinstance(value, (list, tuple)):
        return tuple(_number(field, item, int) for item in value)
    raise ValueError(f"{field} must be a list of whole numbers, not {value!r}.")


def _number(field: str, value: Any, kind: type) -> int | float:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not -1e15 < value < 1e15:  # false for not-a-number too
        raise ValueError(f"{field} must be a number, not {value!r:.40}.")
    if kind is int and value != int(value):
        raise ValueError(f"{field} must be a whole number, not {value!r}.")
    return int(value) if kind is int else float(value)


def _check_range(field: str, value: float, limits: Range) -> None:
    if not limits.minimum <= value <= limits.maximum:
        raise ValueError(
            f"{field} must be between {limits.minimum:g} and {limits.maximum:,.10g}, "
            f"not {value:,.10g}."
        )


def _check_choice(field: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{field} must be one of {', '.join(choices)}, not {value!r}.")


def _check_layers(filters: tuple[int, ...], pool_after: tuple[int, ...]) -> None:
    if not 1 <= len(filters) <= MAX_LAYERS:
        raise ValueError(
            f"filters must name 1 to {MAX_LAYERS} convolution layers, not {len(filters)}."
        )
    if not all(1 <= count <= MAX_FILTERS for count in filters):
        raise ValueError(f"Each convolution layer has 1 to {MAX_FILTERS} filters, not {filters}.")
    if sorted(set(pool_after)) != list(pool_after):
        raise ValueError(f"pool_after must name each layer once, in order, not {pool_after}.")
    if any(not 1 <= layer <= len(filters) for layer in pool_after):
        raise ValueError(
            f"pool_after names a layer that is not there: {pool_after}. "
            f"There are {len(filters)} convolution layers."
        )


def from_mapping(values: Mapping[str, Any]) -> Hyperparameters:
    """Return checked hyperparameters from untrusted names and values.

    Raises:
        ValueError: a name is unknown, or a value impossible.
    """
    known = {field.name for field in dataclasses.fields(Hyperparameters)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise ValueError(
            f"There is no hyperparameter {unknown[0]!r}. Known: {', '.join(sorted(known))}."
        )
    return Hyperparameters(**values)


def from_json(text: str) -> Hyperparameters:
    """Return checked hyperparameters from `Hyperparameters.to_json`'s form."""
    values = json.loads(text)
    if not isinstance(values, dict):
        raise ValueError("Hyperparameters must be a JSON object of names and values.")
    return from_mapping(values)


def parse_setting(setting: str) -> tuple[str, Any]:
    """Return name and value of one `key=value`, such as `filters=16,8` or `dropout=0.2`."""
    field, equals, text = setting.partition("=")
    kinds = get_type_hints(Hyperparameters)
    if not equals or field not in kinds:
        raise ValueError(
            f"{setting!r} is not a setting. Write name=value with a name from: {', '.join(kinds)}."
        )
    kind = kinds[field]
    if kind is bool:
        return field, {"true": True, "false": False}.get(text.lower(), text)
    if kind is str:
        return field, text
    if kind in (int, float):
        return field, _parse_number(field, text)
    return field, [_parse_number(field, item) for item in text.split(",") if item.strip()]


def _parse_number(field: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{field} must be a number, not {text!r}.") from None


def merge(base: Hyperparameters, changes: Mapping[str, Any]) -> Hyperparameters:
    """Return `base` with some values changed, checked again."""
    return from_mapping({**dataclasses.asdict(base), **changes})

"""Named hyperparameters to start from, and how others differ from them."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from pydantic import ValidationError

from cnn.hyperparameters import SPECS, Hyperparameters, from_mapping, parse_value, value_text

MAX_NAMED = 5  # differences that a name says
# The tutorial's own figure, which every result is compared with.
TUTORIAL_TEST_ACCURACY = 0.9706
TUTORIAL_TEST_IMAGES = 10_000

PRESETS: dict[str, Hyperparameters] = {
    "article": Hyperparameters(),
    "fast": Hyperparameters(
        filters=(8, 16),
        kernel_size=5,
        pool_after=(1, 2),
        learning_rate=0.02,
        schedule="one_cycle",
        batch_size=128,
        epochs=1,
        scale_pixels=True,
    ),
    "accurate": Hyperparameters(
        filters=(16, 28, 36, 44, 44),
        padding="same",
        pool_after=(1, 3, 5),
        batch_normalization=True,
        learning_rate=0.01,
        schedule="one_cycle",
        batch_size=128,
        epochs=36,
        augmentation="handwriting",
        reject_class=True,
        scale_pixels=True,
    ),
}


def label_of(name: str) -> str:
    """Return what pages call a preset, or another kind of run: "Tutorial", "Fast", "Custom"."""
    return "Tutorial" if name == "article" else name.capitalize()


def preset_name(hyperparameters: Hyperparameters) -> str:
    """Return the name of the preset with exactly these values, else "custom"."""
    return next((name for name, values in PRESETS.items() if values == hyperparameters), "custom")


def differences(values: Hyperparameters, base: Hyperparameters) -> dict[str, Any]:
    """Return the values that differ from those of `base`, by name, as declared."""
    return {
        name: getattr(values, name)
        for name in SPECS
        if getattr(values, name) != getattr(base, name)
    }


def same_but_seed(values: Hyperparameters) -> Hyperparameters:
    """Return what runs have in common that differ in the seed alone."""
    return replace(values, seed=0)


def nearest_preset(values: Hyperparameters) -> str:
    """Return the name of the preset from which the fewest values differ."""
    return min(PRESETS, key=lambda name: len(differences(values, PRESETS[name])))


def short_name(values: Hyperparameters) -> str:
    """Return the preset and what differs from it: "Fast · 3 layers (8-16-32) · lr 0.05"."""
    preset = nearest_preset(values)
    base = PRESETS[preset]
    words = setting_words(values, differences(values, base), base)
    more = [f"{len(words) - MAX_NAMED} more"] if len(words) > MAX_NAMED else []
    return " · ".join([label_of(preset), *words[:MAX_NAMED], *more])


def setting_words(
    values: Hyperparameters, names: Iterable[str], base: Hyperparameters
) -> list[str]:
    """Return some of the values in a few words each, as opposed to those of `base`."""
    return [_short(name, getattr(values, name), base) for name in names]


def _short(name: str, value: Any, base: Hyperparameters) -> str:
    spec = SPECS[name]
    word = spec.short or spec.label.lower()
    if name == "filters" and len(value) != len(base.filters):
        return f"{len(value)} layer{'s' * (len(value) > 1)} ({value_text(value)})"
    if isinstance(value, bool):
        return word if value else f"no {word}"
    return f"{word} {value_text(value) if value and spec.is_list else spec.text(value)}"


def to_settings(values: Hyperparameters) -> dict[str, str]:
    """Return the nearest preset and what differs from it, as an address has them."""
    preset = nearest_preset(values)
    changed = differences(values, PRESETS[preset])
    return {"preset": preset} | {name: value_text(value) for name, value in changed.items()}


def from_settings(settings: Mapping[str, str]) -> tuple[Hyperparameters, list[str]]:
    """Return what untrusted settings say, and a sentence for each that is impossible.

    In the place of an impossible value stands the preset's; other names are passed over.
    """
    preset, problems = settings.get("preset", "article"), []
    if preset not in PRESETS:
        problems.append(f"There is no preset {preset[:40]!r}. There are {', '.join(PRESETS)}.")
        preset = "article"
    values = {name: parse_value(name, settings[name]) for name in SPECS if name in settings}
    while True:
        try:
            return from_mapping({**asdict(PRESETS[preset]), **values}), problems
        except ValueError as error:
            problems.append(str(error))
            for name in _named_in(error, values):
                del values[name]


def _named_in(error: ValueError, values: Mapping[str, Any]) -> list[str]:
    """Return which of the values an error is about; all lists where they disagree."""
    assert isinstance(error.__cause__, ValidationError)
    place = error.__cause__.errors()[0]["loc"]
    return [name for name in values if name in place] or [n for n in values if SPECS[n].is_list]


def split_setting(setting: str) -> tuple[str, str]:
    """Return name and text of one `name=value`, such as `filters=16-8`, or raise `ValueError`."""
    name, equals, text = setting.partition("=")
    if name in SPECS and not equals:
        raise ValueError(f"{name} has no value. Write {name}=VALUE.")
    if name not in SPECS:
        raise ValueError(
            f"{setting!r} is not a setting. Write name=value with a name from: {', '.join(SPECS)}."
        )
    return name, text

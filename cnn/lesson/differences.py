"""Where a network and its training differ from the tutorial's, step by step."""

from typing import NamedTuple

from cnn.hyperparameters import Hyperparameters

# The steps of the tutorial in which each choice is made.
FIELDS: dict[str, tuple[str, ...]] = {
    "Prepare": ("scale_pixels", "augmentation", "non_digits"),
    "Layers": (
        "filters",
        "kernel_size",
        "padding",
        "pool_after",
        "batch_normalization",
        "activation",
        "global_average_pooling",
        "dense_units",
        "dropout",
    ),
    "Compile": ("optimizer", "learning_rate", "schedule", "weight_decay", "label_smoothing"),
    "Fit": ("batch_size", "epochs", "early_stopping", "training_images", "seed"),
}


class Difference(NamedTuple):
    """One choice that is another one than the tutorial's."""

    field: str
    tutorial: object
    chosen: object


def differences(chosen: Hyperparameters, step: str) -> tuple[Difference, ...]:
    """Return the choices of one step that are not the tutorial's; none for steps without any."""
    tutorial = Hyperparameters()
    pairs = (
        Difference(field, getattr(tutorial, field), getattr(chosen, field))
        for field in FIELDS.get(step, ())
    )
    return tuple(pair for pair in pairs if pair.tutorial != pair.chosen)

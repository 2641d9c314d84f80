"""How long a training will take, from arithmetic and from what this machine did before."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from math import prod
from statistics import median

from cnn.hyperparameters import Hyperparameters
from cnn.network.choices import AUGMENTATIONS
from cnn.network.layers import Layer, layer_table
from cnn.runs.status import State
from cnn.runs.store import Run

# Least squares over trainings on two cores (benchmarks/estimate.py): seconds for each image.
SECONDS_PER_MULTIPLY_ADD = 5.0e-11
SECONDS_PER_ACTIVATION = 1.1e-9
SECONDS_PER_IMAGE = 3.2e-6
SECONDS_PER_BATCH = 1.2e-3
SECONDS_PER_NON_DIGIT = 3.4e-4  # for each training image, with a reject class
SECONDS_AT_START = 1.5  # the first graph
EARLIER_RUNS = 5
MIN_SECONDS = 5.0  # as planned: in shorter trainings what happens once outweighs the epochs


def training_seconds(
    hyperparameters: Hyperparameters, images: int, machine_factor: float = 1.0
) -> float:
    """Return the seconds that all epochs will take, with at most so many training images."""
    images = min(images, hyperparameters.training_images)
    batches = -(-images // hyperparameters.batch_size)
    each = seconds_per_image(layer_table(hyperparameters))
    each += AUGMENTATIONS[hyperparameters.augmentation].seconds
    each += SECONDS_PER_NON_DIGIT * hyperparameters.reject_class
    epoch = images * each + batches * SECONDS_PER_BATCH
    return SECONDS_AT_START + hyperparameters.epochs * epoch * machine_factor


def seconds_per_image(layers: Iterable[Layer]) -> float:
    """Return the seconds that one image costs in training, forward and back."""
    return SECONDS_PER_IMAGE + sum(
        layer.multiply_adds * SECONDS_PER_MULTIPLY_ADD
        + prod(layer.output_shape) * SECONDS_PER_ACTIVATION
        for layer in layers
    )


def machine_factor(runs: Iterable[Run]) -> float:
    """Return how many times longer than the estimate the newest finished runs took; 1 if none."""
    factors = list(islice(filter(None, map(_factor, runs)), EARLIER_RUNS))
    return median(factors) if factors else 1.0


def _factor(run: Run) -> float | None:
    """Return it for one run; None where it has none, is damaged, or its layers don't fit."""
    try:
        status, values, epochs = run.status(), run.hyperparameters, len(run.metrics().epochs)
        if status.state is not State.FINISHED or status.imported:
            return None
        if not (status.seconds and status.training_images):
            return None
        planned = training_seconds(replace(values, epochs=epochs), status.training_images)
    except ValueError:
        return None
    if planned < SECONDS_AT_START + MIN_SECONDS:
        return None
    return max(status.seconds - SECONDS_AT_START, 0.1) / (planned - SECONDS_AT_START)

"""From the layer table to a Keras network, ready to be trained.

A new kind of layer needs no code here: `cnn.network.layers` names its Keras class and arguments.
"""

from typing import Any

import keras

from cnn.hyperparameters import Hyperparameters
from cnn.network.choices import OPTIMIZERS, SCHEDULES
from cnn.network.layers import CLASSES, IMAGE_SHAPE, layer_table
from cnn.runs.fine_tune_info import PARENT_NETWORK
from cnn.runs.store import Run, RunError


def build_network(hyperparameters: Hyperparameters) -> keras.Model:
    """Return the untrained network: (n, 28, 28, 1) pixels 0–255 → (n, 10 or 11) probabilities."""
    inputs = outputs = keras.Input(IMAGE_SHAPE, name="image")
    for layer in layer_table(hyperparameters):
        outputs = getattr(keras.layers, layer.kind)(name=layer.name, **layer.options)(outputs)
    return keras.Model(inputs, outputs)


def starting_network(run: Run) -> keras.Model:
    """Return the network as its training begins: new, or with the weights of its parent run."""
    network = build_network(run.hyperparameters)
    if not run.is_fine_tuned:
        return network
    try:
        network.load_weights(run.path / PARENT_NETWORK)
    except Exception as error:  # h5py, zipfile and Keras raise a dozen kinds on damaged bytes
        raise RunError(
            "The network to start from can't be read: its file model.keras is damaged or of "
            "another architecture. Choose another run to fine-tune."
        ) from error
    return network


class DigitAccuracy(keras.metrics.Mean):
    """Accuracy of the most probable of the ten digits; non-digits do not count."""

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count one batch; both arguments are (b, 10 or 11)."""
        digits = y_true[:, :CLASSES]
        right = keras.ops.equal(
            keras.ops.argmax(digits, axis=1), keras.ops.argmax(y_pred[:, :CLASSES], axis=1)
        )
        super().update_state(right, sample_weight=keras.ops.max(digits, axis=1))


def compile_network(
    network: keras.Model,
    hyperparameters: Hyperparameters,
    steps_per_epoch: int,
    steps_per_execution: int,
) -> None:
    """Give the network its loss, optimizer and learning rate schedule.

    `steps_per_execution` batches are trained on in one call into TensorFlow.
    """
    network.compile(
        optimizer=_optimizer(hyperparameters, steps_per_epoch * hyperparameters.epochs),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=hyperparameters.label_smoothing),
        metrics=[DigitAccuracy(name="accuracy") if hyperparameters.reject_class else "accuracy"],
        steps_per_execution=steps_per_execution,
        jit_compile=False,  # XLA is 2–4 times slower than oneDNN here, on a CPU
    )
    # With all variables made beforehand, TensorFlow traces the training step once and not twice:
    # the first point comes a third of a second sooner.
    network.optimizer.build(network.trainable_variables)


def _optimizer(hyperparameters: Hyperparameters, steps: int) -> keras.optimizers.Optimizer:
    """Return the optimizer for a training of so many steps, with its learning rate schedule."""
    spec, schedule = OPTIMIZERS[hyperparameters.optimizer], SCHEDULES[hyperparameters.schedule]
    rate: Any = hyperparameters.learning_rate
    if schedule.keras_class:
        schedule_class = getattr(keras.optimizers.schedules, schedule.keras_class)
        rate = schedule_class(**schedule.options(rate, steps))
    options = dict(spec.options)
    if hyperparameters.weight_decay:
        options["weight_decay"] = hyperparameters.weight_decay
    return getattr(keras.optimizers, spec.keras_class)(learning_rate=rate, **options)

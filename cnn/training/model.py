"""From the layer table to a Keras network, ready to be trained.

A new kind of layer needs no code here: `cnn.network.layers` names its Keras class and arguments.
"""

from typing import Any

import keras

from cnn.hyperparameters import Hyperparameters
from cnn.network.choices import OPTIMIZERS, SCHEDULES
from cnn.network.layers import CLASSES, IMAGE_SHAPE, layer_table
from cnn.runs import continuation
from cnn.runs.fine_tune_info import PARENT_NETWORK
from cnn.runs.status import read_calibration
from cnn.runs.store import Run, RunError


def build_network(hyperparameters: Hyperparameters) -> keras.Model:
    """Return the untrained network: (n, 28, 28, 1) pixels 0–255 → (n, 10 or 11) probabilities."""
    inputs = outputs = keras.Input(IMAGE_SHAPE, name="image")
    for layer in layer_table(hyperparameters):
        outputs = getattr(keras.layers, layer.kind)(name=layer.name, **layer.options)(outputs)
    return keras.Model(inputs, outputs)


def starting_network(run: Run) -> keras.Model:
    """Return the network as its training begins: new, or with the weights of its parent run.

    A continued run has the weights that it was saved with, for the case that it has no checkpoint.
    The temperature that a saved network was divided by is undone.
    """
    network = build_network(run.hyperparameters)
    is_continued = continuation.before(run) is not None
    path = run.path / ("model.keras" if is_continued else PARENT_NETWORK)
    if not (is_continued or run.is_fine_tuned or path.is_file()):
        return network
    try:
        network.load_weights(path)
    except Exception as error:  # h5py, zipfile and Keras raise a dozen kinds on damaged bytes
        raise RunError(
            "The network to start from can't be read: its file model.keras is damaged or of "
            "another architecture. Choose another run to start from."
        ) from error
    scale_last_layer(network, read_calibration(run.path).temperature)
    return network


def scale_last_layer(network: keras.Model, factor: float) -> None:
    """Multiply the logits of a network: by a temperature, or by 1 over it."""
    layer = network.get_layer("probabilities")
    layer.set_weights([weights * factor for weights in layer.get_weights()])


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


def set_steps_left(network: keras.Model, hyperparameters: Hyperparameters, steps: int) -> None:
    """Let the schedule end after so many more steps: those of a continued run are more."""
    total = int(network.optimizer.iterations) + steps
    network.optimizer.learning_rate = _learning_rate(hyperparameters, total)


def _optimizer(hyperparameters: Hyperparameters, steps: int) -> keras.optimizers.Optimizer:
    """Return the optimizer for a training of so many steps, with its learning rate schedule."""
    spec, rate = OPTIMIZERS[hyperparameters.optimizer], _learning_rate(hyperparameters, steps)
    options = dict(spec.options)
    if hyperparameters.weight_decay:
        options["weight_decay"] = hyperparameters.weight_decay
    return getattr(keras.optimizers, spec.keras_class)(learning_rate=rate, **options)


def _learning_rate(hyperparameters: Hyperparameters, steps: int) -> Any:
    """Return the learning rate of a training of so many steps, or its schedule."""
    peak, schedule = hyperparameters.learning_rate, SCHEDULES[hyperparameters.schedule]
    if not schedule.keras_class:
        return peak
    schedule_class = getattr(keras.optimizers.schedules, schedule.keras_class)
    return schedule_class(**schedule.options(peak, steps))

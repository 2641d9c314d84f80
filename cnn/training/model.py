"""From the layer table to a Keras network, ready to be trained."""

from collections.abc import Callable
from typing import Any

import keras

from cnn.hyperparameters import Hyperparameters
from cnn.network.layers import CLASSES, IMAGE_SHAPE, Layer, layer_table
from cnn.training.schedule import OneCycle

# The tutorial's momentum is Keras's 0; without one, sgd needs far more epochs than people wait.
SGD_MOMENTUM = 0.9

_OPTIMIZERS: dict[str, Callable[..., keras.optimizers.Optimizer]] = {
    "adam": keras.optimizers.Adam,
    "sgd": lambda **options: keras.optimizers.SGD(momentum=SGD_MOMENTUM, nesterov=True, **options),
    "rmsprop": keras.optimizers.RMSprop,
}


def build_network(hyperparameters: Hyperparameters) -> keras.Model:
    """Return the untrained network: (n, 28, 28, 1) pixels 0–255 → (n, 10 or 11) probabilities."""
    inputs = outputs = keras.Input(IMAGE_SHAPE, name="image")
    for layer in layer_table(hyperparameters):
        outputs = _keras_layer(layer, hyperparameters)(outputs)
    return keras.Model(inputs, outputs)


def _keras_layer(layer: Layer, hyperparameters: Hyperparameters) -> keras.Layer:
    layers = keras.layers
    options: dict[str, Any] = {"name": layer.name}
    if layer.kind == "Rescaling":
        return layers.Rescaling(1 / 255, **options)
    if layer.kind == "Conv2D":
        return layers.Conv2D(
            layer.units,
            hyperparameters.kernel_size,
            padding=hyperparameters.padding,
            use_bias=not hyperparameters.batch_normalization,
            activation=layer.activation or None,
            **options,
        )
    if layer.kind == "Dense":
        return layers.Dense(layer.units, activation=layer.activation, **options)
    if layer.kind == "Activation":
        return layers.Activation(layer.activation, **options)
    if layer.kind == "Dropout":
        return layers.Dropout(hyperparameters.dropout, seed=hyperparameters.seed, **options)
    return getattr(layers, layer.kind)(**options)  # layers without choices


@keras.saving.register_keras_serializable("cnn")
class DigitAccuracy(keras.metrics.Mean):
    """The share of digits for which the likeliest of the ten answers is right.

    Images of no digit do not count, nor whether the eleventh answer is likelier still.
    """

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count one batch; both arguments are (b, 10 or 11)."""
        digits = y_true[:, :CLASSES]
        right = keras.ops.equal(
            keras.ops.argmax(digits, axis=1), keras.ops.argmax(y_pred[:, :CLASSES], axis=1)
        )
        super().update_state(right, sample_weight=keras.ops.max(digits, axis=1))


def compile_network(
    network: keras.Model, hyperparameters: Hyperparameters, steps_per_epoch: int, jump: int
) -> None:
    """Give the network its loss, optimizer and learning rate schedule.

    Args:
        network: as `build_network` returns it.
        hyperparameters: the choices.
        steps_per_epoch: batches in one epoch.
        jump: batches done in one call into TensorFlow (`steps_per_execution`).
    """
    rate: float | OneCycle = hyperparameters.learning_rate
    if hyperparameters.schedule == "one_cycle":
        rate = OneCycle(hyperparameters.learning_rate, steps_per_epoch * hyperparameters.epochs)
    network.compile(
        optimizer=_OPTIMIZERS[hyperparameters.optimizer](
            learning_rate=rate, weight_decay=hyperparameters.weight_decay or None
        ),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=hyperparameters.label_smoothing),
        metrics=[DigitAccuracy(name="accuracy") if hyperparameters.non_digits else "accuracy"],
        steps_per_execution=jump,
        jit_compile=False,  # XLA is 2–4 times slower than oneDNN here, on a CPU
    )
    # With all variables made beforehand, TensorFlow traces the training step once and not twice:
    # the first point comes a third of a second sooner.
    network.optimizer.build(network.trainable_variables)

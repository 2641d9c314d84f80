"""The sections of a script: a title, a few words and code, in Keras, NumPy and scikit-learn."""

from collections.abc import Iterator

from cnn.export.data_section import data_section
from cnn.export.plan import Plan, Section
from cnn.hyperparameters import Hyperparameters
from cnn.network.choices import AUGMENTATIONS, OPTIMIZERS, SCHEDULES
from cnn.network.layers import Layer, layer_table

IMPORTS = """\
import os

import keras
import numpy as np
from keras import layers
from sklearn.model_selection import train_test_split"""


# Keras's RandomRotation, RandomShear, RandomZoom and RandomTranslation would blur the image four
# times, and shear about its corner, which moves the digit: 0.6 percentage points less accuracy.
_RANDOM_AFFINE = """\
class RandomAffine(layers.Layer):
    \"\"\"Rotate, shear, zoom and shift each training image at random, in one step.\"\"\"

    def __init__(self):
        super().__init__()
        self.seed = keras.random.SeedGenerator(SEED)

    def call(self, images, training=False):
        if not training:
            return images

        def uniform(maximum):
            count = keras.ops.shape(images)[0]
            return keras.random.uniform((count,), -maximum, maximum, seed=self.seed)

        angle, shear = uniform({degrees:g} * np.pi / 180), uniform({shear:g})
        zoom_x, zoom_y = 1 + uniform({zoom:g}), 1 + uniform({zoom:g})
        cos, sin = keras.ops.cos(angle), keras.ops.sin(angle)
        # The new pixel at (x, y) is the old one at (a x + b y + c, d x + e y + f), and
        # 13.5 is the center of 28 pixels.
        a, b = cos / zoom_x, (shear * cos - sin) / zoom_x
        d, e = sin / zoom_y, (shear * sin + cos) / zoom_y
        c = 13.5 * (1 - a - b) + uniform({shift:g})
        f = 13.5 * (1 - d - e) + uniform({shift:g})
        zero = keras.ops.zeros_like(a)
        matrix = keras.ops.stack([a, b, c, d, e, f, zero, zero], axis=1)
        return keras.ops.image.affine_transform(images, matrix)


network = keras.Sequential([keras.Input((28, 28, 1)), RandomAffine(), network])"""


def sections_of(plan: Plan) -> Iterator[Section]:
    """Yield the sections of a script in order."""
    values = plan.hyperparameters
    yield Section(
        "Hyperparameters",
        "Change these to see what they do.",
        f"SEED = {values.seed}\n"
        f"BATCH_SIZE = {values.batch_size}\n"
        f"LEARNING_RATE = {values.learning_rate!r}\n"
        f"EPOCHS = {values.epochs}",
    )
    yield data_section(plan)
    yield _network(values)
    if values.augmentation != "off":
        yield _augmentation(values)
    yield _compile(values)
    yield _fit(plan)
    yield Section(
        "Test",
        "The accuracy on images that were used neither to train nor to validate.",
        "loss, accuracy = network.evaluate(x_test, y_test, verbose=0)\n"
        'print(f"Test accuracy: {accuracy:.2%}")',
    )


def _network(values: Hyperparameters) -> Section:
    lines = (f"        {_layer(layer)},\n" for layer in layer_table(values))
    code = (
        "keras.utils.set_random_seed(SEED)\n"
        "network = keras.Sequential(\n"
        "    [\n"
        "        keras.Input((28, 28, 1)),\n"
        f"{''.join(lines)}"
        "    ]\n"
        ")\n"
        "network.summary()"
    )
    return Section("Network", "The seed gives the same initial weights as the run's.", code)


def _layer(layer: Layer) -> str:
    options = {name: repr(value).replace("'", '"') for name, value in layer.options.items()}
    if "seed" in options:
        options["seed"] = "SEED"
    if layer.kind == "Rescaling":
        options["scale"] = "1 / 255"
    return f"layers.{layer.kind}({', '.join(f'{name}={value}' for name, value in options.items())})"


def _augmentation(values: Hyperparameters) -> Section:
    preset = AUGMENTATIONS[values.augmentation]
    text = (
        "Change each training image at random, in each epoch anew, so that the network "
        "generalizes better. Keras calls the layer with training=False in validation and test."
    )
    code = _RANDOM_AFFINE.format(
        degrees=preset.degrees, shear=preset.shear, zoom=preset.zoom, shift=preset.shift
    )
    return Section("Augmentation", text, code)


def _compile(values: Hyperparameters) -> Section:
    schedule, optimizer = SCHEDULES[values.schedule], OPTIMIZERS[values.optimizer]
    code, rate = "", "LEARNING_RATE"
    text = "The optimizer updates the weights to reduce the loss."
    if schedule.keras_class:
        text += " The learning rate rises linearly to its peak and then falls along a cosine."
        rate = "learning_rate"
        code = (
            "steps = EPOCHS * int(np.ceil(len(x_train) / BATCH_SIZE))\n"
            f"warmup_steps = int({schedule.warm_up:g} * steps)\n"
            f"learning_rate = keras.optimizers.schedules.{schedule.keras_class}(\n"
            f"    initial_learning_rate={schedule.start:g} * LEARNING_RATE,\n"
            "    warmup_target=LEARNING_RATE,\n"
            "    warmup_steps=warmup_steps,\n"
            "    decay_steps=steps - warmup_steps,\n"
            f"    alpha={schedule.end:g},\n"
            ")\n"
        )
    options = {"learning_rate": rate} | {
        name: repr(value) for name, value in optimizer.options.items()
    }
    if values.weight_decay:
        options["weight_decay"] = repr(values.weight_decay)
    lines = (f"        {name}={value},\n" for name, value in options.items())
    smoothing = f"label_smoothing={values.label_smoothing!r}" if values.label_smoothing else ""
    code += (
        "network.compile(\n"
        f"    optimizer=keras.optimizers.{optimizer.keras_class}(\n"
        f"{''.join(lines)}"
        "    ),\n"
        f"    loss=keras.losses.CategoricalCrossentropy({smoothing}),\n"
        '    metrics=["accuracy"],\n'
        ")"
    )
    return Section("Optimizer and loss", text, code)


def _fit(plan: Plan) -> Section:
    values, text = plan.hyperparameters, "One epoch is one pass through all training images."
    epochs, callbacks = "EPOCHS", ""
    if plan.epochs < values.epochs:
        epochs = str(plan.epochs)
        text += f" The run was stopped after {plan.epochs} of {values.epochs} planned epochs."
    if values.early_stopping:
        text += (
            f" Training stops when the validation loss has not improved for {values.early_stopping}"
            " epochs, and keeps the best weights."
        )
        stopping = f"patience={values.early_stopping}, restore_best_weights=True"
        callbacks = f"    callbacks=[keras.callbacks.EarlyStopping({stopping})],\n"
    code = (
        "network.fit(\n"
        "    x_train,\n"
        "    y_train,\n"
        "    batch_size=BATCH_SIZE,\n"
        f"    epochs={epochs},\n"
        "    validation_data=(x_validation, y_validation),\n"
        f"{callbacks}"
        ")"
    )
    return Section("Training", text, code)

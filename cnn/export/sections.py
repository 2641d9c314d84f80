"""The sections of a script: a title, a few words and code, in Keras, NumPy and scikit-learn."""

from collections.abc import Iterator
from typing import NamedTuple

from cnn.data.mnist import SAMPLE_HELD_OUT
from cnn.data.split import SPLIT_SEED
from cnn.export.plan import Plan
from cnn.hyperparameters import Hyperparameters
from cnn.network.choices import AUGMENTATIONS, OPTIMIZERS, SCHEDULES
from cnn.network.layers import CLASSES, Layer, layer_table

IMPORTS = """\
import os

import keras
import numpy as np
from keras import layers
from sklearn.model_selection import train_test_split"""

_LOAD = """\
if path := os.environ.get("MNIST_NPZ"):
    with np.load(path) as arrays:
        images, labels = arrays["x_train"], arrays["y_train"]
        x_test, y_test = arrays["x_test"], arrays["y_test"]
else:
    (images, labels), (x_test, y_test) = keras.datasets.mnist.load_data()"""

_TAKE_SAMPLE = """
first = np.stack([np.flatnonzero(labels == digit)[:500] for digit in range(10)], axis=1)
x_test, y_test = images[first[400:].ravel()], labels[first[400:].ravel()]
images, labels = images[first[:400].ravel()], labels[first[:400].ravel()]"""

_SPLIT = """
x_train, x_validation, y_train, y_validation = train_test_split(
    images, labels, test_size={held_out}, stratify=labels, random_state={seed}
)"""

_CHOOSE = """
chosen = np.random.default_rng(SEED).permutation(len(x_train))[:{count}]
x_train, y_train = x_train[chosen], y_train[chosen]"""

_PREPARE = f"""


def prepare(images, labels):
    \"\"\"Return images of shape (n, 28, 28, 1) and one-hot labels, (n, {CLASSES}).\"\"\"
    return images[..., np.newaxis].astype("float32"), keras.utils.to_categorical(labels, {CLASSES})


x_train, y_train = prepare(x_train, y_train)
x_validation, y_validation = prepare(x_validation, y_validation)
x_test, y_test = prepare(x_test, y_test)"""


class Section(NamedTuple):
    """One step of a script, and one heading of a notebook."""

    title: str
    text: str
    code: str


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
    yield _data(plan)
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


def _data(plan: Plan) -> Section:
    text = (
        "MNIST: images of 28×28 pixels from 0 (background) to 255 (ink), and their labels. Keras "
        "downloads them, unless the environment variable MNIST_NPZ names an mnist.npz. Some of the "
        "training images are held out for validation, the same share of each digit."
    )
    code, held_out = _LOAD, "len(labels) // 12"
    if plan.dataset == "sample":
        code, held_out = _LOAD + _TAKE_SAMPLE, str(SAMPLE_HELD_OUT)
        text += " The run used the first 500 images of each digit: 400 to train, 100 to test."
    code += _SPLIT.format(held_out=held_out, seed=SPLIT_SEED)
    if plan.training_images is not None:
        text += f" Of the others, {plan.training_images:,} are chosen at random."
        code += _CHOOSE.format(count=plan.training_images)
    return Section("Data", text, code + _PREPARE)


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
    fill = 'fill_mode="constant"'
    code = (
        "augmentation = keras.Sequential(\n"
        "    [\n"
        f"        layers.RandomRotation({preset.degrees:g} / 360, {fill}),\n"
        f"        layers.RandomShear({preset.shear:g}, {fill}),\n"
        f"        layers.RandomZoom({preset.zoom:g}, {preset.zoom:g}, {fill}),\n"
        f"        layers.RandomTranslation({preset.shift:g} / 28, {preset.shift:g} / 28, {fill}),\n"
        "    ]\n"
        ")\n"
        "network = keras.Sequential([keras.Input((28, 28, 1)), augmentation, network])"
    )
    text = (
        "Rotate, shear, zoom and shift each training image at random, in each epoch anew, so that "
        "the network generalizes better. Keras skips these layers in validation and test."
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

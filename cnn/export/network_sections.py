"""The network of a script: its layers, its training, its test."""

from collections.abc import Iterator

from cnn.export.section import Plan, Section
from cnn.hyperparameters import Hyperparameters
from cnn.network.choices import OPTIMIZERS, SCHEDULES
from cnn.network.layers import CLASSES, Layer, layer_table


def network_sections(plan: Plan) -> Iterator[Section]:
    """Yield the building, the training and the test of the network."""
    yield _layers(plan)
    if plan.hyperparameters.schedule == "one_cycle":
        yield _schedule(plan.hyperparameters)
    yield _compiling(plan.hyperparameters)
    yield _fitting(plan)
    yield _testing(plan.hyperparameters)


def _layers(plan: Plan) -> Section:
    values = plan.hyperparameters
    lines = [f"        {_layer(layer, values)}," for layer in layer_table(values)]
    code = [
        "keras.utils.set_random_seed(SEED)",
        "network = keras.Sequential(",
        "    [",
        "        keras.Input((28, 28, 1)),",
        *lines,
        "    ]",
        ")",
        "network.summary()",
    ]
    text = "The same seed gives the same weights to begin with."
    imports = frozenset({"import keras", "from keras import layers"})
    return Section("Stack the layers", text, "\n".join(code), imports)


def _layer(layer: Layer, values: Hyperparameters) -> str:
    options = [f"{name}={value!r}" for name, value in layer.options.items()]
    return f"layers.{layer.kind}({', '.join(options)})".replace("'", '"')


def _schedule(values: Hyperparameters) -> Section:
    text = "How far each step goes: little at first, far in between, hardly at the end."
    schedule = SCHEDULES[values.schedule]
    code = [
        "steps = len(batches) * EPOCHS",
        f"warm_up = int({schedule.warm_up} * steps)",
        f"schedule = keras.optimizers.schedules.{schedule.keras_class}(",
        f"    initial_learning_rate=LEARNING_RATE * {schedule.start},",
        "    warmup_target=LEARNING_RATE,",
        "    warmup_steps=warm_up,",
        "    decay_steps=steps - warm_up,",
        f"    alpha={schedule.end},",
        ")",
    ]
    return Section("Plan the learning rate", text, "\n".join(code), frozenset({"import keras"}))


def _compiling(values: Hyperparameters) -> Section:
    rate = "LEARNING_RATE"
    if values.schedule == "one_cycle":
        rate = "schedule"
    spec = OPTIMIZERS[values.optimizer]
    others = (f"{name}={value!r}" for name, value in spec.options.items())
    options = [f"learning_rate={rate}", *others]
    if values.weight_decay:
        options.append(f"weight_decay={values.weight_decay!r}")
    loss = '"categorical_crossentropy"'
    if values.label_smoothing:
        smoothing = f"label_smoothing={values.label_smoothing!r}"
        loss = f"keras.losses.CategoricalCrossentropy({smoothing})"
    code = [
        f"optimizer = keras.optimizers.{spec.keras_class}(",
        *(f"    {option}," for option in options),
        ")",
        "network.compile(",
        "    optimizer=optimizer,",
        f"    loss={loss},",
        '    metrics=["accuracy"],',
        ")",
    ]
    text = "The loss says how wrong the answers are; the optimizer makes it smaller, step by step."
    return Section("Say how it learns", text, "\n".join(code), frozenset({"import keras"}))


def _fitting(plan: Plan) -> Section:
    values, code = plan.hyperparameters, []
    options = [
        "    batches,",
        "    validation_data=(as_pixels(x_validation), as_answers(y_validation)),",
        f"    epochs={'EPOCHS' if plan.epochs == values.epochs else plan.epochs},",
        "    shuffle=False,  # the batches are in a new order each time already",
    ]
    if values.early_stopping:
        code += [
            "stop_early = keras.callbacks.EarlyStopping(",
            f"    patience={values.early_stopping},",
            "    restore_best_weights=True,",
            ")",
        ]
        options.append("    callbacks=[stop_early],")
    code += ["network.fit(", *options, ")"]
    imports = frozenset({"import keras"}) if values.early_stopping else frozenset()
    return Section("Train", _on_training(plan), "\n".join(code), imports)


def _on_training(plan: Plan) -> str:
    values = plan.hyperparameters
    text = "The digits come in the same order as in the run."
    if plan.epochs < values.epochs:
        text += (
            f" It was stopped: of {values.epochs} planned epochs, {plan.epochs} were completed, "
            "and these are repeated."
        )
    if values.early_stopping:
        text += (
            " The training ends early when the loss on the validation digits gets no better in "
            f"{values.early_stopping} epochs, and the best network is kept."
        )
    return text


def _testing(values: Hyperparameters) -> Section:
    text = "By digits that it has never seen. The likeliest of the ten answers counts."
    columns = f"[:, :{CLASSES}]" if values.reject_class else ""
    code = [
        f"probabilities = network.predict(as_pixels(test_images)){columns}",
        "accuracy = np.mean(probabilities.argmax(axis=1) == test_labels)",
        'print(f"Test accuracy: {accuracy:.2%}")',
    ]
    return Section("Test", text, "\n".join(code), frozenset({"import numpy as np"}))

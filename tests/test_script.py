import ast
import json
import subprocess
import sys
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from cnn.data import mnist
from cnn.export.plan import plan_of
from cnn.export.script import run_notebook, run_script
from cnn.export.sections import IMPORTS, sections_of
from cnn.hyperparameters import Hyperparameters
from cnn.network.choices import AUGMENTATIONS, OPTIMIZERS, SCHEDULES
from cnn.network.layers import layer_table, total_parameters
from cnn.presets import PRESETS
from cnn.runs.metrics import EpochPoint, append_point
from cnn.runs.status import FINE_TUNE_FILE, State
from cnn.training.augmentation import RandomNumbers, augment
from cnn.training.model import build_network, compile_network
from cnn.training.pipeline import choose_images
from tests.networks import fits, networks
from tests.scripts import run_with

MAX_LINES = 200
BUSY = Hyperparameters(
    filters=(4, 6),
    padding="same",
    pool_after=(1, 2),
    batch_normalization=True,
    dropout=0.2,
    dense_units=12,
    optimizer="sgd",
    learning_rate=0.05,
    schedule="one_cycle",
    weight_decay=0.001,
    label_smoothing=0.1,
    early_stopping=4,
    augmentation="strong",
    training_images=1_000,
    scale_pixels=True,
)


def in_words(script):
    """The text of a script without line breaks."""
    return " ".join(script.replace("# ", "").split())


def names_after(run, *titles, **names):
    """What the names in a run's script mean after the sections of these titles."""
    exec(IMPORTS, names)
    for section in sections_of(plan_of(run)):
        if section.title in titles:
            exec(section.code, names)
    return names


def executed(run):
    """What the names in a run's script mean at its end."""
    names = {}
    exec(run_script(run), names)
    return names


def test_a_script_ends_with_the_network_of_its_run(trained, runs_dir):
    run = trained(epochs=4)
    names = executed(run)
    assert names["network"].count_params() == total_parameters(layer_table(run.hyperparameters))
    # one of the 40 test digits may lie on the border of two classes
    assert names["accuracy"] == pytest.approx(run.status().test_accuracy, abs=0.026)
    assert names["accuracy"] > 0.9
    busy = run_with(replace(BUSY, epochs=1), runs_dir)
    parameters = total_parameters(layer_table(busy.hyperparameters))
    assert executed(busy)["network"].count_params() == parameters


OTHERS = {
    "learning_rate": st.floats(1e-6, 10),
    "weight_decay": st.sampled_from([0, 1e-5, 0.1]),
    "label_smoothing": st.sampled_from([0, 0.1]),
    "early_stopping": st.integers(0, 3),
    "training_images": st.sampled_from([100, 55_000]),
    "seed": st.integers(0, 2**31 - 1),
    "reject_class": st.booleans(),
    "optimizer": st.sampled_from(list(OPTIMIZERS)),
    "schedule": st.sampled_from(list(SCHEDULES)),
    "augmentation": st.sampled_from(list(AUGMENTATIONS)),
}


@settings(max_examples=10, phases=[Phase.generate])
@given(values=networks().filter(fits), others=st.fixed_dictionaries(OTHERS))
def test_every_script_is_short_and_builds_and_compiles_the_same_network(
    values, others, tmp_path_factory
):
    values = replace(values, **others)
    run = run_with(values, tmp_path_factory.mktemp("runs"))
    script = run_script(run)
    assert script.count("\n") <= MAX_LINES
    assert third_party(script) == {"keras", "numpy", "sklearn"}
    values = plan_of(run).hyperparameters
    network = names_after(run, "Hyperparameters", "Network")["network"]
    table = layer_table(values)
    found = [(type(x).__name__, x.output.shape[1:], x.count_params()) for x in network.layers]
    assert found == [(layer.kind, layer.output_shape, layer.parameters) for layer in table]
    keras.utils.set_random_seed(values.seed)
    original = build_network(values)
    for mine, theirs in zip(network.get_weights(), original.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    titles = "Hyperparameters", "Optimizer and loss"
    compiled = names_after(run, *titles, network=network, x_train=range(640))["network"]
    compile_network(original, values, -(-640 // values.batch_size), 1)
    assert settings_of(compiled.optimizer) == settings_of(original.optimizer)
    assert rates_of(compiled.optimizer) == pytest.approx(rates_of(original.optimizer))
    assert compiled.loss.get_config() == original.loss.get_config()


def third_party(script):
    """The modules that a script imports, apart from the standard library's."""
    modules = set()
    for node in ast.walk(ast.parse(script)):
        if isinstance(node, ast.Import):
            modules |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add(node.module.partition(".")[0])
    return modules - set(sys.stdlib_module_names)


def settings_of(optimizer):
    values = optimizer.get_config()
    return {name: value for name, value in values.items() if name not in ("learning_rate", "name")}


def rates_of(optimizer):
    """The learning rate at some steps of a training."""
    rates = []
    for step in (0, 20, 99):
        optimizer.iterations.assign(step)
        rates.append(float(optimizer.learning_rate))
    return rates


def test_augmentation_changes_images_in_training_alone_and_as_the_app_does(runs_dir):
    run = run_with(Hyperparameters(augmentation="strong"), runs_dir)
    layer = names_after(run, "Hyperparameters", "Network", "Augmentation")["RandomAffine"]()
    images = np.zeros((3_000, 28, 28, 1), "float32")
    images[:, 5:23, 17:20] = 255  # a line right of the center
    np.testing.assert_array_equal(layer(images, training=False), images)
    mine = np.asarray(layer(images, training=True))[..., 0]
    first = tf.constant(0, tf.int64)
    theirs = np.asarray(augment(images, "strong", RandomNumbers(0, first, first)))[..., 0]
    for measure in (ink, row, lean):
        a, b = measure(mine), measure(theirs)
        assert a.mean() == pytest.approx(b.mean(), abs=4 * b.std() / np.sqrt(1_500))
        assert a.std() == pytest.approx(b.std(), rel=0.08)


def ink(images):
    return images.sum(axis=(1, 2)) / 255


def row(images):
    """The mean row of the ink."""
    return images.sum(axis=2) @ np.arange(28) / images.sum(axis=(1, 2))


def lean(images):
    """How far the ink of the lower half lies right of that of the upper half."""
    halves = images[:, 14:].sum(axis=1), images[:, :14].sum(axis=1)
    lower, upper = (half @ np.arange(28) / half.sum(axis=1) for half in halves)
    return lower - upper


def test_scripts_are_formatted_and_import_nothing_in_vain(runs_dir, tmp_path):
    for number, values in enumerate((*PRESETS.values(), BUSY)):
        (tmp_path / f"{number}.py").write_text(run_script(run_with(values, runs_dir)))
    for words in (["format", "--check", "--diff"], ["check", "--select", "E,W,F,I,UP,B,C4"]):
        command = [sys.executable, "-m", "ruff", *words, "--no-cache", "--isolated"]
        command += ["--line-length", "100", *tmp_path.glob("*.py")]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("training_images", [55_000, 120])
def test_a_script_has_its_runs_digits(training_images, runs_dir, tiny_mnist):
    values = Hyperparameters(training_images=training_images, seed=3)
    check_digits(run_with(values, runs_dir), mnist.load("mnist"))


@pytest.mark.mnist
def test_the_script_of_a_run_on_the_sample_takes_the_same_digits_from_mnist(runs_dir):
    run = run_with(Hyperparameters(training_images=2_000), runs_dir, dataset="sample")
    check_digits(run, mnist.load("sample"))


def check_digits(run, dataset):
    script = names_after(run, "Hyperparameters", "Data")
    parts = {
        "train": choose_images(dataset.train, run.hyperparameters),
        "validation": dataset.validation,
        "test": dataset.test,
    }
    for name, digits in parts.items():
        np.testing.assert_array_equal(script[f"x_{name}"][..., 0], digits.images)
        np.testing.assert_array_equal(script[f"y_{name}"].argmax(axis=1), digits.labels)


def test_a_script_says_in_its_first_lines_what_its_run_reached_and_what_it_leaves_out(runs_dir):
    plain = run_with(Hyperparameters(), runs_dir, test_accuracy=0.9706)
    head = in_words(run_script(plain).partition("import os")[0])
    assert f"repeats run {plain.id}" in head
    assert "47,410 parameters" in head
    assert "97.06%" in head
    assert "without" not in head
    rich = run_with(PRESETS["accurate"], runs_dir, test_accuracy=0.996)
    head = in_words(run_script(rich).partition("import os")[0])
    assert "without handwriting styles and without the reject class" in head
    assert "99.60%" in head
    assert "more errors on digits that you draw" in head


def test_a_script_has_no_word_of_what_its_run_does_without(runs_dir):
    text = run_script(run_with(Hyperparameters(), runs_dir))
    for word in (
        "BatchNormalization", "CosineDecay", "Dropout", "augment", "smoothing", "decay",
        "Rescaling", "EarlyStopping", "first 500", "chosen",
    ):  # fmt: skip
        assert word not in text, word


def fine_tuned(parent_id, runs_dir, values):
    """A run that was fine-tuned from another one."""
    run = run_with(values, runs_dir)
    info = {
        "base": parent_id, "digits": 1, "accuracy_before": 0.5, "test_accuracy_before": None,
        "test_is_seen": False, "learned": [],
    }  # fmt: skip
    (run.path / FINE_TUNE_FILE).write_text(json.dumps(info))
    return run


def test_the_script_of_a_fine_tuned_run_trains_the_run_that_it_started_from(runs_dir):
    first = run_with(Hyperparameters(learning_rate=0.002), runs_dir)
    second = fine_tuned(first.id, runs_dir, Hyperparameters(epochs=3))
    script = run_script(fine_tuned(second.id, runs_dir, Hyperparameters(epochs=3)))
    assert f"run {first.id} of Digit Lab without fine-tuning" in in_words(script)
    assert "LEARNING_RATE = 0.002" in script
    orphan = fine_tuned("gone", runs_dir, Hyperparameters(epochs=3))
    assert f"run {orphan.id} of Digit Lab without fine-tuning" in in_words(run_script(orphan))


def test_there_is_no_script_for_runs_that_cannot_be_repeated(runs_dir):
    stopped = run_with(Hyperparameters(), runs_dir, state=State.STOPPED)
    with pytest.raises(ValueError, match="stopped in its first epoch"):
        run_script(stopped)
    shrunk = run_with(Hyperparameters(filters=(4, 4, 4, 4, 4), kernel_size=7), runs_dir)
    with pytest.raises(ValueError, match="before convolution 5"):
        run_script(shrunk)
    (shrunk.path / "hyperparameters.json").write_text("{")
    with pytest.raises(ValueError, match="can't be read"):
        run_script(shrunk)


def test_the_script_of_a_stopped_run_trains_the_epochs_that_ended(runs_dir):
    run = run_with(Hyperparameters(epochs=30), runs_dir, state=State.STOPPED)
    for epoch in (1, 2):
        append_point(run.metrics_path, EpochPoint(epoch, 2.0, 0.3, 2.0, 0.3, 1.0))
    script = run_script(run)
    assert "epochs=2," in script
    assert "stopped after 2 of 30 planned epochs" in in_words(script)


def test_a_run_in_the_queue_has_a_script_of_the_digits_it_waits_to_train_on(runs_dir):
    run = run_with(Hyperparameters(), runs_dir, state=State.QUEUED, dataset="", mnist_file="x.npz")
    assert "first 500 images" not in in_words(run_script(run))
    run.update_status(mnist_file="")
    assert "first 500 images" in in_words(run_script(run))


# What Jupyter's schema 4.5 asks of a cell.
CELL = {"id", "cell_type", "metadata", "source"}


def test_a_notebook_holds_the_scripts_code_under_headings_in_jupyters_format(runs_dir):
    run = run_with(PRESETS["accurate"], runs_dir)
    notebook = json.loads(run_notebook(run))
    assert set(notebook) == {"cells", "metadata", "nbformat", "nbformat_minor"}
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert set(notebook["metadata"]["kernelspec"]) == {"display_name", "language", "name"}
    cells = notebook["cells"]
    for number, cell in enumerate(cells):
        is_code = number % 2
        assert cell["cell_type"] == ("code" if is_code else "markdown")
        assert set(cell) == (CELL | {"execution_count", "outputs"} if is_code else CELL)
        assert not any("\n" in line[:-1] for line in cell["source"])
    assert len({cell["id"] for cell in cells}) == len(cells)
    texts = ["".join(cell["source"]) for cell in cells]
    assert texts[0].startswith("# Train a convolutional network")
    assert run.id in texts[0]
    expected = [IMPORTS]
    for number, section in enumerate(sections_of(plan_of(run)), start=1):
        expected += [f"## {number}. {section.title}\n\n{section.text}", section.code]
    assert texts[1:] == expected

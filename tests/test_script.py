import ast
import os
import subprocess
import sys
from collections import Counter

import keras
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cnn.__main__ import main
from cnn.data import mnist
from cnn.data.mnist import read_sample
from cnn.export.script import refusal, run_script
from cnn.hyperparameters import SPECS, Hyperparameters
from cnn.network.layers import layer_table, total_parameters
from cnn.presets import PRESETS
from cnn.runs.status import State
from cnn.runs.store import BUILT_IN_PATH, FINE_TUNE_FILE, Run
from cnn.training.fit import train
from cnn.training.model import build_network, compile_network
from cnn.training.pipeline import choose_images, training_batches
from tests.scripts import after, run_with, start_script

WITHIN = 0.003

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
EVERYTHING = Hyperparameters(filters=(4,), augmentation="handwriting", reject_class=True)
VARIED = {
    **PRESETS,
    "busy": BUSY,
    "everything": EVERYTHING,
    "non-digits": Hyperparameters(reject_class=True),
    "light": Hyperparameters(augmentation="light", global_average_pooling=True),
}


@pytest.fixture(params=VARIED)
def varied_run(request, runs_dir):
    return run_with(VARIED[request.param], runs_dir)


@pytest.mark.parametrize(
    ("changes", "within"),
    [
        ({"filters": (4, 3), "epochs": 3, "batch_size": 16}, 0),
        (
            {
                "filters": (6,), "batch_normalization": True, "schedule": "one_cycle",
                "learning_rate": 0.02, "augmentation": "light", "dropout": 0.1, "epochs": 12,
                "batch_size": 16, "scale_pixels": True,
            },
            0.15,
        ),
        (
            {
                "filters": (4, 8), "pool_after": (1,), "global_average_pooling": True,
                "label_smoothing": 0.1, "training_images": 150, "early_stopping": 2,
                "optimizer": "rmsprop", "learning_rate": 0.01, "epochs": 3, "batch_size": 10,
            },
            0,
        ),
    ],
)  # fmt: skip
def test_a_script_repeats_its_run_in_a_fresh_process(
    changes, within, runs_dir, tmp_path, tiny_mnist
):
    run = run_with(Hyperparameters(**changes), runs_dir, state=State.RUNNING)
    train(run, mnist.load("mnist"))
    parameters, accuracy = start_script(run, tmp_path, tiny_mnist)
    assert parameters == total_parameters(layer_table(run.hyperparameters))
    # one of the 40 test digits may lie on the border of two answers
    assert accuracy == pytest.approx(run.status().test_accuracy, abs=within + 0.026)
    assert accuracy > 0.15


def test_the_script_of_a_stopped_run_trains_its_whole_epochs(runs_dir, tmp_path, tiny_mnist):
    values = Hyperparameters(filters=(4,), epochs=2, batch_size=16)
    run = run_with(values, runs_dir, state=State.RUNNING)
    train(run, mnist.load("mnist"))
    planned = Hyperparameters(filters=(4,), epochs=30, batch_size=16)
    (run.path / "hyperparameters.json").write_text(planned.to_json())
    run.update_status(state=State.STOPPED)
    assert "of 30 planned epochs, 2 were completed" in " ".join(run_script(run).split("\n# "))
    _, accuracy = start_script(run, tmp_path, tiny_mnist)
    assert accuracy == pytest.approx(run.status().test_accuracy, abs=0.026)


def test_a_script_of_hands_and_non_digits_runs_to_its_end(runs_dir, tmp_path, tiny_mnist):
    values = Hyperparameters(
        filters=(4,), augmentation="handwriting", reject_class=True, epochs=1, scale_pixels=True
    )
    parameters, _ = start_script(run_with(values, runs_dir), tmp_path, tiny_mnist)
    assert parameters == total_parameters(layer_table(values))


@pytest.mark.mnist
def test_on_the_whole_of_mnist_the_accuracy_is_the_same(runs_dir, tmp_path):
    values = Hyperparameters(
        filters=(8,), pool_after=(1,), epochs=1, training_images=6_000, scale_pixels=True
    )
    run = run_with(values, runs_dir, state=State.RUNNING)
    train(run, mnist.load("mnist"))
    _, accuracy = start_script(run, tmp_path, os.environ["MNIST_NPZ"])
    assert accuracy == pytest.approx(run.status().test_accuracy, abs=WITHIN)
    assert accuracy > 0.8
    mnist._mnist.cache_clear()


@st.composite
def hyperparameters(draw):
    filters = tuple(draw(st.lists(st.integers(1, 6), min_size=1, max_size=3)))
    choices = {
        name: draw(st.sampled_from(list(spec.choices)))
        for name, spec in SPECS.items()
        if spec.choices
    }
    switches = ("batch_normalization", "global_average_pooling", "reject_class", "scale_pixels")
    return Hyperparameters(
        filters=filters,
        kernel_size=draw(st.integers(1, 5)),
        pool_after=tuple(sorted(draw(st.sets(st.integers(1, len(filters)))))),
        dropout=draw(st.sampled_from([0, 0.1, 0.5])),
        dense_units=draw(st.sampled_from([0, 7])),
        learning_rate=draw(st.floats(1e-6, 10)),
        weight_decay=draw(st.sampled_from([0, 1e-5, 0.1])),
        label_smoothing=draw(st.sampled_from([0, 0.1])),
        early_stopping=draw(st.integers(0, 3)),
        training_images=draw(st.sampled_from([100, 55_000])),
        seed=draw(st.integers(0, 2**31 - 1)),
        **choices,
        **{switch: draw(st.booleans()) for switch in switches},
    )


def fits(values):
    try:
        return bool(layer_table(values))
    except ValueError:
        return False


@hypothesis_settings(max_examples=30)
@given(values=hyperparameters())
def test_every_script_builds_the_same_network_with_the_same_weights_and_training(
    values, tmp_path_factory
):
    assume(fits(values))
    run = run_with(values, tmp_path_factory.mktemp("runs"))
    compile(run_script(run), "digits.py", "exec")
    made = after(run, "Choose", "Stack the layers")
    network, table = made["network"], layer_table(values)
    found = [(type(x).__name__, x.output.shape[1:], x.count_params()) for x in network.layers]
    assert found == [(layer.kind, layer.output_shape, layer.parameters) for layer in table]
    keras.utils.set_random_seed(values.seed)
    original = build_network(values)
    for mine, theirs in zip(network.get_weights(), original.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"optimizer": "sgd", "weight_decay": 0.01},
        {"optimizer": "rmsprop", "schedule": "one_cycle", "label_smoothing": 0.2},
        {"reject_class": True, "learning_rate": 0.3},
    ],
)
def test_a_script_compiles_its_network_as_the_app_does(changes, runs_dir):
    values = Hyperparameters(filters=(2,), epochs=4, **changes)
    run = run_with(values, runs_dir)
    titles = ("Choose", "Stack the layers", "Plan the learning rate", "Say how it learns")
    script = after(run, *titles, batches=range(25))
    original = build_network(values)
    compile_network(original, values, steps_per_epoch=25, jump=1)
    mine, theirs = script["network"].optimizer, original.optimizer
    assert type(mine) is type(theirs)
    assert settings_of(mine) == settings_of(theirs)
    for step in (0, 30, 99):
        mine.iterations.assign(step)
        theirs.iterations.assign(step)
        assert float(mine.learning_rate) == pytest.approx(float(theirs.learning_rate))
    y, p = np.eye(11)[[1]], np.full((1, 11), 1 / 11)
    loss = keras.losses.get(script["network"].loss)
    assert float(np.mean(loss(y, p))) == pytest.approx(float(original.loss(y, p)))


def settings_of(optimizer):
    values = optimizer.get_config()
    return {name: value for name, value in values.items() if name not in ("learning_rate", "name")}


@pytest.mark.parametrize("training_images", [55_000, 120])
def test_a_script_has_the_same_digits_in_the_same_order(training_images, runs_dir, tiny_mnist):
    values = Hyperparameters(training_images=training_images, batch_size=50, seed=3)
    script = after(
        run_with(values, runs_dir),
        "Choose", "Load the digits", "Hold some digits out", "Put them in batches",
    )  # fmt: skip
    dataset = mnist.load("mnist")
    digits = choose_images(dataset.train, values)
    np.testing.assert_array_equal(script["x_train"], digits.images)
    np.testing.assert_array_equal(script["y_validation"], dataset.validation.labels)
    np.testing.assert_array_equal(script["x_validation"], dataset.validation.images)
    np.testing.assert_array_equal(script["test_images"], dataset.test.images)
    batches, original = script["batches"], training_batches(digits, values)
    for _ in range(2):
        batches.on_epoch_begin()
        for index, (images, answers) in enumerate(original):
            np.testing.assert_array_equal(batches[index][0], images)
            np.testing.assert_array_equal(batches[index][1], answers)
        assert len(batches) == index + 1


def test_the_script_of_a_run_on_the_sample_takes_the_same_digits_from_mnist(
    runs_dir, tmp_path, monkeypatch
):
    # the sample is the first 500 of each digit, so these alone serve as MNIST here
    train, test = read_sample()
    images, labels = (np.concatenate(parts) for parts in zip(train, test, strict=True))
    path = tmp_path / "mnist.npz"
    np.savez(path, x_train=images, y_train=labels, x_test=images[:10], y_test=labels[:10])
    monkeypatch.setenv("MNIST_NPZ", str(path))
    run = run_with(Hyperparameters(), runs_dir, dataset="sample", training_images=3_600)
    script = after(run, "Choose", "Load the digits", "Hold some digits out")
    dataset = mnist.load("sample")
    for mine, theirs in [("train", dataset.train), ("validation", dataset.validation)]:
        np.testing.assert_array_equal(script[f"x_{mine}"], theirs.images)
        np.testing.assert_array_equal(script[f"y_{mine}"], theirs.labels)
    np.testing.assert_array_equal(script["test_images"], dataset.test.images)
    np.testing.assert_array_equal(script["test_labels"], dataset.test.labels)


@pytest.mark.mnist
def test_the_sample_is_the_first_500_of_each_digit_of_mnist():
    train, test = read_sample()
    with np.load(os.environ["MNIST_NPZ"]) as arrays:
        images, labels = arrays["x_train"], arrays["y_train"]
    for digit in range(10):
        first = images[labels == digit][:500]
        np.testing.assert_array_equal(first[:400], train.images[train.labels == digit])
        np.testing.assert_array_equal(first[400:], test.images[test.labels == digit])


def test_a_script_is_formatted_and_without_a_word_too_many(varied_run, tmp_path):
    path = tmp_path / "digits.py"
    path.write_text(run_script(varied_run))
    for words in (["format", "--check", "--diff"], ["check", "--select", "E,W,F,I,UP,B,C4"]):
        command = [sys.executable, "-m", "ruff", *words, "--no-cache", "--isolated"]
        done = subprocess.run(
            [*command, "--line-length", "100", path], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout


def test_a_script_needs_keras_and_numpy_alone_and_defines_each_name_once(varied_run):
    tree = ast.parse(run_script(varied_run))
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            modules.add(node.module.partition(".")[0])
    assert modules - set(sys.stdlib_module_names) == {"keras", "numpy"}
    defined = [node.name for node in tree.body if hasattr(node, "name")]
    defined += [
        name.id
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in getattr(node, "targets", None) or [node.target]
        for name in ast.walk(target)
        if isinstance(name, ast.Name)
    ]
    again = {name for name, count in Counter(defined).items() if count > 1}
    assert again <= {"train"}  # fewer training digits than there are


def test_a_script_has_no_word_of_what_its_run_does_without(runs_dir):
    text = run_script(run_with(Hyperparameters(), runs_dir))
    for word in (
        "BatchNormalization", "CosineDecay", "Dropout", "augment", "smoothing", "decay",
        "Rescaling", "EarlyStopping", "non_digits", "padding", "handwriting", "look", "chance.",
    ):  # fmt: skip
        assert word not in text.replace("another chance.", ""), word


def test_there_is_no_script_for_a_run_that_was_taught(runs_dir):
    run = run_with(Hyperparameters(), runs_dir)
    (run.path / FINE_TUNE_FILE).write_text("{}")
    assert "was taught your digits" in refusal(run)
    with pytest.raises(ValueError, match="was taught your digits"):
        run_script(run)


def test_there_is_no_script_for_a_run_stopped_before_its_first_epoch(runs_dir):
    run = run_with(Hyperparameters(), runs_dir, state=State.STOPPED)
    assert "stopped before its first epoch ended" in refusal(run)


def test_a_damaged_run_and_layers_that_do_not_fit_are_refused_with_a_sentence(runs_dir):
    run = run_with(Hyperparameters(filters=(4, 4, 4, 4, 4), kernel_size=7), runs_dir)
    assert "before convolution 5" in refusal(run)
    (run.path / "hyperparameters.json").write_text("{")
    assert "can't be read" in refusal(run)


def test_a_run_in_the_queue_has_a_script_of_the_digits_it_waits_to_train_on(runs_dir):
    run = run_with(Hyperparameters(), runs_dir, state=State.QUEUED, dataset="", mnist_file="x.npz")
    assert "first 500 images" not in run_script(run)
    run.update_status(mnist_file="")
    assert "first 500 images" in " ".join(run_script(run).split("\n# "))


def test_the_script_is_exported_by_the_command_line(runs_dir, tmp_path, capsys):
    output = tmp_path / "digits.py"
    assert main(["export", "built-in", "--format", "script", "--output", str(output)]) == 0
    assert output.read_text() == run_script(Run(BUILT_IN_PATH))
    run = run_with(Hyperparameters(), runs_dir, state=State.STOPPED)
    words = ["export", run.id, "--format", "script", "--output", str(output)]
    assert main([*words, "--runs-dir", str(runs_dir)]) == 2
    assert "stopped before its first epoch" in capsys.readouterr().err

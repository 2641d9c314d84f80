import os
import shutil
import subprocess
import sys

import keras
import numpy as np
import onnxruntime
import pytest

from cnn.data import mnist
from cnn.data.mnist import load, load_test
from cnn.hyperparameters import Hyperparameters
from cnn.inference.classifier import load_classifier
from cnn.inference.predictor import Predictor
from cnn.runs import store
from cnn.runs.calibration import read_calibration
from cnn.runs.snapshots import START, read_snapshots, replayed_digits, saved_epochs
from cnn.runs.status import State
from cnn.training import fit
from cnn.training.calibrate import digit_probabilities
from cnn.training.fit import train
from cnn.training.metrics_callback import TrainingFailedError

SMALL = {"filters": (4,), "pool_after": (1,), "batch_size": 16, "scale_pixels": True, "epochs": 2}
PLAIN = {"learning_rate": 0.01}
REJECT = {"reject_class": True, "augmentation": "handwriting", "learning_rate": 0.02}


@pytest.fixture
def new_run(tiny_mnist, runs_dir):
    return lambda **changes: store.create(Hyperparameters(**{**SMALL, **changes}), runs_dir)


@pytest.fixture(scope="module")
def trained_before(tmp_path_factory):
    """Folders of finished runs by their hyperparameters: training is what takes long here."""
    return tmp_path_factory.mktemp("trained"), {}


@pytest.fixture(params=[PLAIN, REJECT], ids=["ten outputs", "eleven outputs"])
def finished(request, new_run, trained_before):
    """A finished run, to be read only."""
    archive, known = trained_before
    key = str(request.param)
    if key not in known:
        run = new_run(**request.param)
        train(run, load())
        known[key] = shutil.copytree(run.path, archive / run.id)
    return store.Run(known[key])


LOAD_IN_PLAIN_KERAS = """
import sys
import keras
import numpy as np
images = np.load("images.npy")
for number, path in enumerate(sys.argv[1:]):
    network = keras.models.load_model(path)
    assert not network.compiled
    np.save(f"{number}.npy", network.predict(images, verbose=0))
"""


def test_the_keras_files_of_a_run_and_of_the_built_in_one_open_without_this_project(
    new_run, tmp_path
):
    run = new_run(epochs=1, schedule="one_cycle", reject_class=True, dropout=0.1)
    train(run, load())
    built_in = store.open_run(store.BUILT_IN, tmp_path)
    images = load_test("mnist").images
    np.save(tmp_path / "images.npy", images[..., None].astype("float32"))
    files = [each.path / "model.keras" for each in (run, built_in)]
    command = [sys.executable, "-c", LOAD_IN_PLAIN_KERAS, *map(str, files)]
    subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": ""}, check=True)
    for number, each in enumerate((run, built_in)):
        probabilities = digit_probabilities(np.load(tmp_path / f"{number}.npy"))
        expected, _ = Predictor(each.model_path).outputs(images)
        np.testing.assert_allclose(probabilities, expected, atol=1e-4)
    assert files[1].stat().st_size <= 300_000


def test_a_finished_run_says_what_it_was_trained_on_and_how_well(finished):
    status, metrics = finished.status(), finished.metrics()
    assert (status.state, status.phase, status.message) == (State.FINISHED, "", "")
    assert (status.dataset, status.training_images, status.resumes) == ("mnist", 220, 0)
    assert [point.epoch for point in metrics.epochs] == [1, 2]
    assert metrics.training[-1].epoch == 2
    assert status.validation_accuracy == pytest.approx(metrics.epochs[-1].validation_accuracy)
    assert not (finished.path / "checkpoint").exists()


def test_its_accuracies_and_test_predictions_are_those_of_its_networks(finished):
    status, test, validation = finished.status(), load_test("mnist"), load().validation
    predictor = Predictor(finished.model_path)
    probabilities, scores = predictor.outputs(test.images)
    with np.load(finished.path / "test_predictions.npz") as stored:
        np.testing.assert_allclose(stored["probabilities"], probabilities, atol=1e-5)
        np.testing.assert_allclose(stored["probabilities"].sum(axis=1), 1, atol=1e-5)
        np.testing.assert_array_equal(stored["labels"], test.labels)
    assert status.test_accuracy == np.mean(probabilities.argmax(axis=1) == test.labels)
    answers = predictor.probabilities(validation.images).argmax(axis=1)
    assert status.validation_accuracy == pytest.approx(np.mean(answers == validation.labels))
    network = keras.models.load_model(finished.path / "model.keras")
    outputs = network.predict(test.images[..., None].astype("float32"), verbose=0)
    np.testing.assert_allclose(digit_probabilities(outputs), probabilities, rtol=1e-3, atol=1e-5)
    assert 0 <= scores.min() <= scores.max() <= 1
    if finished.hyperparameters.reject_class:
        np.testing.assert_allclose(scores, 1 - outputs[:, 10], atol=1e-5)


def test_a_finished_run_has_a_snapshot_of_each_epoch(finished):
    epochs = read_snapshots(finished)
    assert epochs.numbers == (1, 2)
    network = keras.models.load_model(finished.path / "model.keras")
    (kernel,) = [layer.kernel for layer in network.layers if hasattr(layer, "kernel_size")]
    np.testing.assert_allclose(epochs.filters[-1], kernel.numpy()[:, :, 0, :])
    assert not np.array_equal(epochs.filters[0], epochs.filters[1])
    with np.load(finished.path / "test_predictions.npz") as stored:
        # saved in steps of 1/255, so to a hundredth, and a temperature may stretch that
        np.testing.assert_allclose(epochs.probabilities[-1], stored["probabilities"], atol=0.05)


def test_a_finished_run_has_its_temperature_and_its_threshold(finished):
    calibration = read_calibration(finished.path)
    assert calibration.temperature not in (0, 1)
    assert 0 < calibration.threshold < 1
    predictions = load_classifier(finished).predict(load().validation.images)
    assert sum(not each.is_digit for each in predictions) <= 1  # of 20


def test_there_is_a_snapshot_from_before_the_first_epoch(new_run):
    run = new_run(epochs=1, learning_rate=1e-6)
    train(run, load())
    replayed = replayed_digits(load().test.labels)
    snapshots = read_snapshots(run, (START, 1), replayed)
    before, after = snapshots.probabilities
    np.testing.assert_allclose(before, after, atol=0.02)  # such small steps change next to nothing
    assert 0 < np.abs(snapshots.filters[1] - snapshots.filters[0]).max() < 1e-3


def test_a_stopped_run_keeps_the_network_it_reached(new_run):
    run = new_run(epochs=50)
    run.stop_file.touch()
    train(run, load())
    status = run.status()
    assert status.state is State.STOPPED
    assert run.is_usable
    assert (run.path / "calibration.json").is_file()
    assert status.test_accuracy is not None
    assert run.metrics().epochs == ()


def test_a_stopped_run_is_usable_before_all_test_digits_are_read(new_run, monkeypatch):
    run = new_run()
    run.stop_file.touch()
    seen = []
    monkeypatch.setattr(fit, "_test", lambda *_: seen.append((run.is_usable, run._read_status())))
    train(run, load())
    ((usable, status),) = seen
    assert usable
    assert (status.state, status.phase) == (State.STOPPED, "testing")


def test_an_exploding_loss_fails_with_the_learning_rate_as_the_likely_cause(new_run):
    run = new_run(
        filters=(8, 8, 8, 8),
        pool_after=(),
        optimizer="sgd",
        learning_rate=10,
        activation="elu",
        scale_pixels=False,
    )
    with pytest.raises(TrainingFailedError, match=r"learning rate of 10; try 1"):
        train(run, load())
    assert not run.is_usable


def test_early_stopping_keeps_the_weights_of_the_best_epoch(new_run):
    run = new_run(epochs=8, early_stopping=1, learning_rate=0.3, optimizer="sgd")
    train(run, load())
    epochs = run.metrics().epochs
    best = min(epochs, key=lambda point: point.validation_loss)
    session = onnxruntime.InferenceSession(run.model_path)
    validation = load().validation
    pixels = validation.images[..., None].astype("float32")
    (answers,) = session.run(["probabilities"], {"image": pixels})
    accuracy = np.mean(answers.argmax(axis=1) == validation.labels)
    assert run.status().validation_accuracy == best.validation_accuracy
    assert accuracy == pytest.approx(best.validation_accuracy, abs=1e-6)


class Death(BaseException):
    """Ends a training as a kill does: nothing handles it."""


# What a training writes, and whether it dies before or after a call that writes it.
PHASES = [
    ("cnn.training.snapshot_recorder.save_snapshot", "before"),
    ("cnn.training.checkpoint.write_bytes", "before"),
    ("cnn.training.checkpoint.write_bytes", "after"),
    ("cnn.training.metrics_callback.append_point", "after"),
    ("cnn.training.fit._save", "after"),
]


def train_until_death(run, monkeypatch, phase, epochs):
    """Let a training die once this many epochs are on disk."""
    name, when = phase
    module, _, attribute = name.rpartition(".")
    write = getattr(sys.modules[module], attribute)

    def write_and_die(*arguments):
        if when == "after":
            write(*arguments)
        if len(run.metrics().epochs) >= epochs:
            raise Death
        return write(*arguments) if when == "before" else None

    with monkeypatch.context() as patch:
        patch.setattr(name, write_and_die)
        with pytest.raises(Death):
            train(run, load())


def outcome(run):
    """What a training comes to, but for the time it took."""
    session = onnxruntime.InferenceSession(run.model_path)
    pixels = load_test("mnist").images[..., None].astype("float32")
    return {
        "epochs": [point[:5] for point in run.metrics().epochs],
        "snapshots": read_snapshots(run).filters,
        "features": session.run(["features"], {"image": pixels})[0],
        "accuracy": (run.status().validation_accuracy, run.status().test_accuracy),
    }


def test_a_run_that_died_in_every_phase_is_the_one_that_did_not(new_run, monkeypatch):
    changes = {
        **REJECT, "learning_rate": 0.05, "epochs": 12, "early_stopping": 2, "dropout": 0.3,
        "batch_normalization": True, "batch_size": 32, "schedule": "one_cycle",
    }  # fmt: skip
    uninterrupted, run = new_run(**changes), new_run(**changes)
    train(uninterrupted, load())
    expected = outcome(uninterrupted)
    losses = [point[3] for point in expected["epochs"]]
    assert 4 < len(losses) < 12  # early stopping ended it
    assert min(losses) not in losses[-2:]
    for epochs, phase in enumerate(PHASES):
        train_until_death(run, monkeypatch, phase, epochs)
        numbers = [point.epoch for point in run.metrics().epochs]
        assert [number for number in saved_epochs(run) if number != START] == numbers
    train(run, load())
    found = outcome(run)
    assert run.status().resumes == len(PHASES) - 1  # the first death left nothing
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-3, atol=1e-4, err_msg=name)
    assert sorted({point.epoch for point in run.metrics().epochs}) == [*range(1, len(losses) + 1)]
    assert not (run.path / "checkpoint").exists()


def cut_off(path):
    path.write_bytes(path.read_bytes()[:1000])


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: cut_off(folder / "2.npz"), "could not be read. Resumed after epoch 1."),
        (
            lambda folder: [path.write_bytes(b"") for path in folder.iterdir()],
            "could not be read. Started again from epoch 1.",
        ),
    ],
    ids=["the newest file is cut off", "both files are empty"],
)
def test_a_damaged_checkpoint_costs_epochs_and_not_the_run(new_run, monkeypatch, damage, message):
    run = new_run(epochs=3)
    train_until_death(run, monkeypatch, PHASES[3], 2)
    damage(run.path / "checkpoint")
    train(run, load())
    status = run.status()
    assert [point.epoch for point in run.metrics().epochs] == [1, 2, 3]
    assert status.state is State.FINISHED
    assert status.message.endswith(message)


def test_a_checkpoint_completes_curves_that_were_lost(new_run, monkeypatch):
    run = new_run(epochs=2)
    train_until_death(run, monkeypatch, PHASES[4], 2)
    before = run.metrics().epochs
    run.metrics_path.unlink()
    train(run, load())
    assert run.metrics().epochs == before
    assert run.status().message == "Resumed after epoch 2."


@pytest.mark.parametrize(
    ("rate", "cause"), [(5.0, "5, which is too high; try 0.5"), (1e-6, "too low; try 0.001")]
)
def test_a_run_at_chance_level_says_so(new_run, rate, cause):
    run = new_run(epochs=1, learning_rate=rate, filters=(1,), activation="sigmoid")
    train(run, load())
    assert "learned nothing" in run.status().message
    assert cause in run.status().message


def test_a_run_on_the_sample_says_so(new_run, monkeypatch):
    run = new_run(epochs=1, training_images=100)
    monkeypatch.delenv("MNIST_NPZ")
    train(run, mnist.load())
    assert run.status().dataset == "sample"
    with np.load(run.path / "test_predictions.npz") as stored:
        assert stored["probabilities"].shape == (1000, 10)

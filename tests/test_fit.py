import os
import re
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
from cnn.runs.snapshots import START, read_snapshots, replayed_digits, saved_epochs
from cnn.runs.status import State, read_calibration
from cnn.training import fit
from cnn.training.calibrate import digit_probabilities, digit_scores
from cnn.training.checkpoint import Checkpoint
from cnn.training.fit import train
from cnn.training.model import build_network, compile_network
from tests.conftest import SMALL

REJECT = {"reject_class": True, "learning_rate": 0.02, "dropout": 0.1, "schedule": "one_cycle"}


@pytest.fixture
def new_run(tiny_mnist, runs_dir):
    return lambda **changes: store.create(Hyperparameters(**{**SMALL, **changes}), runs_dir)


@pytest.fixture(params=[{}, REJECT], ids=["ten outputs", "eleven outputs"])
def finished(request, trained):
    """A finished run."""
    return trained(**request.param)


def test_a_finished_run_says_what_it_was_trained_on_and_how_well(finished):
    status, metrics = finished.status(), finished.metrics()
    assert (status.state, status.phase, status.message) == (State.FINISHED, "", "")
    assert (status.dataset, status.training_images, status.resumes) == ("mnist", 220, 0)
    assert [point.epoch for point in metrics.epochs] == [1, 2]
    assert metrics.training[-1].epoch == 2
    assert status.validation_accuracy == pytest.approx(metrics.epochs[-1].validation_accuracy)
    assert [path.name for path in (finished.path / "checkpoint").iterdir()] == ["2.npz"]
    calibration = read_calibration(finished.path)
    assert calibration.temperature not in (0, 1)
    assert 0 < calibration.threshold < 1
    predictions = load_classifier(finished).predict(load().validation.images)
    assert sum(not each.is_digit for each in predictions) <= 1  # of 20


def test_its_accuracies_and_test_predictions_are_those_of_its_networks(finished):
    status, test, validation = finished.status(), load_test("mnist"), load().validation
    predictor = Predictor(finished.model_path)
    probabilities = predictor.probabilities(test.images)
    with np.load(finished.path / "test_predictions.npz") as stored:
        np.testing.assert_allclose(stored["probabilities"], probabilities, atol=1e-5)
        np.testing.assert_allclose(stored["probabilities"].sum(axis=1), 1, atol=1e-5)
        np.testing.assert_array_equal(stored["labels"], test.labels)
    assert status.test_accuracy == np.mean(probabilities.argmax(axis=1) == test.labels)
    predicted = predictor.probabilities(validation.images).argmax(axis=1)
    assert status.validation_accuracy == pytest.approx(np.mean(predicted == validation.labels))


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


def test_keras_files_open_without_this_project_and_predict_as_the_onnx_files(trained, tmp_path):
    runs = trained(), trained(**REJECT), store.Run(store.BUILT_IN_PATH)
    images = load_test("mnist").images
    np.save(tmp_path / "images.npy", images[..., None].astype("float32"))
    files = [run.path / "model.keras" for run in runs]
    command = [sys.executable, "-c", LOAD_IN_PLAIN_KERAS, *map(str, files)]
    subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": ""}, check=True)
    for number, run in enumerate(runs):
        outputs = np.load(tmp_path / f"{number}.npy")
        probabilities, scores = Predictor(run.model_path).outputs(images)
        np.testing.assert_allclose(digit_probabilities(outputs), probabilities, atol=1e-4)
        np.testing.assert_allclose(digit_scores(outputs), scores, atol=1e-4)
    assert files[-1].stat().st_size <= 300_000


def test_a_finished_run_has_a_snapshot_from_before_the_first_epoch_and_of_each(finished):
    keras.utils.set_random_seed(finished.hyperparameters.seed)
    networks = (
        build_network(finished.hyperparameters),
        keras.models.load_model(finished.path / "model.keras"),
    )
    first, last = (network.get_layer("convolution_1").kernel.numpy() for network in networks)
    assert saved_epochs(finished) == (START, 1, 2)
    replayed = replayed_digits(load().test.labels)
    filters = read_snapshots(finished, (START, 1, 2), replayed).filters
    np.testing.assert_allclose(filters[[0, 2]], [first[:, :, 0], last[:, :, 0]])
    assert not np.array_equal(filters[1], filters[2])
    with np.load(finished.path / "test_predictions.npz") as stored:
        # saved in steps of 1/255, so to a hundredth, and a temperature may stretch that
        probabilities = read_snapshots(finished).probabilities[-1]
        np.testing.assert_allclose(probabilities, stored["probabilities"], atol=0.05)


def test_a_stopped_run_keeps_its_network_and_is_usable_before_its_test(new_run, monkeypatch):
    run, test, seen = new_run(epochs=50), fit.save_predictions, []
    run.stop_file.touch()

    def tell_and_test(*arguments):
        seen.append((run.is_usable, run._read_status()))
        return test(*arguments)

    monkeypatch.setattr(fit, "save_predictions", tell_and_test)
    train(run, load())
    ((usable, status),) = seen
    assert usable
    assert (status.state, status.phase) == (State.STOPPED, "testing")
    assert (run.path / "calibration.json").is_file()
    assert run.status().state is State.STOPPED
    assert run.status().test_accuracy is not None
    assert run.metrics().epochs == ()


class Death(BaseException):
    """Ends a training as a kill does: nothing handles it."""


# What a training writes, whether it dies before or after that, and the epochs it has then.
DEATHS = [
    ("cnn.training.recorder.append_point", "before", 0),
    ("cnn.training.checkpoint.write_bytes", "before", 2),
    ("cnn.training.checkpoint.write_bytes", "after", 3),
    ("cnn.training.fit._save", "after", 4),
]


def train_until_death(run, monkeypatch, name, when, epochs):
    """Let a training die once this many epochs are in its curves."""
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
        "learning_rate": 0.1, "label_smoothing": 0.3, "epochs": 10, "early_stopping": 2,
        "dropout": 0.3, "batch_normalization": True, "batch_size": 32,
    }  # fmt: skip
    uninterrupted, run = new_run(**changes), new_run(**changes)
    train(uninterrupted, load())
    expected = outcome(uninterrupted)
    losses = [point[3] for point in expected["epochs"]]
    assert 4 < len(losses) < 10  # early stopping ended it
    best = expected["epochs"][np.argmin(losses)]
    assert best not in expected["epochs"][-2:]
    assert uninterrupted.status().validation_accuracy == best[4]  # its weights are the result
    for number, death in enumerate(DEATHS):
        train_until_death(run, monkeypatch, *death)
        assert run.status().resumes == max(0, number - 1)  # the first death left nothing
        if number == 2:
            newest = run.path / "checkpoint" / "3.npz"
            newest.write_bytes(newest.read_bytes()[:1000])  # costs an epoch and not the run
    assert run.status().message == "Its last checkpoint could not be read. Resumed after epoch 2."
    train(run, load())
    found = outcome(run)
    assert run.status().message == f"Resumed after epoch {len(losses)}."
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-3, atol=1e-4, err_msg=name)
    assert [point.epoch for point in run.metrics().epochs] == [*range(1, len(losses) + 1)]
    assert len(list((run.path / "checkpoint").iterdir())) == 1


def test_the_newest_readable_checkpoint_is_restored_and_the_last_two_stay(tmp_path):
    network = build_network(Hyperparameters(filters=(1,)))
    compile_network(
        network, Hyperparameters(filters=(1,)), steps_per_epoch=1, steps_per_execution=1
    )
    checkpoint = Checkpoint(tmp_path, network, keras.callbacks.EarlyStopping())
    checkpoint.early_stopping.best, checkpoint.early_stopping.wait = 0.5, 1
    first = network.get_weights()[-1]
    for epoch in (1, 2, 3):
        network.get_layer("probabilities").bias.assign(first + epoch)
        checkpoint.save(epoch)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2.npz", "3.npz"]
    assert (checkpoint.restore(), checkpoint.is_damaged) == (3, False)
    (tmp_path / "3.npz").write_bytes(b"")
    assert (checkpoint.restore(), checkpoint.is_damaged) == (2, True)
    np.testing.assert_array_equal(network.get_weights()[-1], first + 2)
    (tmp_path / "2.npz").write_bytes(b"PK")
    assert checkpoint.restore() == 0


@pytest.mark.parametrize(
    ("accuracy", "rate", "cause"),
    [
        (0.115, 5.0, "11.5% is that of guessing. .* 5, which is too high; try 0.5"),
        (0.115, 1e-6, "too low; try 0.001"),
        (0.15, 5.0, "^$"),
    ],
)
def test_an_accuracy_at_chance_level_is_told_with_its_cause(accuracy, rate, cause):
    labels = np.arange(1000) % 10
    assert re.search(cause, fit._chance_level_message(accuracy, labels, rate))


def test_a_run_on_the_sample_that_learns_nothing_says_so(new_run, monkeypatch):
    run = new_run(epochs=1, training_images=100, learning_rate=1e-6)
    monkeypatch.delenv("MNIST_NPZ")
    train(run, mnist.load())
    assert run.status().dataset == "sample"
    assert "learned nothing" in run.status().message
    with np.load(run.path / "test_predictions.npz") as stored:
        assert stored["probabilities"].shape == (1000, 10)

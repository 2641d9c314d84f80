"""Train one run from its folder, and leave everything it reached in that folder."""

import json
import shutil
import time
from pathlib import Path

import keras
import numpy as np

from cnn.data.mnist import Dataset, Digits
from cnn.hyperparameters import Hyperparameters
from cnn.network.layers import layer_table
from cnn.runs.calibration import write_calibration
from cnn.runs.files import replace_together
from cnn.runs.metrics import truncate_after
from cnn.runs.status import State
from cnn.runs.store import Run
from cnn.runs.training_time import seconds_per_image
from cnn.training.calibrate import calibrate, digit_probabilities
from cnn.training.export import export_keras, export_onnx
from cnn.training.fine_tuning_data import starting_network, with_saved_digits
from cnn.training.model import compile_network
from cnn.training.pipeline import choose_images, plain_batches, training_batches
from cnn.training.recorder import SnapshotRecorder
from cnn.training.reporter import Reporter, StopRequestedError

# Up to 16 batches in one call into TensorFlow: 1.2–1.4 times faster at small batches; fewer where
# batches take long, so that Stop and the curve never wait for a call.
MAX_BATCHES_PER_CALL = 16
CALL_SECONDS = 0.4


def train(run: Run, dataset: Dataset) -> None:
    """Train, save, export and test one run. The caller holds the run's lock.

    Raises:
        TrainingFailedError: the training came to nothing; the message says why.
    """
    keras.utils.set_random_seed(run.hyperparameters.seed)
    digits = with_saved_digits(run, choose_images(dataset.train, run.hyperparameters))
    run.update_status(
        dataset=dataset.name,
        training_images=len(digits.labels),
        mnist_file="",
        phase="preparing",
    )
    network = starting_network(run)
    state, seconds = _fit(run, network, digits, dataset)
    run.update_status(phase="saving", seconds=seconds)
    validation_accuracy = _save(run, network, dataset.validation)
    if state is State.STOPPED:  # usable from here on; its test follows
        run.update_status(state=state)
    run.update_status(phase="testing")
    run.update_status(
        state=state,
        phase="",
        ended=time.time(),
        validation_accuracy=validation_accuracy,
        test_images=len(dataset.test.labels),
        test_accuracy=_test(run, network, dataset.test),
    )
    shutil.rmtree(_checkpoint(run), ignore_errors=True)


def _fit(run: Run, network: keras.Model, digits: Digits, dataset: Dataset) -> tuple[State, float]:
    """Train the network and return how it ended, with the seconds it took."""
    hyperparameters = run.hyperparameters
    batch_size = hyperparameters.batch_size
    steps = -(-len(digits.labels) // batch_size)
    compile_network(network, hyperparameters, steps, min(_batches_per_call(hyperparameters), steps))
    spent = truncate_after(run.metrics_path, _saved_epoch(_checkpoint(run)))
    reporter = Reporter(run, len(digits.labels), batch_size, spent)
    recorder = SnapshotRecorder(run, dataset.test, reporter.look)
    try:
        network.fit(
            training_batches(digits, hyperparameters, reporter.look),
            validation_data=plain_batches(dataset.validation, network.output_shape[1]),
            epochs=hyperparameters.epochs,
            callbacks=[*_keras_callbacks(run, hyperparameters), reporter, recorder],
            shuffle=False,  # the pipeline does
            verbose=0,
        )
        return State.FINISHED, reporter.seconds
    except StopRequestedError:
        return State.STOPPED, reporter.seconds


def _save(run: Run, network: keras.Model, validation: Digits) -> float:
    """Save the network with its calibration, and return its validation accuracy."""
    calibration, accuracy = calibrate(network, validation)
    with replace_together(run.path) as folder:
        write_calibration(folder, calibration)
        export_keras(network, folder / "model.keras")
        export_onnx(network, folder / run.model_path.name)
    return accuracy


def _batches_per_call(hyperparameters: Hyperparameters) -> int:
    seconds = seconds_per_image(layer_table(hyperparameters)) * hyperparameters.batch_size
    return max(1, min(MAX_BATCHES_PER_CALL, int(CALL_SECONDS / seconds)))


def _keras_callbacks(run: Run, hyperparameters: Hyperparameters) -> list[keras.callbacks.Callback]:
    callbacks = [
        keras.callbacks.BackupAndRestore(
            _checkpoint(run), double_checkpoint=True, delete_checkpoint=False
        )
    ]
    if hyperparameters.early_stopping:
        callbacks.append(
            keras.callbacks.EarlyStopping(
                monitor="val_loss",
                patience=hyperparameters.early_stopping,
                restore_best_weights=True,
            )
        )
    return callbacks


def _checkpoint(run: Run) -> Path:
    return run.path / "checkpoint"


def _saved_epoch(checkpoint: Path) -> int:
    """Return how many epochs an interrupted training has kept."""
    try:
        return int(json.loads((checkpoint / "training_metadata.json").read_text())["epoch"])
    except (OSError, ValueError, KeyError):
        return 0


def _test(run: Run, network: keras.Model, test: Digits) -> float:
    """Keep the answers for all test digits, and return the share that is right."""
    answers = network.predict(plain_batches(test, network.output_shape[1]), verbose=0)
    probabilities = digit_probabilities(answers)
    part = run.path / "test_predictions.part.npz"
    np.savez_compressed(part, probabilities=probabilities, labels=test.labels)
    part.replace(run.path / "test_predictions.npz")
    return float(np.mean(probabilities.argmax(axis=1) == test.labels))

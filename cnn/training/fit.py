"""Train one run from its folder, and write all results to that folder."""

import io
import time
from math import sqrt

import keras
import numpy as np

from cnn.data import mnist
from cnn.data.mnist import Dataset, Digits
from cnn.hyperparameters import Hyperparameters
from cnn.network.layers import CLASSES, layer_table
from cnn.runs import continuation
from cnn.runs.continuation import CHECKPOINT
from cnn.runs.files import replace_together, write_bytes
from cnn.runs.metrics import truncate_after
from cnn.runs.status import PREDICTIONS_FILE, State, write_calibration
from cnn.runs.store import Run
from cnn.runs.training_time import seconds_per_image
from cnn.training.calibrate import calibrate, digit_probabilities
from cnn.training.checkpoint import Checkpoint
from cnn.training.export import save_network
from cnn.training.model import build_network, compile_network, set_steps_left, starting_network
from cnn.training.pipeline import (
    choose_images,
    plain_batches,
    training_batches,
    with_saved_digits,
)
from cnn.training.recorder import Recorder, StopRequestedError

# Up to 16 batches in one call into TensorFlow: 1.2–1.4 times faster at small batches; fewer where
# batches take long, so that Stop and the curve never wait for a call.
MAX_BATCHES_PER_CALL = 16
CALL_SECONDS = 0.4
LOW_LEARNING_RATE = 1e-4  # at chance level, a rate below it is taken to be too low


def warm_up() -> None:
    """Import, read MNIST, and trace one small training, so that the first run begins at once."""
    mnist.load()
    hyperparameters = Hyperparameters(filters=(1,), epochs=1, batch_size=8)
    digits = Digits(np.zeros((32, 28, 28), np.uint8), np.zeros(32, np.uint8))
    network = build_network(hyperparameters)
    compile_network(network, hyperparameters, steps_per_epoch=4, steps_per_execution=2)
    network.fit(
        training_batches(digits, hyperparameters),
        validation_data=plain_batches(digits, CLASSES),
        shuffle=False,
        verbose=0,
    )
    keras.backend.clear_session()


def train(run: Run, dataset: Dataset) -> None:
    """Train, save, export and test one run, or raise `RunError`. The caller holds its lock."""
    hyperparameters = run.hyperparameters
    keras.utils.set_random_seed(hyperparameters.seed)
    digits = with_saved_digits(run, choose_images(dataset.train, hyperparameters))
    run.update_status(
        dataset=dataset.name,
        training_images=len(digits.labels),
        mnist_file="",
        phase="preparing",
    )
    network = starting_network(run)
    if not (result := _fit(run, network, digits, dataset)):
        return
    state, seconds = result
    run.update_status(phase="saving", seconds=seconds)
    accuracy = _save(run, network, dataset.validation)
    if state is State.STOPPED:  # usable from here on; its test follows
        run.update_status(state=state)
    elif message := _chance_level_message(
        accuracy, dataset.validation.labels, hyperparameters.learning_rate
    ):
        run.update_status(message=message)
    run.update_status(phase="testing")
    accuracy = save_predictions(run, network, dataset.test)
    continuation.end(run)  # before it is over, and may be continued
    run.update_status(
        state=state,
        phase="",
        ended=time.time(),
        test_images=len(dataset.test.labels),
        test_accuracy=accuracy,
    )


def _fit(
    run: Run, network: keras.Model, digits: Digits, dataset: Dataset
) -> tuple[State, float] | None:
    """Train the network and return how it ended, with the seconds it took.

    None: the run was continued and stopped before anything was done, and is what it was before.
    """
    hyperparameters, epochs = run.hyperparameters, run.hyperparameters.epochs
    steps = -(-len(digits.labels) // hyperparameters.batch_size)
    checkpoint = _compile(run, network, steps)
    epoch, seconds = _resume(run, checkpoint)
    set_steps_left(network, hyperparameters, (epochs - epoch) * steps)
    recorder = Recorder(run, len(digits.labels), dataset.test, checkpoint, seconds)
    try:
        network.fit(
            training_batches(digits, hyperparameters, recorder.epoch, recorder.check_stop),
            validation_data=plain_batches(dataset.validation, network.output_shape[1]),
            initial_epoch=epochs if checkpoint.is_final else epoch,
            epochs=epochs,
            callbacks=[checkpoint.early_stopping, recorder],
            shuffle=False,  # the pipeline does
            verbose=0,
        )
        state = State.FINISHED
    except StopRequestedError:
        if not checkpoint.save_at_stop() and continuation.undo(run):
            return None
        state = State.STOPPED
    checkpoint.keep_newest()
    return state, recorder.seconds


def _compile(run: Run, network: keras.Model, steps: int) -> Checkpoint:
    """Compile the network for so many steps an epoch, and return what saves its training."""
    values = run.hyperparameters
    compile_network(network, values, steps, min(_batches_per_call(values), steps))
    early_stopping = keras.callbacks.EarlyStopping(
        patience=values.early_stopping or values.epochs,  # so many are never exceeded
        restore_best_weights=values.early_stopping > 0,
    )
    return Checkpoint(run.path / CHECKPOINT, network, early_stopping)


def _resume(run: Run, checkpoint: Checkpoint) -> tuple[int, float]:
    """Restore what has been reached: its last epoch, and the seconds it took; say so."""
    before = continuation.before(run)
    done = continuation.epochs_done(before) if before else 0
    epoch = checkpoint.restore(done)
    if before and epoch == done:
        checkpoint.go_on_after_end()
    message = "Its last checkpoint could not be read. " if checkpoint.is_damaged else ""
    if epoch > done or any(point.epoch > done for point in run.metrics().training):
        message += f"Resumed after epoch {epoch}." if epoch else "Started again from epoch 1."
        run.update_status(message=message, resumes=run.status().resumes + 1)
    elif before:
        message += f"Continued after epoch {done} to epoch {run.hyperparameters.epochs}"
        message += "." if checkpoint.iterations else ", with a new optimizer: its state is lost."
        run.update_status(message=message)
    return epoch, truncate_after(run.metrics_path, epoch)


def _save(run: Run, network: keras.Model, validation: Digits) -> float:
    """Save the network with its calibration, and return its validation accuracy."""
    calibration, accuracy = calibrate(network, validation)
    with replace_together(run.path) as folder:
        write_calibration(folder, calibration)
        save_network(network, folder)
    # Those of a continued run are of the network before.
    (run.path / PREDICTIONS_FILE).unlink(missing_ok=True)
    run.update_status(test_accuracy=None, validation_accuracy=accuracy)
    return accuracy


def _batches_per_call(hyperparameters: Hyperparameters) -> int:
    seconds = seconds_per_image(layer_table(hyperparameters)) * hyperparameters.batch_size
    return max(1, min(MAX_BATCHES_PER_CALL, int(CALL_SECONDS / seconds)))


def _chance_level_message(accuracy: float, labels: np.ndarray, learning_rate: float) -> str:
    """Return a sentence if always predicting one class may do as well, within two errors."""
    share = np.bincount(labels).max() / len(labels)
    if accuracy > share + 2 * sqrt(share * (1 - share) / len(labels)):
        return ""
    is_low = learning_rate < LOW_LEARNING_RATE
    return (
        f"The network has learned nothing: its validation accuracy of {accuracy:.1%} is that of "
        f"guessing. The likely cause is the learning rate of {learning_rate:g}, which is too "
        f"{'low' if is_low else 'high'}; try {0.001 if is_low else learning_rate / 10:g}."
    )


def save_predictions(run: Run, network: keras.Model, test: Digits) -> float:
    """Save the predictions for all test digits, and return the accuracy."""
    outputs = network.predict(plain_batches(test, network.output_shape[1]), verbose=0)
    probabilities, buffer = digit_probabilities(outputs), io.BytesIO()
    np.savez_compressed(buffer, probabilities=probabilities, labels=test.labels)
    write_bytes(run.path / PREDICTIONS_FILE, buffer.getvalue())
    return float(np.mean(probabilities.argmax(axis=1) == test.labels))

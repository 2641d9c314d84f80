"""Keras callback that saves how far a training has come, and ends it when asked to stop."""

import math
import time
from typing import Any

import keras
import tensorflow as tf

from cnn.data.mnist import Digits
from cnn.runs import continuation
from cnn.runs.metrics import EpochPoint, TrainingPoint, append_point
from cnn.runs.snapshots import START, replayed_digits, save_snapshot
from cnn.runs.store import Run, RunError
from cnn.sweeps.study import pruning_message
from cnn.training.calibrate import digit_probabilities
from cnn.training.checkpoint import Checkpoint
from cnn.training.pipeline import plain_batches

POINTS_PER_EPOCH = 40


class StopRequestedError(Exception):
    """Stop was clicked: the network as it is now is the result."""


class Recorder(keras.callbacks.Callback):
    """Appends a point every few batches; saves snapshot, point and checkpoint of each epoch.

    An epoch has so many training `images`; snapshots have the predictions for the `test` digits.
    Early stopping comes before this callback. `seconds` were spent before a resume.
    """

    def __init__(
        self, run: Run, images: int, test: Digits, checkpoint: Checkpoint, seconds: float = 0.0
    ) -> None:
        super().__init__()
        self._run, self._images, self._test = run, images, test
        self._checkpoint, self._start = checkpoint, time.monotonic() - seconds
        self._batch_size = run.hyperparameters.batch_size
        # The first point comes at once, however few images it stands for.
        self._is_first = not seconds
        with tf.device("CPU:0"):
            self.epoch = tf.Variable(0, dtype=tf.int64)  # the number of the current one, from 0

    @property
    def seconds(self) -> float:
        """Time spent in training, validation included."""
        return time.monotonic() - self._start

    def check_stop(self, batch: int = 0, logs: Any = None) -> None:
        """Raise `StopRequestedError` if the run is to stop, after each batch of any kind."""
        if self._run.stop_file.exists():
            raise StopRequestedError

    on_test_batch_end = on_predict_batch_end = check_stop

    def on_train_begin(self, logs: Any = None) -> None:
        """Write that the preparations are over."""
        self.check_stop()
        self._run.update_status(phase="training")
        self._checkpoint.restore_early_stopping()
        self._test_batches = plain_batches(self._test, self.model.output_shape[1])

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Reset the sums, as Keras resets its means."""
        if epoch == 0:
            self._save_snapshot(START)
        self.epoch.assign(epoch)
        self._seen = 0
        self._loss_sum = self._hits = 0.0
        self._appended = time.monotonic()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Append the window since the last point, if it is long enough."""
        self.check_stop()
        seen = min((batch + 1) * self._batch_size, self._images)
        window, left = self._images / POINTS_PER_EPOCH, self._images - seen
        wide = seen - self._seen >= window and left >= window / 2
        if wide or left == 0 or self._is_first:
            self._append(seen, float(logs["loss"]), float(logs["accuracy"]))

    def _append(self, seen: int, mean_loss: float, mean_accuracy: float) -> None:
        """Append one point: Keras gives means since the epoch began, a curve needs the latest."""
        self._check_finite(mean_loss)
        now = time.monotonic()
        window = max(seen - self._seen, 1)
        point = TrainingPoint(
            epoch=int(self.epoch) + seen / self._images,
            loss=max((mean_loss * seen - self._loss_sum) / window, 0.0),
            accuracy=min(max((mean_accuracy * seen - self._hits) / window, 0.0), 1.0),
            images_per_second=window / max(now - self._appended, 1e-6),
            seconds=self.seconds,
        )
        append_point(self._run.metrics_path, point)
        self._seen, self._appended, self._is_first = seen, now, False
        self._loss_sum, self._hits = mean_loss * seen, mean_accuracy * seen

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Save the epoch. A resumed run relies on the order: what has a checkpoint has the rest."""
        names = ("loss", "accuracy", "val_loss", "val_accuracy")
        loss, accuracy, val_loss, val_accuracy = (float(logs[name]) for name in names)
        self._check_finite(val_loss)  # the last update may have been the one too many
        self._save_snapshot(epoch + 1)
        point = EpochPoint(epoch + 1, loss, accuracy, val_loss, val_accuracy, self.seconds)
        append_point(self._run.metrics_path, point)
        self._checkpoint.save(epoch + 1)
        is_trial = self._run.sweep and not continuation.before(self._run)  # that was one before
        if is_trial and (message := pruning_message(self._run, point)):
            self._run.update_status(message=message)
            raise StopRequestedError

    def _save_snapshot(self, number: int) -> None:
        if number == START:  # of few digits: the page waits for the first point
            images = self._test.images[replayed_digits(self._test.labels)]
            outputs = self.model(images[..., None].astype("float32"), training=False)
            outputs = keras.ops.convert_to_numpy(outputs)
        else:
            outputs = self.model.predict(self._test_batches, callbacks=[self], verbose=0)
        kernel = self.model.get_layer("convolution_1").get_weights()[0]
        save_snapshot(self._run, number, kernel[:, :, 0, :], digit_probabilities(outputs))

    def _check_finite(self, loss: float) -> None:
        if not math.isfinite(loss):
            rate = self._run.hyperparameters.learning_rate
            raise RunError(
                f"The loss is no longer a number: the network's weights have exploded. The likely "
                f"cause is the learning rate of {rate:g}; try {rate / 10:g}."
            )

"""Keras callback that appends metrics and handles stop requests."""

import math
import time
from typing import Any

import keras

from cnn.runs.metrics import EpochPoint, TrainingPoint, append_point
from cnn.runs.store import Run
from cnn.training.checkpoint import Checkpoint

POINTS_PER_EPOCH = 40


class StopRequestedError(Exception):
    """Stop was clicked: the network as it is now is the result."""


class TrainingFailedError(Exception):
    """The training has no result; the message is a sentence for the page."""


class MetricsCallback(keras.callbacks.Callback):
    """Appends loss and accuracy every few batches, and ends the training when asked to stop.

    Args:
        run: the run folder to write to.
        images: training images in an epoch.
        batch_size: images in a batch.
        checkpoint: saved at the end of an epoch, before its point is appended.
        points: of the epochs before, where a training is resumed.
    """

    def __init__(
        self,
        run: Run,
        images: int,
        batch_size: int,
        checkpoint: Checkpoint | None = None,
        points: list[EpochPoint] | None = None,
    ) -> None:
        super().__init__()
        self._run = run
        self._images = images
        self._batch_size = batch_size
        self._checkpoint = checkpoint
        self._points = points or []
        self._start = time.monotonic() - (self._points[-1].seconds if self._points else 0)
        self._epoch = 0
        # The first point comes at once, however few images it stands for.
        self._is_first = not self._points

    @property
    def seconds(self) -> float:
        """Time spent in training, validation included."""
        return time.monotonic() - self._start

    def check_stop(self) -> None:
        """Raise `StopRequestedError` if the run is to stop."""
        if self._run.stop_file.exists():
            raise StopRequestedError

    def on_train_begin(self, logs: Any = None) -> None:
        """Write that the preparations are over."""
        self._run.update_status(phase="training")

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Reset the sums, as Keras resets its means."""
        self._epoch = epoch
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

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """Stop during validation too."""
        self.check_stop()

    def _append(self, seen: int, mean_loss: float, mean_accuracy: float) -> None:
        """Append one point: Keras gives means since the epoch began, a curve needs the latest."""
        self._check_finite(mean_loss)
        now = time.monotonic()
        window = max(seen - self._seen, 1)
        point = TrainingPoint(
            epoch=self._epoch + seen / self._images,
            loss=max((mean_loss * seen - self._loss_sum) / window, 0.0),
            accuracy=min(max((mean_accuracy * seen - self._hits) / window, 0.0), 1.0),
            images_per_second=window / max(now - self._appended, 1e-6),
            seconds=self.seconds,
        )
        append_point(self._run.metrics_path, point)
        self._seen, self._appended, self._is_first = seen, now, False
        self._loss_sum, self._hits = mean_loss * seen, mean_accuracy * seen

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Save the checkpoint, then append the epoch with its validation."""
        point = EpochPoint(
            epoch + 1,
            float(logs["loss"]),
            float(logs["accuracy"]),
            float(logs["val_loss"]),
            float(logs["val_accuracy"]),
            self.seconds,
        )
        self._check_finite(point.validation_loss)  # the last update may have been the one too many
        self._points.append(point)
        if self._checkpoint:
            self._checkpoint.save(self._points)
        append_point(self._run.metrics_path, point)

    def _check_finite(self, loss: float) -> None:
        if not math.isfinite(loss):
            rate = self._run.hyperparameters.learning_rate
            raise TrainingFailedError(
                f"The loss is no longer a number: the network's weights have exploded. The likely "
                f"cause is the learning rate of {rate:g}; try {rate / 10:g}."
            )

"""What a running training tells the world, and hears from it: points out, stop in."""

import math
import time
from typing import Any

import keras

from cnn.runs.metrics import EpochPoint, TrainingPoint, append_point
from cnn.runs.store import Run

POINTS_PER_EPOCH = 40


class StopRequestedError(Exception):
    """Somebody pressed Stop: the network as it is now is the result."""


class TrainingFailedError(Exception):
    """The training came to nothing; the message is a sentence for the page."""


class Reporter(keras.callbacks.Callback):
    """Appends loss and accuracy every few batches, and leaves when asked to stop.

    Args:
        run: the run folder to write to.
        images: training images in an epoch.
        batch_size: images in a batch.
        seconds: time already spent, where an interrupted run goes on.
    """

    def __init__(self, run: Run, images: int, batch_size: int, seconds: float = 0.0) -> None:
        super().__init__()
        self._run = run
        self._images = images
        self._batch_size = batch_size
        self._start = time.monotonic() - seconds
        self._epoch = 0
        self._is_first = True  # the first point comes at once, however few images it stands for

    @property
    def seconds(self) -> float:
        """Time spent in training, validation included."""
        return time.monotonic() - self._start

    def look(self) -> None:
        """Leave if somebody has asked for it.

        Raises:
            StopRequestedError: somebody has.
        """
        if self._run.stop_requested():
            raise StopRequestedError

    def on_train_begin(self, logs: Any = None) -> None:
        """Say that the preparations are over."""
        self._run.update_status(phase="training")

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Start counting images anew, as Keras starts its means anew."""
        self._epoch = epoch
        self._seen = 0
        self._loss_sum = self._hits = 0.0
        self._reported = time.monotonic()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Report the window since the last point, if it is long enough."""
        self.look()
        seen = min((batch + 1) * self._batch_size, self._images)
        window, left = self._images / POINTS_PER_EPOCH, self._images - seen
        wide = seen - self._seen >= window and left >= window / 2
        if wide or left == 0 or self._is_first:
            self._report(seen, float(logs["loss"]), float(logs["accuracy"]))

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """Hear a stop during validation too."""
        self.look()

    def _report(self, seen: int, mean_loss: float, mean_accuracy: float) -> None:
        """Append one point: Keras gives means since the epoch began, a curve needs the latest."""
        self._check_finite(mean_loss)
        now = time.monotonic()
        window = max(seen - self._seen, 1)
        point = TrainingPoint(
            epoch=self._epoch + seen / self._images,
            loss=max((mean_loss * seen - self._loss_sum) / window, 0.0),
            accuracy=min(max((mean_accuracy * seen - self._hits) / window, 0.0), 1.0),
            images_per_second=window / max(now - self._reported, 1e-6),
            seconds=self.seconds,
        )
        append_point(self._run.metrics_path, point)
        self._seen, self._reported, self._is_first = seen, now, False
        self._loss_sum, self._hits = mean_loss * seen, mean_accuracy * seen

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Append the epoch with its validation."""
        values = {name: float(value) for name, value in (logs or {}).items()}
        self._check_finite(values["val_loss"])  # the last batch may have been the one too many
        point = EpochPoint(
            epoch + 1,
            values["loss"],
            values["accuracy"],
            values["val_loss"],
            values["val_accuracy"],
            self.seconds,
        )
        append_point(self._run.metrics_path, point)

    def _check_finite(self, loss: float) -> None:
        if not math.isfinite(loss):
            rate = self._run.hyperparameters.learning_rate
            raise TrainingFailedError(
                f"The loss is no longer a number: the network's weights have exploded. The likely "
                f"cause is the learning rate of {rate:g}; try {rate / 10:g}."
            )

"""Keras callback that saves a snapshot of the network before the first epoch and after each."""

from typing import Any

import keras
import numpy as np

from cnn.data.mnist import Digits
from cnn.runs.snapshots import START, replayed_digits, save_snapshot
from cnn.runs.store import Run
from cnn.training.calibrate import digit_probabilities
from cnn.training.pipeline import CheckStop, plain_batches


class SnapshotRecorder(keras.callbacks.Callback):
    """Saves the first filters and the predictions for the test digits in the run's folder.

    Args:
        run: the run folder to write to.
        test: what is predicted after each epoch.
        check_stop: called after each batch of predictions; what it raises ends the training.
    """

    def __init__(self, run: Run, test: Digits, check_stop: CheckStop) -> None:
        super().__init__()
        self._run = run
        self._test = test
        self._callback = keras.callbacks.LambdaCallback(
            on_predict_batch_end=lambda batch, logs: check_stop()
        )

    def on_train_begin(self, logs: Any = None) -> None:
        """Prepare the test digits once for all epochs."""
        self._batches = plain_batches(self._test, self.model.output_shape[1])

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Save what is before the first epoch, of few digits: the page waits for its points."""
        if epoch == 0:
            images = self._test.images[replayed_digits(self._test.labels)]
            outputs = self.model(images[..., None].astype("float32"), training=False)
            self._save(START, keras.ops.convert_to_numpy(outputs))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Save this epoch."""
        outputs = self.model.predict(self._batches, callbacks=[self._callback], verbose=0)
        self._save(epoch + 1, outputs)

    def _save(self, number: int, outputs: np.ndarray) -> None:
        layers = self.model.layers
        first = next(layer for layer in layers if isinstance(layer, keras.layers.Conv2D))
        filters = first.get_weights()[0][:, :, 0, :]  # (k, k, n): the image is gray
        save_snapshot(self._run, number, filters, digit_probabilities(outputs))

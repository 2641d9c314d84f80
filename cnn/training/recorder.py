"""Keeps what the network is like before the first epoch and after each, for a replay."""

from typing import Any

import keras
import numpy as np

from cnn.data.mnist import Digits
from cnn.runs.snapshots import START, replayed_digits, save_snapshot
from cnn.runs.store import Run
from cnn.training.calibrate import digit_probabilities
from cnn.training.pipeline import Look, plain_batches


class SnapshotRecorder(keras.callbacks.Callback):
    """Keeps the first filters and the answers to the test digits in the run's folder.

    Args:
        run: the run folder to write to.
        test: what is answered after each epoch.
        look: called after each batch of answers; what it raises ends the training.
    """

    def __init__(self, run: Run, test: Digits, look: Look) -> None:
        super().__init__()
        self._run = run
        self._test = test
        self._listener = keras.callbacks.LambdaCallback(
            on_predict_batch_end=lambda batch, logs: look()
        )

    def on_train_begin(self, logs: Any = None) -> None:
        """Prepare the test digits once for all epochs."""
        self._batches = plain_batches(self._test, self.model.output_shape[1])

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Keep what there is before the first epoch, in a moment: somebody waits for its points."""
        if epoch == 0:
            images = self._test.images[replayed_digits(self._test.labels)]
            answers = self.model(images[..., None].astype("float32"), training=False)
            self._keep(START, keras.ops.convert_to_numpy(answers))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Keep this epoch."""
        answers = self.model.predict(self._batches, callbacks=[self._listener], verbose=0)
        self._keep(epoch + 1, answers)

    def _keep(self, number: int, answers: np.ndarray) -> None:
        save_snapshot(self._run, number, _first_filters(self.model), digit_probabilities(answers))


def _first_filters(network: keras.Model) -> np.ndarray:
    """Return the weights of the first convolution, (k, k, n), seen by a gray image."""
    first = next(layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D))
    return first.get_weights()[0][:, :, 0, :]

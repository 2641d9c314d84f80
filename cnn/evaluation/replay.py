"""A training to be replayed: its first filters and its predictions for 100 digits, by epoch."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from cnn.data.mnist import DataError, DatasetName, Digits, load_test
from cnn.runs.fine_tune_info import is_test_seen
from cnn.runs.metrics import EpochPoint
from cnn.runs.snapshots import read_snapshots, replayed_digits, saved_epochs
from cnn.runs.status import State, Status
from cnn.runs.store import Run, RunError

if TYPE_CHECKING:
    import pandas as pd

MAX_EPOCHS = 60  # that a replay stops at: more would only be too fast to see


class Replay(NamedTuple):
    """Snapshots of e epochs and the predictions for d test digits, 100 of MNIST's."""

    numbers: tuple[int, ...]
    """(e,), the epochs, from 1; `START` is before the training."""
    filters: NDArray[np.float32]
    """(e, k, k, n), the weights of the first convolution's n filters."""
    probabilities: NDArray[np.float32]
    """(e, d, 10)."""
    indices: NDArray[np.intp]
    """(d,), the digits' indices in the test set; empty where it is not on this computer."""
    digits: Digits
    """(d, 28, 28) and (d,), sorted by label."""
    curve: dict[int, EpochPoint]
    """The metrics of each epoch."""
    notes: tuple[str, ...]
    """What else is to be known, in sentences."""

    @property
    def predicted(self) -> NDArray[np.uint8]:
        """(e, d), the most probable digits."""
        return self.probabilities.argmax(axis=-1).astype(np.uint8)

    @property
    def correct(self) -> NDArray[np.intp]:
        """(e,), how many of the digits are predicted correctly."""
        return (self.predicted == self.digits.labels).sum(axis=-1)


def load_replay(run: Run, max_epochs: int = MAX_EPOCHS) -> Replay:
    """Return a run's training to be replayed.

    Args:
        run: one that has ended.
        max_epochs: at least 2; of more epochs some are left out, evenly.

    Raises:
        RunError: the run has not ended, or its snapshots are missing or damaged.
    """
    status = run.status()
    if not status.over:
        raise RunError("This run is not over yet. Its replay is here as soon as it is.")
    saved = saved_epochs(run)
    shown = np.linspace(0, len(saved) - 1, min(len(saved), max_epochs)).round().astype(int)
    numbers = tuple(saved[place] for place in shown)
    indices, digits, problems = _replayed(status)
    snapshots = read_snapshots(run, numbers, indices)
    notes = (*problems, *_notes(run, status, saved, numbers))
    curve = {point.epoch: point for point in run.metrics().epochs}
    return Replay(*snapshots, indices, digits, curve, notes)


def replay_table(replay: Replay) -> "pd.DataFrame":
    """Return a row for each digit at each epoch."""
    import pandas as pd  # half a second, that the first page is spared

    epochs, digits = replay.predicted.shape
    return pd.DataFrame(
        {
            "epoch": np.repeat(replay.numbers, digits),
            "test_digit": np.tile(replay.indices, epochs),
            "label": np.tile(replay.digits.labels, epochs),
            "predicted": replay.predicted.ravel(),
            "probability": replay.probabilities.max(axis=-1).ravel(),
        }
    )


def _replayed(status: Status) -> tuple[NDArray[np.intp], Digits, tuple[str, ...]]:
    """Return indices and digits to show; none, and a sentence, if the test set is not here."""
    try:
        test = load_test(cast(DatasetName, status.dataset))
        if status.test_images not in (None, len(test.labels)):
            raise DataError(
                f"The run was tested on {status.test_images:,} others. Train it again to see them."
            )
    except DataError as error:
        nothing = Digits(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8))
        problem = f"Its predictions for test digits can't be shown. {error}"
        return np.zeros(0, np.intp), nothing, (problem,)
    indices = replayed_digits(test.labels)
    return indices, Digits(test.images[indices], test.labels[indices]), ()


def _notes(
    run: Run, status: Status, saved: tuple[int, ...], numbers: tuple[int, ...]
) -> Iterator[str]:
    """Say what a replay leaves out, or what its predictions do not mean."""
    if len(numbers) < len(saved):
        yield f"Of {saved[-1]} epochs, some are left out, evenly."
    if status.state is State.STOPPED:
        yield f"The run was stopped: the replay ends with its last complete epoch, {saved[-1]}."
    if status.state is State.FINISHED and _restored_best(run):
        yield "This ends with the last epoch; early stopping restored the best epoch's weights."
    if is_test_seen(run):
        yield "The network was trained on these digits before, so its accuracy on them says little."


def _restored_best(run: Run) -> bool:
    """Return whether the network has the weights of an earlier epoch than its last."""
    losses = [point.validation_loss for point in run.metrics().epochs]
    return bool(run.hyperparameters.early_stopping) and min(losses) in losses[:-1]

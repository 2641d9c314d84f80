"""A training to be played back: its first filters and its answers to 100 digits, epoch by epoch."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from cnn.data.mnist import DataError, DatasetName, Digits, load_test
from cnn.runs.fine_tune_info import read_fine_tune_info
from cnn.runs.metrics import EpochPoint
from cnn.runs.snapshots import SnapshotError, read_snapshots, replayed_digits, saved_epochs
from cnn.runs.status import State, Status
from cnn.runs.store import Run

MAX_EPOCHS = 60  # that a replay stops at: more would only pass by faster


class Replay(NamedTuple):
    """What a training is played back from: e moments of it and d test digits, 100 of MNIST's."""

    numbers: tuple[int, ...]
    """(e,), the epochs, from 1; `START` is before the training."""
    filters: NDArray[np.float32]
    """(e, k, k, n), the weights of the first convolution's n filters."""
    probabilities: NDArray[np.float32]
    """(e, d, 10), the answers."""
    indices: NDArray[np.intp]
    """(d,), the digits' places among the test digits; none where these are not here."""
    digits: Digits
    """(d, 28, 28) and (d,), sorted by what they are."""
    curve: tuple[EpochPoint, ...]
    """Every epoch's validation."""
    notes: tuple[str, ...]
    """What else is to be known, in sentences."""

    @property
    def answers(self) -> NDArray[np.uint8]:
        """(e, d), the digits with the highest probability."""
        return self.probabilities.argmax(axis=-1).astype(np.uint8)

    @property
    def right(self) -> NDArray[np.intp]:
        """(e,), how many of the digits are read right."""
        return (self.answers == self.digits.labels).sum(axis=-1)


def load_replay(run: Run, most: int = MAX_EPOCHS) -> Replay:
    """Return a run's training to be played back.

    Args:
        run: one that has ended.
        most: how many moments at most, at least 2; of more epochs some are left out, evenly.

    Raises:
        SnapshotError: the run goes on, or nothing was kept of its epochs, or that is damaged.
        RunError: the run's state cannot be read.
    """
    status = run.status()
    if not status.over:
        raise SnapshotError("This run is not over yet. Its replay is here as soon as it is.")
    kept = saved_epochs(run)
    numbers = _spread(kept, most)
    test, notes = _replayed(status)
    epochs = read_snapshots(run, numbers, test.indices)
    notes += _notes(run, status, kept, numbers)
    return Replay(*epochs, test.indices, test.digits, run.metrics().epochs, tuple(notes))


def replay_csv(replay: Replay) -> str:
    """Return the answers as a table, a line for each digit at each epoch."""
    buffer = io.StringIO()
    table = csv.writer(buffer, lineterminator="\n")
    table.writerow(["epoch", "test_digit", "really", "read_as", "probability"])
    sure = replay.probabilities.max(axis=-1)
    for moment, number in enumerate(replay.numbers):
        columns = (replay.indices, replay.digits.labels, replay.answers[moment])
        for *values, share in zip(*columns, sure[moment], strict=True):
            table.writerow([number, *values, f"{share:.3f}"])
    return buffer.getvalue()


def _spread(numbers: Sequence[int], most: int) -> tuple[int, ...]:
    """Return at most so many of them, the first and the last among them."""
    count = min(len(numbers), most)
    places = np.linspace(0, len(numbers) - 1, count).round().astype(int)
    return tuple(numbers[place] for place in places)


class _Shown(NamedTuple):
    indices: NDArray[np.intp]
    digits: Digits


def _replayed(status: Status) -> tuple[_Shown, list[str]]:
    """Return the digits to show; none, and a sentence, where the run's test digits are not here."""
    try:
        test = load_test(cast(DatasetName, status.dataset))
        if status.test_images not in (None, len(test.labels)):
            raise DataError(
                f"The run was tested on {status.test_images:,} others. Train it again to see them."
            )
    except DataError as error:
        nothing = Digits(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8))
        shown = _Shown(np.zeros(0, np.intp), nothing)
        return shown, [f"Its answers to test digits can't be shown. {error}"]
    indices = replayed_digits(test.labels)
    return _Shown(indices, Digits(test.images[indices], test.labels[indices])), []


def _notes(
    run: Run, status: Status, kept: tuple[int, ...], numbers: tuple[int, ...]
) -> Iterator[str]:
    """Say what a replay does not show, or what its answers do not mean."""
    if len(numbers) < len(kept):
        yield f"Of {kept[-1]} epochs, some are left out, evenly spread."
    if status.state is State.STOPPED:
        yield f"The run was stopped: the replay ends with its last whole epoch, number {kept[-1]}."
    if status.state is State.FINISHED and _went_back(run):
        yield "This ends with the last epoch; early stopping took the network back to its best."
    lesson = read_fine_tune_info(run)
    if lesson is not None and lesson.test_is_seen:
        yield "The network has learned from these digits before, so that it reads them says little."


def _went_back(run: Run) -> bool:
    """Return whether the network has the weights of an earlier epoch than its training's last."""
    epochs = run.metrics().epochs
    if not (run.hyperparameters.early_stopping and epochs):
        return False
    return min(epochs, key=lambda point: point.validation_loss) != epochs[-1]

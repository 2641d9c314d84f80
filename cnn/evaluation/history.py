"""How a network's prediction for one digit changed from epoch to epoch."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.runs.snapshots import read_snapshots
from cnn.runs.store import Run

MAX_CHANGES = 3  # that are named one by one


class History(NamedTuple):
    """The probabilities of one digit after each of e epochs, oldest first."""

    epochs: tuple[int, ...]
    """(e,), counted from 1."""
    probabilities: NDArray[np.float32]
    """(e, 10), each row adds up to 1."""

    @property
    def predicted(self) -> list[int]:
        """The most probable digit after each epoch."""
        predicted: list[int] = self.probabilities.argmax(axis=1).tolist()
        return predicted

    def summary(self) -> str:
        """Return until when which digit was predicted: "Predicted 9 until epoch 3, then 4."."""
        *_, last = predicted = self.predicted
        ends = np.flatnonzero(np.diff(predicted)).tolist()
        if not ends:
            return f"Predicted {last} after every epoch."
        if len(ends) > MAX_CHANGES:
            since = self.epochs[ends[-1] + 1]
            return f"The prediction changed {len(ends)} times and is {last} since epoch {since}."
        before = (f"{predicted[end]} until epoch {self.epochs[end]}" for end in ends)
        return f"Predicted {', then '.join(before)}, then {last}."


def history_of(run: Run, index: int, total: int) -> History:
    """Return the history of one test digit in a training; snapshots are checked to be of `total`.

    Raises:
        RunError: the snapshots are missing, damaged or of other digits.
    """
    epochs = read_snapshots(run, digits=np.array([index]), total=total)
    return History(epochs.numbers, epochs.probabilities[:, 0])

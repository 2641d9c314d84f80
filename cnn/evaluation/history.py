"""How a network's prediction for one digit changed from epoch to epoch."""

from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.runs.snapshots import read_snapshots
from cnn.runs.store import Run

MAX_PERIODS = 4  # of one prediction, that are told one by one


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
        pairs = zip(self.predicted, self.epochs, strict=True)
        periods = [
            (digit, [epoch for _, epoch in group])
            for digit, group in groupby(pairs, key=lambda pair: pair[0])
        ]
        last, since = periods[-1]
        if len(self.epochs) == 1:
            return f"Predicted {last} after its only epoch."
        if len(periods) == 1:
            return f"Predicted {last} after every one of its {len(self.epochs)} epochs."
        if len(periods) > MAX_PERIODS:
            changes = f"The prediction changed {len(periods) - 1} times"
            return f"{changes} and is {last} since epoch {since[0]}."
        before = [
            f"{digit} {'until' if len(epochs) > 1 else 'after'} epoch {epochs[-1]}"
            for digit, epochs in periods[:-1]
        ]
        return f"Predicted {', then '.join(before)}, then {last}."


def history_of(run: Run, index: int, total: int) -> History:
    """Return the history of one test digit in a training; snapshots are checked to be of `total`.

    Raises:
        SnapshotError: the snapshots are missing, damaged or of other digits.
    """
    epochs = read_snapshots(run, digits=np.array([index]), total=total)
    return History(epochs.numbers, epochs.probabilities[:, 0])

"""How a network's answer to one digit changed from epoch to epoch."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.runs.snapshots import read_snapshots
from cnn.runs.store import Run

MAX_STEPS = 4  # of an answer, that are told one by one


class History(NamedTuple):
    """The answers to one digit after each of e epochs, oldest first."""

    epochs: tuple[int, ...]
    """(e,), counted from 1."""
    probabilities: NDArray[np.float32]
    """(e, 10), each row adds up to 1."""

    @property
    def answers(self) -> list[int]:
        """The likeliest digit after each epoch."""
        answers: list[int] = self.probabilities.argmax(axis=1).tolist()
        return answers

    def in_words(self) -> str:
        """Say which answer was given until when: "Read as 9 until epoch 3, then as 4."."""
        steps = self._steps()
        last, since = steps[-1]
        if len(self.epochs) == 1:
            return f"Read as {last} after its only epoch."
        if len(steps) == 1:
            return f"Read as {last} after every one of its {len(self.epochs)} epochs."
        if len(steps) > MAX_STEPS:
            changes = f"The answer changed {len(steps) - 1} times"
            return f"{changes}, and is {last} since epoch {since}."
        ends = [self._end(number, steps) for number in range(len(steps) - 1)]
        before = ", then as ".join(ends)
        return f"Read as {before}, then as {last}."

    def _steps(self) -> list[tuple[int, int]]:
        """Return each answer that differs from the one before, with the epoch it was given at."""
        pairs = list(zip(self.answers, self.epochs, strict=True))
        return [
            pair for place, pair in enumerate(pairs) if place == 0 or pairs[place - 1][0] != pair[0]
        ]

    def _end(self, number: int, steps: list[tuple[int, int]]) -> str:
        """Return an answer and the last epoch that gave it."""
        answer, since = steps[number]
        last = self.epochs[self.epochs.index(steps[number + 1][1]) - 1]
        return f"{answer} {'after' if last == since else 'until'} epoch {last}"


def history_of(run: Run, index: int, total: int) -> History:
    """Return the history of one digit.

    Args:
        run: whose training it was.
        index: which test digit.
        total: how many test digits there are, to see that the epochs speak of the same ones.

    Raises:
        SnapshotError: no epochs were kept, or damaged ones, or for other digits.
    """
    epochs = read_snapshots(run, digits=np.array([index]), total=total)
    return History(epochs.numbers, epochs.probabilities[:, 0])

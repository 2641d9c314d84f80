"""Two networks on the same digits: who reads what, and whether the difference is chance."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cnn.evaluation.accuracy import accuracy, confusion_matrix
from cnn.evaluation.predictions import Predictions

SIGNIFICANCE = 0.05  # less probable than this is called more than chance: a convention
Who = Literal["both", "first", "second", "neither"]


class ComparisonError(ValueError):
    """Two networks that cannot be compared; the message says why."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """The answers of two networks to the same digits."""

    first: Predictions
    second: Predictions

    @property
    def difference(self) -> float:
        """The second's accuracy minus the first's, -1 to 1."""
        return accuracy(self.second) - accuracy(self.first)

    @cached_property
    def matrix_difference(self) -> NDArray[np.intp]:
        """(10, 10), rows actual, columns predicted: the second's counts minus the first's."""
        return confusion_matrix(self.second) - confusion_matrix(self.first)

    def read_right_by(self, who: Who) -> NDArray[np.intp]:
        """Return the indices of the digits that both, only one of them or neither read right."""
        first, second = self.first.correct, self.second.correct
        chosen = {
            "both": first & second,
            "first": first & ~second,
            "second": ~first & second,
            "neither": ~first & ~second,
        }
        return np.flatnonzero(chosen[who])

    def count(self, who: Who) -> int:
        """Return how many digits both, only one of them or neither read right."""
        return len(self.read_right_by(who))

    @cached_property
    def p_value(self) -> float:
        """How probable a split at least as uneven is, were both networks equally good, 0 to 1."""
        return mcnemar_p_value(self.count("first"), self.count("second"))

    @property
    def is_more_than_chance(self) -> bool:
        """Whether the difference of the two is more than chance would make."""
        return self.p_value < SIGNIFICANCE

    @property
    def can_tell(self) -> bool:
        """Whether as many digits as only one reads right could show a difference at all."""
        return mcnemar_p_value(0, self.count("first") + self.count("second")) < SIGNIFICANCE

    @property
    def disagreements(self) -> NDArray[np.intp]:
        """The indices of the digits that only one of the two reads right, in the test's order."""
        return np.flatnonzero(self.first.correct != self.second.correct)


def compare(first: Predictions, second: Predictions) -> Comparison:
    """Return how two networks compare.

    Raises:
        ComparisonError: they were asked about other digits.
    """
    same_digits = first.images is second.images or np.array_equal(first.images, second.images)
    if not same_digits or not np.array_equal(first.labels, second.labels):
        raise ComparisonError(
            f"The two networks were tested on different digits, {len(first):,} and "
            f"{len(second):,}. Choose one that was tested on the same."
        )
    return Comparison(first, second)


def mcnemar_p_value(only_first: int, only_second: int) -> float:
    """Return how probable it is, by chance alone, that two networks split at least so unevenly.

    McNemar's test in its exact form: of the digits that only one network reads right, each would
    be either's with the same probability, were both equally good (Q. McNemar, Note on the Sampling
    Error of the Difference between Correlated Proportions or Percentages, 1947).

    Args:
        only_first: how many digits only the first network reads right.
        only_second: how many only the second does.

    Returns:
        0 to 1, of both tails; 1 where there is no such digit.
    """
    from scipy.special import bdtr  # the binomial's sum alone: scipy.stats takes half a second

    return min(1.0, 2 * float(bdtr(min(only_first, only_second), only_first + only_second, 0.5)))

"""Two networks on the same digits: which predictions differ, and whether that is chance."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cnn.evaluation.predictions import Predictions

SIGNIFICANCE = 0.05  # a smaller p-value is called significant: a convention
CorrectIn = Literal["both", "first", "second", "neither"]


@dataclass(frozen=True, eq=False)
class Comparison:
    """The predictions of two networks for the same digits.

    Raises:
        ValueError: their predictions are for different digits.
    """

    first: Predictions
    second: Predictions

    def __post_init__(self) -> None:
        first, second = self.first, self.second
        same = first.images is second.images or np.array_equal(first.images, second.images)
        if not same or not np.array_equal(first.labels, second.labels):
            raise ValueError(
                f"The two networks were tested on different digits, {len(first):,} and "
                f"{len(second):,}. Choose one that was tested on the same."
            )

    @property
    def difference(self) -> float:
        """The second's accuracy minus the first's, -1 to 1."""
        return self.second.accuracy - self.first.accuracy

    @property
    def matrix_difference(self) -> NDArray[np.intp]:
        """(10, 10), rows true label, columns predicted: the second's counts minus the first's."""
        return self.second.confusion_matrix - self.first.confusion_matrix

    def indices(self, correct_in: CorrectIn) -> NDArray[np.intp]:
        """Return the indices of the digits that both, only one of them or neither got right."""
        is_first = correct_in in ("both", "first")
        is_second = correct_in in ("both", "second")
        agrees = (self.first.correct == is_first) & (self.second.correct == is_second)
        return np.flatnonzero(agrees)

    @property
    def p_value(self) -> float:
        """Probability of a split at least as uneven if both were equally good, 0 to 1."""
        return mcnemar_p_value(len(self.indices("first")), len(self.indices("second")))

    @property
    def disagreements(self) -> NDArray[np.intp]:
        """The indices of the digits that only one of the two got right, in the test's order."""
        return np.flatnonzero(self.first.correct != self.second.correct)


def mcnemar_p_value(only_first: int, only_second: int) -> float:
    """Return the p-value of McNemar's exact test.

    Of the digits that only one network got right, each is either's with probability 1/2 if both
    are equally good (Q. McNemar, Note on the Sampling Error of the Difference between Correlated
    Proportions or Percentages, 1947).

    The arguments count the digits that only the first and only the second network got right. The
    result, 0 to 1, is of both tails; 1 where there is no such digit.
    """
    from scipy.special import bdtr  # the binomial's sum alone: scipy.stats takes half a second

    return min(1.0, 2 * float(bdtr(min(only_first, only_second), only_first + only_second, 0.5)))

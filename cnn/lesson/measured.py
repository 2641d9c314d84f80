"""What the tutorial's network reads with scaled pixels and with pooling, as measured.

For each of the seeds 0, 1 and 2, on the whole of MNIST: `python -m cnn train --preset article
--set seed=0`, then the same with `--set scale_pixels=true`, with `--set pool_after=1,2`, and with
both. On a CPU, November 2026.
"""

from typing import NamedTuple

from cnn.hyperparameters import Hyperparameters


class Measured(NamedTuple):
    """One network, trained with three seeds on the whole of MNIST."""

    what: str
    hyperparameters: Hyperparameters
    """With seed 0."""
    accuracies: tuple[float, ...]
    """On the 10,000 test digits, with the seeds 0, 1 and 2."""

    @property
    def mean(self) -> float:
        """Of the accuracies."""
        return sum(self.accuracies) / len(self.accuracies)


MEASURED = (
    Measured("The tutorial's network", Hyperparameters(), (0.9711, 0.9758, 0.9675)),
    Measured("With scaled pixels", Hyperparameters(scale_pixels=True), (0.9829, 0.9834, 0.9837)),
    Measured("With pooling", Hyperparameters(pool_after=(1, 2)), (0.9733, 0.9752, 0.9788)),
    Measured(
        "With both",
        Hyperparameters(scale_pixels=True, pool_after=(1, 2)),
        (0.9780, 0.9804, 0.9829),
    ),
)

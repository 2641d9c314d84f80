"""The tutorial: its script, step by step, and what its network and three variants reach.

The accuracies were measured on the whole of MNIST with the seeds 0, 1 and 2: `python -m cnn train
--preset article --set seed=0`, then the same with `--set scale_pixels=true`, with `--set
pool_after=1,2`, and with both. On a CPU, November 2026.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from cnn.hyperparameters import Hyperparameters

SCRIPT = Path(__file__).parents[1] / "training" / "tutorial.py"
_STEP = re.compile(r"^# %% (.+)\n", re.MULTILINE)


class Variant(NamedTuple):
    """One network, trained with three seeds on the whole of MNIST."""

    name: str
    hyperparameters: Hyperparameters
    """With seed 0."""
    accuracies: tuple[float, ...]
    """On the 10,000 test digits, with the seeds 0, 1 and 2."""

    @property
    def mean(self) -> float:
        """Of the accuracies."""
        return sum(self.accuracies) / len(self.accuracies)


_BOTH = Hyperparameters(scale_pixels=True, pool_after=(1, 2))
VARIANTS = (
    Variant("The tutorial's network", Hyperparameters(), (0.9711, 0.9758, 0.9675)),
    Variant("With scaled pixels", Hyperparameters(scale_pixels=True), (0.9829, 0.9834, 0.9837)),
    Variant("With pooling", Hyperparameters(pool_after=(1, 2)), (0.9733, 0.9752, 0.9788)),
    Variant("With both", _BOTH, (0.9780, 0.9804, 0.9829)),
)


@lru_cache(maxsize=1)
def tutorial_code() -> dict[str, str]:
    """Return the code of each step by its name, in order; together it is the whole script."""
    _, *parts = _STEP.split(SCRIPT.read_text("utf-8"))
    return {name: code.strip() for name, code in zip(parts[::2], parts[1::2], strict=True)}

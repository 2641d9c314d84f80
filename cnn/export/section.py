"""What a script is made of: sections of code, each with a title and a few words."""

from typing import NamedTuple

from cnn.data.mnist import DatasetName
from cnn.hyperparameters import Hyperparameters


class Plan(NamedTuple):
    """What a script is to repeat."""

    hyperparameters: Hyperparameters
    dataset: DatasetName
    chosen_images: int | None
    """How many of the training digits are drawn by chance; None for all."""
    epochs: int
    """Trained by the script; fewer than planned where somebody stopped the run."""

    @property
    def is_repeatable(self) -> bool:
        """Whether nothing but the weights and the order of the digits is left to chance."""
        return self.hyperparameters.augmentation == "off" and not self.hyperparameters.reject_class


class Section(NamedTuple):
    """One step of a script, and one of a notebook's headings."""

    title: str
    text: str
    code: str
    imports: frozenset[str] = frozenset()
    """Lines such as `import numpy as np` and `from typing import Any`: one name a line."""

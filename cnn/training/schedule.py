"""The one-cycle learning rate."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="digit_lab")
class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """Rise linearly to the peak, then fall along a cosine to nearly nothing.

    After Smith and Topin, "Super-Convergence" (2018, arXiv 1708.07120), with the cosine fall that
    later practice settled on.
    """

    WARM_UP = 0.3  # share of all steps
    START = 1 / 25  # of the peak
    END = 1 / 1000

    def __init__(self, peak: float, steps: int) -> None:
        self.peak = peak
        self.steps = steps

    def __call__(self, step: Any) -> Any:
        """Return the learning rate at a step counted from 0."""
        progress = ops.cast(step, "float32") / self.steps
        rise = self.START + (1 - self.START) * progress / self.WARM_UP
        fallen = ops.clip((progress - self.WARM_UP) / (1 - self.WARM_UP), 0.0, 1.0)
        fall = self.END + (1 - self.END) * (1 + ops.cos(fallen * 3.1415927)) / 2
        return self.peak * ops.where(progress < self.WARM_UP, rise, fall)

    def get_config(self) -> dict[str, Any]:
        """Return what makes the same schedule again."""
        return {"peak": self.peak, "steps": self.steps}

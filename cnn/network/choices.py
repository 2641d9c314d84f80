"""How a hyperparameter is declared, and the named choices: activations, optimizers and so on.

Each is declared once, here. The form shows the labels, the keys are what JSON and `--set` say, and
training and the exported script build Keras's classes from the rest.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import erf, exp, expm1, sqrt, tanh
from typing import Any, NamedTuple


@dataclass(frozen=True)
class Spec:
    """What is known of one hyperparameter apart from its type and default."""

    group: str  # of the form: Network, Training or Data
    step: str  # of How it works: Prepare, Layers, Compile or Fit
    label: str
    minimum: float = 0  # of a number, or of each number of a list
    maximum: float = 0
    steps: Sequence[float] = ()  # that the form offers, where it does not offer all values
    choices: Mapping[str, Any] | None = None
    each: int = 0  # what a new convolution begins with, in a list of a number for each
    off: str = ""  # the word for 0, or for an empty list, where that turns something off
    short: str = ""  # the word in names of runs, else the label
    help: str = ""  # the docstring below the hyperparameter
    kind: Any = None  # the type of the value

    def text(self, value: Any) -> str:
        """Return a value as pages show it."""
        if self.choices:
            return str(self.choices[value].label)
        if isinstance(value, bool):
            return "yes" if value else "no"
        if not value and self.off:
            return self.off
        return ", ".join(f"{number:,.6g}" for number in (value if self.is_list else (value,)))

    @property
    def is_list(self) -> bool:
        """Whether the value is a tuple of whole numbers."""
        return self.kind == tuple[int, ...]


class Padding(NamedTuple):
    """What a convolution does at the border of an image."""

    label: str


class Activation(NamedTuple):
    """The function after a layer; its key is Keras's name for it."""

    label: str
    function: Callable[[float], float]


class Optimizer(NamedTuple):
    """A class of `keras.optimizers` and its arguments, apart from learning rate and decay."""

    label: str
    keras_class: str
    options: Mapping[str, Any] = {}


class Schedule(NamedTuple):
    """A class of `keras.optimizers.schedules`, or "" for a constant learning rate."""

    label: str
    keras_class: str = ""
    warm_up: float = 0.0  # share of all steps in which the learning rate rises linearly to its peak
    start: float = 1.0  # share of the peak to begin with
    end: float = 1.0  # share of the peak to end with, after a fall along a cosine

    def options(self, peak: float, steps: int) -> dict[str, float]:
        """Return the arguments of Keras's class for a training of so many steps."""
        warm_up = int(self.warm_up * steps)
        return {
            "initial_learning_rate": peak * self.start,
            "warmup_target": peak,
            "warmup_steps": warm_up,
            "decay_steps": max(steps - warm_up, 1),
            "alpha": self.end,
        }


class Augmentation(NamedTuple):
    """How much training images are changed: the largest change either way, drawn uniformly."""

    label: str
    seconds: float = 0.0  # that it costs for each training image (benchmarks/estimate.py)
    degrees: float = 0.0
    shear: float = 0.0  # horizontal shift per pixel of height
    zoom: float = 0.0  # share of the size
    shift: float = 0.0  # pixels
    elastic: float = 0.0  # pixels: standard deviation of a smooth field of shifts
    pen: float = 0.0  # share of the way to lines two pixels wider, or thinner
    contrast: float = 1.0  # maximum gain: elastic changes blur edges, and this sharpens them again
    p_identity: float = 0.0  # share of images that stay as they are
    style_versions: int = 0  # of each image, written in other handwriting styles before training


PADDINGS = {"valid": Padding("Valid (none)"), "same": Padding("Same")}

# As Keras defines them: leaky ReLU has a slope of 0.2 below zero, GELU is the exact one.
ACTIVATIONS = {
    "relu": Activation("ReLU", lambda x: max(x, 0.0)),
    "leaky_relu": Activation("Leaky ReLU", lambda x: x if x > 0 else 0.2 * x),
    "elu": Activation("ELU", lambda x: x if x > 0 else expm1(x)),
    "gelu": Activation("GELU", lambda x: x * (1 + erf(x / sqrt(2))) / 2),
    "silu": Activation("SiLU", lambda x: x * _sigmoid(x)),
    "tanh": Activation("Tanh", tanh),
    "sigmoid": Activation("Sigmoid", lambda x: _sigmoid(x)),
}

OPTIMIZERS = {
    "adam": Optimizer("Adam", "Adam"),
    "adamw": Optimizer("AdamW", "AdamW"),
    "lion": Optimizer("Lion", "Lion"),
    # Keras's default is no momentum, with which SGD needs far more epochs.
    "sgd": Optimizer("SGD with momentum", "SGD", {"momentum": 0.9, "nesterov": True}),
    "rmsprop": Optimizer("RMSprop", "RMSprop"),
}

# One cycle: Smith and Topin, "Super-Convergence" (2018, arXiv 1708.07120), with a cosine fall.
SCHEDULES = {
    "constant": Schedule("Constant"),
    "one_cycle": Schedule("One cycle", "CosineDecay", warm_up=0.3, start=1 / 25, end=1 / 1000),
}

AUGMENTATIONS = {
    "off": Augmentation("Off"),
    "light": Augmentation("Light", 3e-5, degrees=10, shear=0.10, zoom=0.10, shift=2),
    "strong": Augmentation("Strong", 3e-5, degrees=15, shear=0.30, zoom=0.20, shift=3),
    "handwriting": Augmentation(
        "Handwriting styles",
        1.4e-4,
        degrees=10,
        shear=0.15,
        zoom=0.12,
        shift=1.5,
        elastic=0.5,
        pen=0.3,
        contrast=2.2,
        p_identity=0.25,
        style_versions=2,
    ),
}


def _sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x)) if x > 0 else 1 - 1 / (1 + exp(x))

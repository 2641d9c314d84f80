"""Every hyperparameter, declared once: type, default, limits, label, help and place in the form.

The form, `--set`, hyperparameters.json, the Keras network, the exported script and How it works
read `Hyperparameters` and `SPECS`; named choices are declared in `cnn.network.choices`.
"""

import json
import re
import reprlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import partial
from typing import Annotated, Any, Self

import pydantic
import pydantic.dataclasses

from cnn.data.problems import readable_errors
from cnn.network.choices import ACTIVATIONS, AUGMENTATIONS, OPTIMIZERS, PADDINGS, SCHEDULES, Spec

MAX_CONVOLUTIONS = 6

_layer = partial(Spec, "Network", "Layers")
_compile = partial(Spec, "Training", "Compile")
_fit = partial(Spec, "Training", "Fit")
_prepare = partial(Spec, "Data", "Prepare")
_data = partial(Spec, "Data", "Fit")


@pydantic.dataclasses.dataclass(
    frozen=True,
    config=pydantic.ConfigDict(extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True),
)
class Hyperparameters:
    """One network and how it is trained. The defaults are the tutorial's.

    Raises:
        ValidationError: a value is impossible (a `ValueError`; `from_mapping` says it in words).
            Whether the layers fit into each other, `layers.layer_table` says.
    """

    filters: Annotated[tuple[int, ...], _layer("Filters", 1, 128, each=16)] = (16, 8)
    """How many patterns each convolution detects. Each filter gives one feature map."""
    strides: Annotated[tuple[int, ...], _layer("Stride", 1, 3, each=1, off="all 1")] = ()
    """How many pixels a filter moves at a time. Larger strides give smaller maps, faster."""
    kernel_size: Annotated[int, _layer("Kernel size", 1, 7, steps=range(1, 8))] = 3
    """Width and height of a filter in pixels."""
    pool_after: Annotated[
        tuple[int, ...],
        _layer("Pool after convolution", 1, MAX_CONVOLUTIONS, off="none", short="pooling"),
    ] = ()
    """Keeps the maximum of each 2×2 pixels: faster, and less sensitive to where a stroke is."""
    padding: Annotated[str, _layer("Padding", choices=PADDINGS)] = "valid"
    """Same adds zeros around the image, so that its size stays; valid lets it shrink."""
    activation: Annotated[str, _layer("Activation", choices=ACTIVATIONS)] = "relu"
    """The nonlinear function after each layer. ReLU sets negative numbers to 0."""
    batch_normalization: Annotated[bool, _layer("Batch normalization")] = False
    """Normalizes the feature maps to a similar range, so that deep networks train faster."""
    global_average_pooling: Annotated[bool, _layer("Global average pooling")] = False
    """Averages each feature map to one number instead of flattening it: far fewer parameters."""
    dense_units: Annotated[
        int, _layer("Dense units", 0, 1024, (0, 10, 16, 32, 64, 128, 256, 512), off="none")
    ] = 0
    """Units of a fully connected layer before the output layer. None leaves it out."""
    dropout: Annotated[
        float, _layer("Dropout", 0, 0.9, (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8), off="off")
    ] = 0.0
    """Sets this share of the last inputs to 0 at random in training, to rely on all of them."""
    optimizer: Annotated[str, _compile("Optimizer", choices=OPTIMIZERS)] = "adam"
    """Updates the weights so that the loss gets smaller. Adam suits most networks."""
    learning_rate: Annotated[
        float,
        _compile(
            "Learning rate",
            1e-6,
            10,
            (1e-5, 1e-4, 3e-4, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.03, 0.1, 0.3, 1),
            short="lr",
        ),
    ] = 0.001
    """The size of an update; with one cycle, its peak. Too small is slow, too large diverges."""
    schedule: Annotated[str, _compile("Learning rate schedule", choices=SCHEDULES)] = "constant"
    """One cycle rises to the learning rate, then falls to nearly 0, and often ends better."""
    batch_size: Annotated[
        int, _fit("Batch size", 1, 1024, (8, 16, 32, 64, 128, 256, 512, 1024), short="batch")
    ] = 32
    """Images for each update of the weights. Larger is faster for an image, with fewer updates."""
    epochs: Annotated[int, _fit("Epochs", 1, 100, range(1, 51))] = 5
    """Passes through all training images."""
    early_stopping: Annotated[int, _fit("Early stopping", 0, 20, range(11), off="off")] = 0
    """Epochs without a better validation loss until training stops and keeps the best weights."""
    weight_decay: Annotated[
        float,
        _compile("Weight decay", 0, 0.1, (0, 1e-5, 1e-4, 1e-3, 0.004, 0.01, 0.1), off="default"),
    ] = 0.0
    """Shrinks the weights a little with each update, to reduce overfitting (memorizing the training
    images). The default is that of the optimizer in Keras."""
    label_smoothing: Annotated[
        float, _compile("Label smoothing", 0, 0.5, (0, 0.02, 0.05, 0.1, 0.2, 0.3), off="off")
    ] = 0.0
    """Trains toward a little less than 100% for the true label, to reduce overconfidence."""
    training_images: Annotated[
        int,
        _data(
            "Training images", 100, 55_000, (500, 1000, 2000, 5000, 10_000, 20_000, 30_000, 55_000)
        ),
    ] = 55_000
    """Fewer images train faster, and show how much the amount of data matters."""
    augmentation: Annotated[str, _prepare("Augmentation", choices=AUGMENTATIONS)] = "off"
    """Rotates, shears, scales and shifts the training images at random, so that the network
    generalizes better. **Handwriting styles** adds elastic distortions, and the flags, bars and
    tails of other handwriting styles."""
    reject_class: Annotated[
        bool,
        _prepare("Reject non-digits"),
        pydantic.Field(validation_alias=pydantic.AliasChoices("reject_class", "non_digits")),
    ] = False
    """Adds an eleventh class, not a digit, trained with generated shapes and textures."""
    scale_pixels: Annotated[bool, _prepare("Scale pixels to 0–1", short="scaled pixels")] = False
    """Divides the pixels, 0–255, by 255 inside the network. Small inputs train better."""
    seed: Annotated[int, _data("Seed", 0, 2**31 - 1)] = 0
    """The same seed gives the same initial weights and the same order of images."""

    @pydantic.field_validator("augmentation", mode="before")
    @classmethod
    def _renamed(cls, value: Any) -> Any:
        return "handwriting" if value == "hands" else value  # as earlier versions wrote it

    @pydantic.field_validator("strides")
    @classmethod
    def _shortened(cls, strides: tuple[int, ...]) -> tuple[int, ...]:
        """Return the strides without ones at their end: convolutions without one have stride 1."""
        while strides and strides[-1] == 1:
            strides = strides[:-1]
        return strides

    @pydantic.field_validator("*")
    @classmethod
    def _allowed(cls, value: Any, info: pydantic.ValidationInfo) -> Any:
        """Return the value if the spec of its field allows it."""
        spec = SPECS[str(info.field_name)]
        for item in value if spec.is_list else (value,):
            if spec.choices and item not in spec.choices:
                raise ValueError(f"must be one of {', '.join(spec.choices)}, not {item!r}")
            if spec.maximum and not spec.minimum <= item <= spec.maximum:
                limits = f"{spec.minimum:g} and {spec.maximum:,.10g}"
                raise ValueError(f"must be between {limits}, not {reprlib.repr(item)}")
        return value

    @pydantic.model_validator(mode="after")
    def _layers_agree(self) -> Self:
        """Return the hyperparameters if what is said of single convolutions fits their number."""
        count, pools = len(self.filters), self.pool_after
        if not 1 <= count <= MAX_CONVOLUTIONS:
            raise ValueError(f"filters must list 1 to {MAX_CONVOLUTIONS} convolutions, not {count}")
        if len(self.strides) > count:
            raise ValueError(f"strides are {self.strides}, but there are {count} convolutions")
        if sorted(set(pools)) != list(pools):
            raise ValueError(f"pool_after must list each convolution once, in order, not {pools}")
        if pools and pools[-1] > count:
            raise ValueError(f"pool_after is {pools}, but there are {count} convolutions")
        return self

    def to_json(self) -> str:
        """Return the values as one JSON object."""
        return json.dumps(asdict(self), indent=1)


SPECS: dict[str, Spec] = {
    name: replace(field.metadata[0], help=str(field.description), kind=field.annotation)
    for name, field in Hyperparameters.__pydantic_fields__.items()  # type: ignore[attr-defined]
}
_ADAPTER = pydantic.TypeAdapter(Hyperparameters)


def from_mapping(values: Mapping[str, Any]) -> Hyperparameters:
    """Return hyperparameters from untrusted names and values, or raise `ValueError` saying why."""
    with readable_errors():
        return _ADAPTER.validate_python(dict(values))


def from_json(text: str | bytes) -> Hyperparameters:
    """Return hyperparameters from `Hyperparameters.to_json`'s form, or raise `ValueError`."""
    with readable_errors():
        return _ADAPTER.validate_json(text, strict=True)


def parse_value(name: str, text: str) -> Any:
    """Return the value in the text of a setting, to be checked: "16-8" or "16,8" is a list."""
    if not SPECS[name].is_list:
        return text
    items = re.split(r"(?<=\d)-|,", "" if text == "none" else text)
    return [item for item in items if item.strip()]


def value_text(value: Any) -> str:
    """Return a value as settings in an address and on the command line have it: "16-8"."""
    if isinstance(value, tuple):
        return "-".join(map(str, value)) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)

"""What a run carries that begins with another one's weights: its network, and saved digits.

All of it lies in the run's folder, so that parent and saved digits may be deleted meanwhile.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import ConfigDict, Field, TypeAdapter

from cnn.data.mnist import Digits, find_source
from cnn.hyperparameters import Hyperparameters
from cnn.network.layers import layer_table
from cnn.runs.files import explain_error, write_bytes
from cnn.runs.status import FINE_TUNE_FILE
from cnn.runs.store import Run, RunError

PARENT_NETWORK, SAVED_DIGITS = "base.keras", "my_digits.npz"
MAX_SHARE = 0.1  # of the images of an epoch that show saved digits
REPEATS = 60  # of one saved digit in an epoch; each time augmented in another way

_Accuracy = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]


@dataclass(frozen=True)
class FineTuneInfo:
    """Where a fine-tuning starts. Accuracies are shares, 0 to 1, of the parent run."""

    __pydantic_config__ = ConfigDict(validate_by_name=True, validate_by_alias=True)

    parent: Annotated[str, Field(alias="base")]
    """The id of the run it starts from, which may be deleted by now."""
    digits: int
    """How many saved digits it learns."""
    accuracy_before: _Accuracy
    """On these saved digits."""
    test_accuracy_before: _Accuracy | None
    """On the test digits that the fine-tuned run will be tested on too."""
    test_is_seen: bool
    """Whether the parent was trained on these test digits, so that they test nothing."""
    learned: tuple[str, ...]
    """Ids of all saved digits that the network has learned from, its parent's among them."""


_INFO = TypeAdapter(FineTuneInfo)


def write_fine_tune_info(folder: Path, info: FineTuneInfo, digits: Digits, network: bytes) -> None:
    """Put into a new run's folder all that its training needs."""
    write_bytes(folder / PARENT_NETWORK, network)
    np.savez_compressed(folder / SAVED_DIGITS, images=digits.images, labels=digits.labels)
    write_bytes(folder / FINE_TUNE_FILE, _INFO.dump_json(info, indent=1, by_alias=True))


def read_fine_tune_info(run: Run) -> FineTuneInfo | None:
    """Return where a run's fine-tuning starts, None if nowhere, or raise `RunError`."""
    if not run.is_fine_tuned:
        return None
    try:
        return _INFO.validate_json((run.path / FINE_TUNE_FILE).read_bytes())
    except (OSError, ValueError) as error:
        reason = explain_error(error)
        raise RunError(f"The parent of run {run.id} can't be read: {reason}.") from error


def is_test_seen(run: Run) -> bool:
    """Return whether a run's test digits were learned from, so that its accuracy is no test's.

    Where its fine-tuning can't be read any more, they may have been.
    """
    try:
        info = read_fine_tune_info(run)
    except RunError:
        return True
    return info is not None and info.test_is_seen


def read_network(parent: Run) -> bytes:
    """Return a run's network, for a run that begins with its weights, or raise `RunError`."""
    try:
        return (parent.path / "model.keras").read_bytes()
    except FileNotFoundError as error:
        raise RunError("This run has no network to start from. Choose another one.") from error
    except OSError as error:
        raise RunError(f"This run's network can't be read: {error.strerror}.") from error


def parent_files(parent: Run, values: Hyperparameters) -> Callable[[Path], None]:
    """Return what puts a parent's weights into a new run's folder.

    Raises:
        RunError: the weights don't fit, the parent has none, or it has seen the new run's tests.
    """
    for theirs, ours in zip_longest(_shapes(parent.hyperparameters), _shapes(values)):
        if theirs != ours:
            name = (ours or theirs)[0].replace("_", " ")
            raise RunError(f"The weights of {parent.name} don't fit: {name} has another shape.")
    is_sample = find_source()[0].name == "sample"
    if is_test_seen(parent) or (is_sample and parent.status().dataset == "mnist"):
        raise RunError(f"{parent.name} has learned what would test the new run. Download MNIST.")
    network = read_network(parent)

    def populate(path: Path) -> None:
        write_bytes(path / PARENT_NETWORK, network)
        if (calibration := parent.path / "calibration.json").is_file():  # of these weights
            shutil.copyfile(calibration, path / calibration.name)
        Run(path).update_status(message=f"Started from the weights of {parent.name}.")

    return populate


def _shapes(values: Hyperparameters) -> list[tuple[Any, ...]]:
    """Return of each layer with weights its name and what their shapes follow from."""
    return [
        (layer.name, layer.parameters, layer.output_shape[-1], layer.options.get("kernel_size"))
        for layer in layer_table(values)
        if layer.parameters
    ]


def saved_image_count(saved: int, others: int) -> int:
    """Return how many images of an epoch show saved digits, mixed among others."""
    maximum = int(others * MAX_SHARE / (1 - MAX_SHARE))
    return max(saved, min(saved * REPEATS, maximum))


def read_saved_digits(run: Run) -> Digits:
    """Return the saved digits that a fine-tuned run learns, at least one, or raise `RunError`."""
    try:
        with np.load(run.path / SAVED_DIGITS, allow_pickle=False) as arrays:
            digits = Digits(arrays["images"], arrays["labels"])
        _check(digits)
    except Exception as error:  # zipfile, zlib and numpy raise a dozen kinds on damaged bytes
        raise RunError(
            f"The digits that run {run.id} learns from can't be read: {error} "
            "Fine-tune on my digits again."
        ) from error
    return digits


def _check(digits: Digits) -> None:
    images, labels = digits
    if images.dtype != np.uint8 or images.shape[1:] != (28, 28) or labels.dtype != np.uint8:
        raise ValueError("expected were 28×28 images and their labels.")
    if not len(images) or labels.shape != images.shape[:1] or labels.max() > 9:
        raise ValueError("expected was a label from 0 to 9 for each image.")

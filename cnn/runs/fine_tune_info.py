"""What a fine-tuned run carries: the network it starts from, and the kept digits it learns.

All of it lies in the run's folder, so that neither the base nor a kept digit need outlive it.
"""

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnn.data.mnist import Digits
from cnn.runs.files import write_text
from cnn.runs.store import FINE_TUNE_FILE, Run, RunError

PARENT_NETWORK, KEPT_DIGITS = "base.keras", "my_digits.npz"
MAX_SHARE = 0.1  # of the images of an epoch that show kept digits
REPEATS = 60  # of one kept digit in an epoch; each time augmented in another way


@dataclass(frozen=True)
class FineTuneInfo:
    """Where a fine-tuning starts. Accuracies are shares, 0 to 1, of the base before it."""

    base: str
    """The id of the run it starts from, which may be deleted by now."""
    digits: int
    """How many kept digits it learns."""
    accuracy_before: float
    """On these kept digits."""
    test_accuracy_before: float | None
    """On the test digits that the fine-tuned run will be tested on too."""
    test_is_seen: bool
    """Whether the base was trained on these test digits, so that they test nothing."""
    learned: tuple[str, ...]
    """Ids of all kept digits that the network has learned from, those of its base among them."""


def write_fine_tune_info(folder: Path, lesson: FineTuneInfo, digits: Digits, network: Path) -> None:
    """Put into a new run's folder all that its training needs.

    Raises:
        OSError: the base's network is gone, or the disk is full.
    """
    shutil.copyfile(network, folder / PARENT_NETWORK)
    np.savez_compressed(folder / KEPT_DIGITS, images=digits.images, labels=digits.labels)
    write_text(folder / FINE_TUNE_FILE, json.dumps(asdict(lesson), indent=1))


def read_fine_tune_info(run: Run) -> FineTuneInfo | None:
    """Return where a run's fine-tuning starts, or None for a run trained from scratch.

    Raises:
        RunError: its files are damaged.
    """
    if not run.is_fine_tuned:
        return None
    try:
        return _checked(json.loads((run.path / FINE_TUNE_FILE).read_text()))
    except (OSError, ValueError, TypeError, KeyError, OverflowError) as error:
        raise RunError(f"What run {run.id} was taught can't be read: {error}") from error


def _checked(values: Any) -> FineTuneInfo:
    before, tested = values["accuracy_before"], values["test_accuracy_before"]
    if not (_is_share(before) and (tested is None or _is_share(tested))):
        raise ValueError("an accuracy must be between 0 and 1")
    return FineTuneInfo(
        base=str(values["base"]),
        digits=int(values["digits"]),
        accuracy_before=before,
        test_accuracy_before=tested,
        test_is_seen=bool(values["test_is_seen"]),
        learned=tuple(map(str, values["learned"])),
    )


def _is_share(value: Any) -> bool:
    return isinstance(value, (int, float)) and 0 <= value <= 1


def is_test_seen(run: Run) -> bool:
    """Return whether a run's test digits were learned from, so that its accuracy is no test's.

    Where what it was taught can't be read any more, they may have been.
    """
    try:
        lesson = read_fine_tune_info(run)
    except RunError:
        return True
    return lesson is not None and lesson.test_is_seen


def images_of_kept(kept: int, others: int) -> int:
    """Return how many images of an epoch show kept digits, mixed among others."""
    most = int(others * MAX_SHARE / (1 - MAX_SHARE))
    return max(kept, min(kept * REPEATS, most))


def kept_digits(run: Run) -> Digits:
    """Return the kept digits that a fine-tuned run learns, at least one.

    Raises:
        RunError: the file is missing or damaged.
    """
    try:
        with np.load(run.path / KEPT_DIGITS, allow_pickle=False) as arrays:
            digits = Digits(arrays["images"], arrays["labels"])
        _check(digits)
    except Exception as error:  # zipfile, zlib and numpy raise a dozen kinds on damaged bytes
        raise RunError(
            f"The digits that run {run.id} learns from can't be read: {error} "
            "Start the training on my digits again."
        ) from error
    return digits


def _check(digits: Digits) -> None:
    images, labels = digits
    if images.dtype != np.uint8 or images.shape[1:] != (28, 28) or labels.dtype != np.uint8:
        raise ValueError("expected were 28×28 images and their labels.")
    if not len(images) or labels.shape != images.shape[:1] or labels.max() > 9:
        raise ValueError("expected was a label from 0 to 9 for each image.")

"""What a network was like after each epoch: its first filters and its answers, kept for a replay.

Answers to test digits are kept to be shown, epoch by epoch; nothing is chosen by them.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.runs.calibration import read_calibration
from cnn.runs.store import Run

FOLDER = "epochs"
START = 0  # the number of what was kept before the first epoch, of the replayed digits alone
DIGITS_EACH = 10  # of each class, in a replay
_STEPS = 255  # probabilities are kept as bytes: fine enough for a chart, and 25 KB an epoch


class SnapshotError(ValueError):
    """What was kept of the epochs cannot be shown; the message says why."""


class Snapshots(NamedTuple):
    """A training's epochs, e of them, oldest first."""

    numbers: tuple[int, ...]
    """(e,), counted from 1; `START` is before all of them."""
    filters: NDArray[np.float32]
    """(e, k, k, n), the weights of the first convolution's n filters."""
    probabilities: NDArray[np.float32]
    """(e, digits, 10), the answers to all test digits, in steps of 1/255 before calibration."""


def save_snapshot(
    run: Run, number: int, filters: NDArray[np.float32], probabilities: NDArray[np.float32]
) -> None:
    """Keep one epoch in the run's folder, in place of an earlier one of this number.

    Args:
        run: whose epoch it is.
        number: of the epoch, from 1, or `START`.
        filters: (k, k, n).
        probabilities: (digits, 10), each row adds up to 1. `START` has `replayed_digits` only.
    """
    folder = run.path / FOLDER
    folder.mkdir(exist_ok=True)
    answers = np.round(probabilities * _STEPS).astype(np.uint8)
    part = folder / f"{number}.part.npz"
    np.savez_compressed(part, filters=filters.astype(np.float32), answers=answers)
    part.replace(_file(run, number))


def saved_epochs(run: Run) -> tuple[int, ...]:
    """Return which epochs were kept, oldest first, `START` before them if it was kept too."""
    ended = sorted({point.epoch for point in run.metrics().epochs})
    numbers = tuple(number for number in ended if _file(run, number).is_file())
    return (START, *numbers) if numbers and _file(run, START).is_file() else numbers


def read_snapshots(
    run: Run,
    numbers: Sequence[int] | None = None,
    digits: NDArray[np.intp] | None = None,
    total: int | None = None,
) -> Snapshots:
    """Return what was kept of a run's epochs, with its answers calibrated as the network's are.

    Args:
        run: whose epochs they are.
        numbers: which of `saved_epochs`, at least one; None for all but `START`.
        digits: indices of the test digits whose answers are wanted; None for all of them. With
            `START` among the numbers, all or none of the `replayed_digits`.
        total: how many test digits there are; epochs kept for others are refused.

    Raises:
        SnapshotError: nothing was kept, or it is damaged.
        RunError: the run's curves cannot be read.
    """
    if numbers is None:
        numbers = tuple(number for number in saved_epochs(run) if number != START)
    if not numbers:
        raise SnapshotError("No epoch of this run was kept. Train it again to see it learn.")
    try:
        pairs = [_read(_file(run, number), _places(number, digits), total) for number in numbers]
        filters, answers = (np.stack(all_of_one) for all_of_one in zip(*pairs, strict=True))
    except SnapshotError:
        raise
    except Exception as error:  # the readers of zip, of zlib and of headers each raise their own
        raise SnapshotError(
            "The kept epochs of this run are damaged. Train it again to see it learn."
        ) from error
    calibrated = _calibrated(answers, read_calibration(run.path).temperature)
    return Snapshots(tuple(numbers), filters, calibrated)


def replayed_digits(labels: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Return the indices of the same 100 test digits each time: the first ten of each class."""
    return np.concatenate([np.flatnonzero(labels == digit)[:DIGITS_EACH] for digit in range(10)])


def _places(number: int, digits: NDArray[np.intp] | None) -> NDArray[np.intp] | None:
    """Return where an epoch's file has the answers to these test digits."""
    return np.arange(len(digits)) if number == START and digits is not None else digits


def _file(run: Run, number: int) -> Path:
    return run.path / FOLDER / f"{number}.npz"


def _read(
    path: Path, digits: NDArray[np.intp] | None, total: int | None
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    with np.load(path, allow_pickle=False) as file, np.errstate(over="ignore"):
        filters, answers = file["filters"].astype(np.float32), file["answers"]
    is_square = filters.ndim == 3 and filters.size > 0 and filters.shape[0] == filters.shape[1]
    is_answers = answers.dtype == np.uint8 and answers.shape[1:] == (10,)
    if not (is_square and np.isfinite(filters).all() and is_answers and answers.any(axis=1).all()):
        raise ValueError(f"{path.name} holds something else")
    if total is not None and len(answers) != total:
        raise SnapshotError(
            f"This run's epochs were kept for {len(answers):,} other digits than the {total:,} "
            "here. They can be shown as soon as all of MNIST is on this computer."
        )
    return filters, answers if digits is None else answers[digits]


def _calibrated(answers: NDArray[np.uint8], temperature: float) -> NDArray[np.float32]:
    """Return probabilities (e, digits, 10) as the saved network's last layer would give them."""
    likeliest = answers.max(axis=-1, keepdims=True)  # divided by, so that no power vanishes
    powers = (answers / likeliest.astype(np.float32)) ** np.float32(1 / temperature)
    return powers / powers.sum(axis=-1, keepdims=True)

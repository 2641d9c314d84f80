"""Snapshots of a network after each epoch: its first filters and its predictions, for a replay.

Predictions for test digits are saved to be shown, epoch by epoch; nothing is chosen by them.
"""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.runs.files import write_bytes
from cnn.runs.status import read_calibration
from cnn.runs.store import Run, RunError

FOLDER = "epochs"
START = 0  # the snapshot before the first epoch, of the replayed digits alone
DIGITS_EACH = 10  # of each class, in a replay
_STEPS = 255  # probabilities are saved as bytes: fine enough for a chart, and 25 KB an epoch


class Snapshots(NamedTuple):
    """Snapshots of e epochs, oldest first."""

    numbers: tuple[int, ...]
    """(e,), counted from 1; `START` is before all of them."""
    filters: NDArray[np.float32]
    """(e, k, k, n), the weights of the first convolution's n filters."""
    probabilities: NDArray[np.float32]
    """(e, digits, 10), of test digits, in steps of 1/255 before calibration."""


def save_snapshot(
    run: Run, number: int, filters: NDArray[np.float32], probabilities: NDArray[np.float32]
) -> None:
    """Save one epoch, from 1, or `START`, in place of an earlier snapshot of this number.

    Filters are (k, k, n), probabilities (digits, 10); `START` has `replayed_digits` only.
    """
    rounded, buffer = np.round(probabilities * _STEPS).astype(np.uint8), io.BytesIO()
    np.savez_compressed(buffer, filters=filters.astype(np.float32), answers=rounded)
    (run.path / FOLDER).mkdir(exist_ok=True)
    write_bytes(_file(run, number), buffer.getvalue())


def saved_epochs(run: Run) -> tuple[int, ...]:
    """Return the epochs with a snapshot, oldest first, `START` before them if it has one too."""
    ended = sorted({point.epoch for point in run.metrics().epochs})
    numbers = tuple(number for number in ended if _file(run, number).is_file())
    return (START, *numbers) if numbers and _file(run, START).is_file() else numbers


def read_snapshots(
    run: Run,
    numbers: Sequence[int] | None = None,
    digits: NDArray[np.intp] | None = None,
    total: int | None = None,
) -> Snapshots:
    """Return snapshots of a run, calibrated as its network is, or raise `RunError`.

    Args:
        run: the run.
        numbers: which of `saved_epochs`, at least one; None for all but `START`.
        digits: indices of the test digits that are wanted; None for all of them. With `START`
            among the numbers, all or none of the `replayed_digits`.
        total: how many test digits there are; snapshots of others are refused.
    """
    if numbers is None:
        numbers = tuple(number for number in saved_epochs(run) if number != START)
    if not numbers:
        raise RunError("This run has no snapshots. Train it again to see it learn.")
    try:
        snapshots = [read_snapshot(_file(run, n), _rows(n, digits), total) for n in numbers]
        filters, rounded = (np.stack(arrays) for arrays in zip(*snapshots, strict=True))
    except RunError:
        raise
    except Exception as error:  # zipfile, zlib and numpy each raise their own
        raise RunError(
            "The snapshots of this run are damaged. Train it again to see it learn."
        ) from error
    calibrated = _calibrated(rounded, read_calibration(run.path).temperature)
    return Snapshots(tuple(numbers), filters, calibrated)


def replayed_digits(labels: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Return the indices of the same 100 test digits each time: the first ten of each class."""
    return np.concatenate([np.flatnonzero(labels == digit)[:DIGITS_EACH] for digit in range(10)])


def _file(run: Run, number: int) -> Path:
    return run.path / FOLDER / f"{number}.npz"


def _rows(number: int, digits: NDArray[np.intp] | None) -> NDArray[np.intp] | slice:
    if digits is None:
        return slice(None)
    return np.arange(len(digits)) if number == START else digits  # `START` has them alone


def read_snapshot(
    path: Path, rows: NDArray[np.intp] | slice = slice(None), total: int | None = None
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Return filters (k, k, n) and rounded probabilities (digits, 10) of a file, or raise."""
    with np.load(path, allow_pickle=False) as file, np.errstate(over="ignore"):
        filters, rounded = file["filters"].astype(np.float32), file["answers"]
    is_square = filters.ndim == 3 and filters.size > 0 and filters.shape[0] == filters.shape[1]
    is_rounded = rounded.dtype == np.uint8 and rounded.shape[1:] == (10,)
    if not (is_square and np.isfinite(filters).all() and is_rounded and rounded.any(axis=1).all()):
        raise ValueError(f"{path.name} holds something else")
    if total is not None and len(rounded) != total:
        raise RunError(
            f"This run's snapshots are of {len(rounded):,} other digits than the {total:,} "
            "here. They can be shown as soon as all of MNIST is on this computer."
        )
    return filters, rounded[rows]


def _calibrated(rounded: NDArray[np.uint8], temperature: float) -> NDArray[np.float32]:
    """Return probabilities (e, digits, 10) as the saved network's last layer would give them."""
    likeliest = rounded.max(axis=-1, keepdims=True)  # divided by, so that no power vanishes
    powers = (rounded / likeliest.astype(np.float32)) ** np.float32(1 / temperature)
    return powers / powers.sum(axis=-1, keepdims=True)

"""A run's predictions for its test digits, as its training stored them."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cnn.network.layers import CLASSES

PREDICTIONS_FILE = "test_predictions.npz"
MAX_ROUNDING = 0.01  # of the sum of ten stored probabilities


def read_stored_predictions(path: Path) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Return probabilities (n, 10) and true labels (n,) of a file.

    Raises:
        Exception: of a dozen kinds, since zipfile, zlib and numpy each raise their own.
    """
    with np.load(path, allow_pickle=False) as file, np.errstate(over="ignore"):
        probabilities, labels = file["probabilities"].astype(np.float32), file["labels"]
    gaps = np.abs(probabilities.sum(axis=1) - 1)  # NaN where one is NaN
    is_full = probabilities.shape == (labels.size, CLASSES) and (gaps < MAX_ROUNDING).all()
    if not is_full or probabilities.min(initial=0) < 0:
        raise ValueError(f"expected were {CLASSES} probabilities for each digit")
    return probabilities, labels

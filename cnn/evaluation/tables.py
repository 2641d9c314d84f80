"""Metrics and predictions as CSV: a line of column names first, shares from 0 to 1."""

import csv
import io
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from cnn.data.label_errors import has_label_error
from cnn.evaluation.accuracy import ClassMetrics, macro_average
from cnn.evaluation.predictions import Predictions

CLASS_COLUMNS = ("digit", "precision", "recall", "f1", "support")
DIGIT_COLUMNS = ("test_digit", "label", "predicted", "confidence", "loss", "label_error")


def class_table(classes: Sequence[ClassMetrics]) -> bytes:
    """Return precision, recall, F1 and support of each digit, and their averages."""
    rows = [(one.digit, one.precision, one.recall, one.f1, one.support) for one in classes]
    average = ("macro average", *macro_average(classes), sum(one.support for one in classes))
    return to_csv(CLASS_COLUMNS, [*rows, average]).encode()


def digit_table(predictions: Predictions, indices: NDArray[np.intp]) -> bytes:
    """Return a line for each of these digits, in their order, with its index in the test set."""
    columns = (
        indices,
        predictions.labels[indices],
        predictions.predicted[indices],
        [f"{one:.6f}" for one in predictions.confidence[indices]],
        [f"{one:.6f}" for one in predictions.losses[indices]],
        has_label_error(predictions.labels)[indices].astype(int),
    )
    return to_csv(DIGIT_COLUMNS, zip(*columns, strict=True)).encode()


def to_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV under their column names."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()

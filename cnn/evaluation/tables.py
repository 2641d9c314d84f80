"""Figures as tables to keep: CSV, a line of names first, shares from 0 to 1."""

import csv
import io
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from cnn.data.label_errors import has_label_error
from cnn.evaluation.accuracy import ClassMetrics, macro_average
from cnn.evaluation.predictions import Predictions

CLASS_COLUMNS = ("digit", "precision", "recall", "f1", "pictures")
DIGIT_COLUMNS = ("test_digit", "label", "read_as", "confidence", "loss", "label_doubtful")


def class_table(classes: Sequence[ClassMetrics]) -> bytes:
    """Return precision, recall, F1 and the number of pictures of each digit, and their averages."""
    rows = [(one.digit, one.precision, one.recall, one.f1, one.total) for one in classes]
    average = ("macro average", *macro_average(classes), sum(one.total for one in classes))
    return _csv(CLASS_COLUMNS, [*rows, average])


def digit_table(predictions: Predictions, indices: NDArray[np.intp]) -> bytes:
    """Return a line for each of these digits, in their order, with its place in the test."""
    marks = has_label_error(predictions.labels)
    rows = (
        (
            int(index),
            int(predictions.labels[index]),
            int(predictions.predicted[index]),
            f"{predictions.confidence[index]:.6f}",
            f"{predictions.losses[index]:.6f}",
            int(marks[index]),
        )
        for index in indices
    )
    return _csv(DIGIT_COLUMNS, rows)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()

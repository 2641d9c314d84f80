"""Metrics of a network as tables: of each class, of its confidence, and of single digits.

Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017,
https://arxiv.org/abs/1706.04599: the reliability diagram and the expected calibration error.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cnn.evaluation.predictions import Predictions

DIAGRAM_BINS = 10
HISTOGRAM_BINS = 20


def class_metrics(matrix: NDArray[np.intp]) -> pd.DataFrame:
    """Return precision, recall and F1, 0 to 1, and support of each digit, which is the index.

    `matrix` is a confusion matrix, (10, 10). NaN is where there is nothing to divide by.
    """
    correct, support, predicted = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    with np.errstate(invalid="ignore"):
        columns = {
            "precision": correct / predicted,
            "recall": correct / support,
            "f1": 2 * correct / (support + predicted),
            "support": support,
        }
    return pd.DataFrame(columns).rename_axis("digit")


def with_macro_average(classes: pd.DataFrame) -> pd.DataFrame:
    """Return the metrics of each digit, and in the last row their means and the total support.

    As in scikit-learn, the means are over the digits that occur or are predicted, and a metric
    with nothing to divide by counts as 0.
    """
    means = classes[classes["f1"].notna()].fillna(0).mean().to_frame("Macro average").T
    return pd.concat([classes, means.assign(support=classes["support"].sum())]).rename_axis("digit")


def confidence_bins(predictions: Predictions, bins: int) -> pd.DataFrame:
    """Return a row for each of so many bins of equal width from 0 to 1, empty ones too.

    A bin counts the predictions whose confidence is above `lower` and at most `upper`. Its mean
    `confidence` and its `accuracy`, both 0 to 1, are NaN if there are none.
    """
    edges = np.linspace(0, 1, bins + 1)
    index = np.searchsorted(edges[1:-1], predictions.confidence)
    total = np.bincount(index, minlength=bins)
    correct = np.bincount(index[predictions.correct], minlength=bins)
    sums = np.bincount(index, weights=predictions.confidence, minlength=bins)
    with np.errstate(invalid="ignore"):
        means = {"confidence": sums / total, "accuracy": correct / total}
    counts = {"correct": correct, "mistakes": total - correct, "total": total}
    return pd.DataFrame({"lower": edges[:-1], "upper": edges[1:], **counts, **means})


def reliability_diagram(predictions: Predictions) -> pd.DataFrame:
    """Return the points of the diagram: ten bins of equal width without the empty ones."""
    return confidence_bins(predictions, DIAGRAM_BINS).query("total > 0")


def expected_calibration_error(diagram: pd.DataFrame) -> float:
    """Return the mean difference of confidence and accuracy, 0 to 1, weighted by bin size."""
    gaps = (diagram["accuracy"] - diagram["confidence"]).abs()
    return float(np.average(gaps, weights=diagram["total"]))


def digit_table(predictions: Predictions, indices: NDArray[np.intp]) -> pd.DataFrame:
    """Return a row for each of these digits, in their order, with its index in the test set."""
    return pd.DataFrame(
        {
            "test_digit": indices,
            "label": predictions.labels[indices],
            "predicted": predictions.predicted[indices],
            "confidence": predictions.confidence[indices],
            "loss": predictions.losses[indices],
            "label_error": predictions.label_errors[indices].astype(int),
        }
    )

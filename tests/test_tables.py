import csv
import io

import numpy as np
import pytest

from cnn.evaluation.accuracy import confusion_matrix, metrics_per_class
from cnn.evaluation.predictions import Predictions
from cnn.evaluation.tables import class_table, digit_table
from tests.evaluated_run import answers

LABELS = np.arange(20, dtype=np.uint8) % 5


@pytest.fixture
def predictions():
    images = np.zeros((20, 28, 28), np.uint8)
    return Predictions(answers(LABELS, wrong=[3]), LABELS, images)


def rows_of(table):
    return list(csv.DictReader(io.StringIO(table.decode())))


def test_the_table_of_digits_keeps_their_order_and_figures(predictions):
    right, wrong = rows_of(digit_table(predictions, np.array([7, 3])))
    assert (right["test_digit"], right["label"], right["predicted"]) == ("7", "2", "2")
    assert (wrong["test_digit"], wrong["label"], wrong["predicted"]) == ("3", "3", "4")
    assert float(wrong["loss"]) == pytest.approx(predictions.losses[3], abs=1e-5)
    assert float(right["confidence"]) == pytest.approx(predictions.confidence[7], abs=1e-5)
    assert wrong["label_error"] == "0"


def test_the_table_of_figures_ends_with_their_averages(predictions):
    rows = rows_of(class_table(metrics_per_class(confusion_matrix(predictions))))
    assert [row["digit"] for row in rows] == [*map(str, range(10)), "macro average"]
    assert (rows[3]["recall"], rows[3]["precision"], rows[3]["support"]) == ("0.75", "1.0", "4")
    assert rows[9]["recall"] == ""
    assert (rows[10]["support"], float(rows[10]["recall"])) == ("20", pytest.approx(0.95))

import numpy as np
import pytest

from cnn.evaluation.history import History, history_of
from cnn.hyperparameters import Hyperparameters
from cnn.runs import store
from cnn.runs.snapshots import read_snapshots
from cnn.runs.store import RunError
from tests.test_snapshots import train_epochs
from ui.predictions.digit_details import history_chart


def history(*predicted, first=1):
    """A digit predicted as these after each epoch, with 60%."""
    probabilities = np.full((len(predicted), 10), 0.4 / 9, np.float32)
    probabilities[np.arange(len(predicted)), predicted] = 0.6
    return History(tuple(range(first, first + len(predicted))), probabilities)


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (history(4, 4, 4), "Predicted 4 after every epoch."),
        (history(9, 9, 9, 4), "Predicted 9 until epoch 3, then 4."),
        (history(9, 9, 4, first=5), "Predicted 9 until epoch 6, then 4."),
        (history(2, 6, 4, 4, 2),
         "Predicted 2 until epoch 1, then 6 until epoch 2, then 4 until epoch 4, then 2."),
        (history(1, 7, 1, 7, 1, 1), "The prediction changed 4 times and is 1 since epoch 5."),
    ],
)  # fmt: skip
def test_when_the_prediction_changed_is_said_in_words(shown, words):
    assert shown.summary() == words


def test_one_digits_history_is_its_row_of_each_epoch(runs_dir):
    run = store.create(Hyperparameters(), runs_dir)
    train_epochs(run, 1, 2, 3)
    chosen = history_of(run, 3, total=5)
    assert chosen.epochs == (1, 2, 3)
    assert np.array_equal(chosen.probabilities, read_snapshots(run).probabilities[:, 3])
    with pytest.raises(RunError, match="other digits than the 40 here"):
        history_of(run, 3, total=40)


@pytest.mark.parametrize(
    ("predicted", "lines"), [(4, ["4, true label"]), (9, ["4, true label", "9, predicted"])]
)
def test_the_chart_has_a_line_for_the_true_label_and_for_another_prediction(predicted, lines):
    shown = history(9, 4, predicted)
    (rows,) = history_chart(shown, 4, predicted).to_dict()["datasets"].values()
    assert list(dict.fromkeys(row["line"] for row in rows)) == lines
    assert [row["epoch"] for row in rows] == [1, 2, 3] * len(lines)
    assert [row["probability"] for row in rows[:3]] == shown.probabilities[:, 4].tolist()
    assert "predicted 9" in rows[0]["meaning"]

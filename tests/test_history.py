import numpy as np
import pytest

from cnn.evaluation.history import History, history_of
from cnn.hyperparameters import Hyperparameters
from cnn.runs import store
from cnn.runs.snapshots import SnapshotError, read_snapshots
from tests.test_snapshots import train_epochs
from ui.predictions.prediction_history import history_chart


def history(*answers, first=1):
    """A digit read as these after each epoch, with 60%."""
    probabilities = np.full((len(answers), 10), 0.4 / 9, np.float32)
    probabilities[np.arange(len(answers)), answers] = 0.6
    return History(tuple(range(first, first + len(answers))), probabilities)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ((4,), "Predicted 4 after its only epoch."),
        ((4, 4, 4), "Predicted 4 after every one of its 3 epochs."),
        ((9, 9, 9, 4), "Predicted 9 until epoch 3, then 4."),
        ((9, 4, 4), "Predicted 9 after epoch 1, then 4."),
        ((2, 6, 4, 4, 2), "Predicted 2 after epoch 1, then 6 after epoch 2, then 4 until epoch 4, "
         "then 2."),
        ((1, 7, 1, 7, 1, 1), "The prediction changed 4 times and is 1 since epoch 5."),
    ],
)  # fmt: skip
def test_when_the_answer_changed_is_said_in_words(answers, words):
    assert history(*answers).summary() == words


def test_epochs_are_named_by_their_own_numbers():
    assert history(9, 9, 4, first=5).summary() == "Predicted 9 until epoch 6, then 4."


def test_one_digits_history_is_its_row_of_each_epoch(runs_dir):
    run = store.create(Hyperparameters(), runs_dir)
    train_epochs(run, 1, 2, 3)
    chosen = history_of(run, 3, total=5)
    kept = read_snapshots(run).probabilities
    assert chosen.epochs == (1, 2, 3)
    assert np.array_equal(chosen.probabilities, kept[:, 3])
    assert chosen.predicted == kept[:, 3].argmax(axis=1).tolist()
    with pytest.raises(SnapshotError, match="other digits than the 40 here"):
        history_of(run, 3, total=40)


@pytest.mark.parametrize(
    ("predicted", "lines"), [(4, ["4, true label"]), (9, ["4, true label", "9, predicted"])]
)
def test_the_chart_has_a_line_for_the_true_label_and_for_another_prediction(predicted, lines):
    shown = history(9, 4, predicted)
    (rows,) = history_chart(shown, 4, predicted).to_dict()["datasets"].values()
    assert list(dict.fromkeys(row["line"] for row in rows)) == lines
    assert [row["epoch"] for row in rows] == [1, 2, 3] * len(lines)
    true = [row["probability"] for row in rows if row["line"].startswith("4")]
    assert true == pytest.approx(shown.probabilities[:, 4].tolist())
    assert "predicted 9" in rows[0]["meaning"]

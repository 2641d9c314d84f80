import numpy as np
import pytest

from cnn.data import mnist
from cnn.evaluation.replay import load_replay, replay_table
from cnn.hyperparameters import Hyperparameters
from cnn.plots.gallery import filters_figure
from cnn.runs.metrics import EpochPoint, append_point
from cnn.runs.snapshots import replayed_digits
from cnn.runs.status import State
from cnn.runs.store import RunError
from tests.evaluated_run import filters_of, make_replayed_run

pytestmark = pytest.mark.usefixtures("tiny_mnist")


def test_a_replay_holds_every_epoch_from_before_the_training_on(runs_dir):
    replay, test = (
        load_replay(make_replayed_run(runs_dir, wrong={2: [13]})),
        mnist.load_test("mnist"),
    )
    assert replay.numbers == (0, 1, 2, 3)
    assert replay.indices.tolist() == replayed_digits(test.labels).tolist()
    assert replay.digits.labels.tolist() == sorted(list(range(10)) * 4)
    assert replay.correct.tolist() == [0, 32, 39, 40]
    place = replay.indices.tolist().index(13)
    assert (replay.digits.images[place] == test.images[13]).all()
    assert replay.predicted[2, place] == 4  # the mistake is the next digit
    np.testing.assert_allclose(replay.filters[2], filters_of(2), rtol=1e-6)
    assert list(replay.curve) == [1, 2, 3]
    assert replay.notes == ()


def test_of_many_epochs_some_are_left_out_evenly_and_that_is_said(runs_dir):
    run = make_replayed_run(runs_dir, epochs=20)
    replay = load_replay(run, max_epochs=6)
    assert replay.numbers == (0, 4, 8, 12, 16, 20)
    assert len(replay.curve) == 20
    assert replay.notes == ("Of 20 epochs, some are left out, evenly.",)
    (run.path / "epochs" / "0.npz").unlink()  # as in older runs
    assert load_replay(run).numbers == tuple(range(1, 21))


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING])
def test_a_run_that_has_not_ended_has_no_replay_yet(runs_dir, hold_elsewhere, state):
    run = make_replayed_run(runs_dir, state=state)
    hold_elsewhere(run.path / "lock")
    with pytest.raises(RunError, match="not over yet"):
        load_replay(run)


@pytest.mark.parametrize(
    ("patience", "last_loss", "state", "note"),
    [
        (2, 0.9, State.FINISHED, "early stopping restored the best"),
        (2, 0.1, State.FINISHED, None),  # the last epoch is the best
        (0, 0.9, State.FINISHED, None),
        (2, 0.9, State.STOPPED, "the replay ends with its last complete epoch, 3."),
    ],
)
def test_the_end_of_a_replay_is_explained_where_the_network_is_another(
    runs_dir, patience, last_loss, state, note
):
    run = make_replayed_run(runs_dir, state=state)
    settings = Hyperparameters(early_stopping=patience)
    (run.path / "hyperparameters.json").write_text(settings.to_json())
    append_point(run.metrics_path, EpochPoint(4, 0.1, 0.9, last_loss, 0.9, 4.0))
    notes = load_replay(run).notes
    assert len(notes) == (note is not None)
    assert note is None or note in notes[0]


def test_the_sample_is_replayed_too(runs_dir):
    replay = load_replay(make_replayed_run(runs_dir, dataset="sample"))
    assert np.bincount(replay.digits.labels).tolist() == [10] * 10


def test_without_its_test_digits_a_run_shows_its_filters_and_says_why(runs_dir, monkeypatch):
    run = make_replayed_run(runs_dir)
    run.update_status(test_images=10_000)
    other = load_replay(run)
    monkeypatch.delenv("MNIST_NPZ")
    without = load_replay(run)
    assert other.predicted.shape == without.predicted.shape == (4, 0)
    assert without.filters.shape == (4, 3, 3, 4)
    assert "tested on 10,000 others" in other.notes[0]
    assert "Download it on the Train page" in without.notes[0]


def test_a_damaged_snapshot_gets_a_sentence(runs_dir):
    run = make_replayed_run(runs_dir)
    (run.path / "epochs" / "2.npz").write_bytes(b"PK\x03\x04 half a file")
    with pytest.raises(RunError, match=r"damaged\. Train it again"):
        load_replay(run)


def test_the_table_has_a_row_for_each_digit_at_each_epoch(runs_dir):
    replay = load_replay(make_replayed_run(runs_dir))
    table = replay_table(replay)
    assert list(table) == ["epoch", "test_digit", "label", "predicted", "probability"]
    correct = table[table["label"] == table["predicted"]].groupby("epoch").size()
    assert correct.tolist() == replay.correct[1:].tolist()
    counts = table.groupby("epoch")["test_digit"].apply(list)
    assert counts.tolist() == [replay.indices.tolist()] * 4


@pytest.mark.parametrize(("epochs", "start", "shown"), [(3, True, 2), (1, False, 1)])
def test_the_filters_are_drawn_at_the_first_and_the_last_epoch_on_one_scale(
    runs_dir, epochs, start, shown
):
    figure = filters_figure(load_replay(make_replayed_run(runs_dir, epochs, start=start)), "Mine")
    pictures = [axes.images[0] for axes in figure.axes if axes.images]
    assert len(pictures) == shown
    assert len({picture.get_clim() for picture in pictures}) == 1
    last = np.ma.filled(pictures[-1].get_array(), np.nan)
    np.testing.assert_allclose(last[:3, 12:15], filters_of(epochs)[..., 3], rtol=1e-6)
    assert np.isnan(last[:, 15]).all()

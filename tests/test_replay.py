import csv
import io

import numpy as np
import pytest

from cnn.data import mnist
from cnn.evaluation.replay import load_replay, replay_csv
from cnn.hyperparameters import Hyperparameters
from cnn.plots.figure import figure_bytes
from cnn.plots.gallery import filters_figure
from cnn.runs.metrics import EpochPoint, append_point
from cnn.runs.snapshots import SnapshotError, replayed_digits
from cnn.runs.status import State
from tests.replayed_run import filters_of, make_replayed_run

pytestmark = pytest.mark.usefixtures("tiny_mnist")


def test_a_replay_holds_every_moment_from_before_the_training_on(runs_dir):
    replay = load_replay(make_replayed_run(runs_dir))
    assert replay.numbers == (0, 1, 2, 3)
    assert replay.digits.labels.tolist() == sorted(list(range(10)) * 4)
    assert replay.correct.tolist() == [0, 32, 40, 40]
    np.testing.assert_allclose(replay.filters[2], filters_of(2), rtol=1e-6)
    assert [point.epoch for point in replay.curve] == [1, 2, 3]
    assert replay.notes == ()


def test_the_digits_and_their_predictions_are_at_the_same_place(runs_dir):
    replay = load_replay(make_replayed_run(runs_dir, wrong={2: [13]}))
    test = mnist.load_test("mnist")
    assert replay.indices.tolist() == replayed_digits(test.labels).tolist()
    place = replay.indices.tolist().index(13)
    assert (replay.digits.images[place] == test.images[13]).all()
    assert replay.predicted[2, place] == 4  # the mistake is the next digit
    assert replay.correct[2] == 39


def test_a_run_that_kept_nothing_before_its_training_begins_with_its_first_epoch(runs_dir):
    assert load_replay(make_replayed_run(runs_dir, start=False)).numbers == (1, 2, 3)


def test_of_many_epochs_some_are_left_out_evenly_and_that_is_said(runs_dir):
    replay = load_replay(make_replayed_run(runs_dir, epochs=20), max_epochs=6)
    assert replay.numbers == (0, 4, 8, 12, 16, 20)
    assert len(replay.curve) == 20
    assert replay.notes == ("Of 20 epochs, some are left out, evenly.",)


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING])
def test_a_run_that_goes_on_has_no_replay_yet(runs_dir, hold_elsewhere, state):
    run = make_replayed_run(runs_dir, state=state)
    hold_elsewhere(run.path / "lock")
    with pytest.raises(SnapshotError, match="not over yet"):
        load_replay(run)


def test_a_stopped_run_says_where_its_replay_ends(runs_dir):
    replay = load_replay(make_replayed_run(runs_dir, state=State.STOPPED))
    assert replay.notes == (
        "The run was stopped: the replay ends with its last complete epoch, 3.",
    )


@pytest.mark.parametrize(
    ("patience", "last_loss", "state", "is_said"),
    [
        (2, 0.9, State.FINISHED, True),
        (2, 0.1, State.FINISHED, False),  # the last epoch is the best
        (0, 0.9, State.FINISHED, False),
        (2, 0.9, State.STOPPED, False),  # the network is as the last batch left it
    ],
)
def test_early_stopping_says_that_the_network_is_an_earlier_one(
    runs_dir, patience, last_loss, state, is_said
):
    run = make_replayed_run(runs_dir, state=state)
    settings = Hyperparameters(early_stopping=patience)
    (run.path / "hyperparameters.json").write_text(settings.to_json())
    append_point(run.metrics_path, EpochPoint(4, 0.1, 0.9, last_loss, 0.9, 4.0))
    notes = " ".join(load_replay(run).notes)
    assert ("early stopping restored the best" in notes) is is_said


def test_the_sample_is_replayed_too(runs_dir):
    replay = load_replay(make_replayed_run(runs_dir, dataset="sample"))
    assert len(replay.indices) == 100
    assert np.bincount(replay.digits.labels).tolist() == [10] * 10


def test_without_its_test_digits_a_run_shows_its_filters_and_says_why(runs_dir, monkeypatch):
    run = make_replayed_run(runs_dir)
    monkeypatch.delenv("MNIST_NPZ")
    replay = load_replay(run)
    assert replay.predicted.shape == (4, 0)
    assert replay.filters.shape == (4, 3, 3, 4)
    assert "Download it on the Train page" in replay.notes[0]


def test_a_run_tested_on_other_digits_shows_none_of_these(runs_dir):
    run = make_replayed_run(runs_dir)
    run.update_status(test_images=10_000)
    replay = load_replay(run)
    assert len(replay.indices) == 0
    assert "tested on 10,000 others" in replay.notes[0]


@pytest.mark.parametrize("number", [0, 2])
def test_a_damaged_epoch_gets_a_sentence(runs_dir, number):
    run = make_replayed_run(runs_dir)
    (run.path / "epochs" / f"{number}.npz").write_bytes(b"PK\x03\x04 half a file")
    with pytest.raises(SnapshotError, match=r"damaged\. Train it again"):
        load_replay(run)


def test_the_table_has_a_line_for_each_digit_at_each_moment(runs_dir):
    replay = load_replay(make_replayed_run(runs_dir))
    header, *lines = csv.reader(io.StringIO(replay_csv(replay)))
    assert header == ["epoch", "test_digit", "label", "predicted", "probability"]
    assert len(lines) == 4 * 40
    right = [line for line in lines if line[0] == "1" and line[2] == line[3]]
    assert len(right) == replay.correct[1]
    assert {line[1] for line in lines} == {str(index) for index in replay.indices}


@pytest.mark.parametrize(("epochs", "start", "moments"), [(3, True, 2), (1, False, 1)])
def test_the_filters_are_drawn_at_the_first_and_the_last_moment_on_one_scale(
    runs_dir, epochs, start, moments
):
    figure = filters_figure(load_replay(make_replayed_run(runs_dir, epochs, start=start)), "Mine")
    pictures = [axes.images[0] for axes in figure.axes if axes.images]
    assert len(pictures) == moments
    assert len({picture.get_clim() for picture in pictures}) == 1
    last = np.ma.filled(pictures[-1].get_array(), np.nan)
    np.testing.assert_allclose(last[:3, 12:15], filters_of(epochs)[..., 3], rtol=1e-6)
    assert np.isnan(last[:, 15]).all()
    assert figure_bytes(figure, "png").startswith(b"\x89PNG")
    assert b"<svg" in figure_bytes(figure, "svg")

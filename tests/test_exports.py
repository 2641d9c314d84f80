import os
import sys

import pytest

from cnn.__main__ import main
from cnn.export import mlflow as mlflow_export
from cnn.hyperparameters import Hyperparameters
from cnn.runs import queue
from cnn.runs.metrics import EpochPoint, TrainingPoint, append_point
from cnn.runs.status import State
from cnn.training import worker
from tests.awaiting import until
from tests.evaluated_run import make_run


@pytest.fixture
def run(runs_dir):
    """A run of two epochs of 100 digits, 4 batches each, that was stopped."""
    run = make_run(runs_dir, State.STOPPED)
    (run.path / "hyperparameters.json").write_text(Hyperparameters(strides=(2,)).to_json())
    run.update_status(started=1_000.0, ended=1_010.0, training_images=100)
    for number in (1, 2):
        for share in (0.5, 1.0):
            append_point(
                run.metrics_path, TrainingPoint(number - 1 + share, 2 / number, 0.5, 9.0, 1.0)
            )
        append_point(run.metrics_path, EpochPoint(number, 1.0, 0.5, 1 / number, 0.75, 2.0 * number))
    return run


def test_tensorboard_shows_the_curves_of_training_and_validation_over_the_same_steps(run, tmp_path):
    import tensorflow as tf

    words = ["export", run.id, "--format", "tensorboard", "--output", str(tmp_path / "logs")]
    assert main([*words, "--runs-dir", str(run.path.parent)]) == 0
    seen = {}
    for file in (tmp_path / "logs").rglob("*tfevents*"):
        for event in tf.compat.v1.train.summary_iterator(str(file)):
            for value in event.summary.value:
                place = str(file.parent.relative_to(tmp_path / "logs" / run.id)), value.tag
                seen.setdefault(place, []).append((event.step, value.simple_value, event.wall_time))
    losses = [(step, loss, time) for step, loss, time in seen["train", "loss"]]
    assert losses == [(2, 2.0, 1001), (4, 2.0, 1001), (6, 1.0, 1001), (8, 1.0, 1001)]
    assert seen["validation", "loss"] == [(4, 1.0, 1002.0), (8, 0.5, 1004.0)]
    assert seen["validation", "accuracy"] == [(4, 0.75, 1002.0), (8, 0.75, 1004.0)]
    assert seen["test", "accuracy"][0][1] == 0.875
    assert ("test", "_hparams_/session_start_info") in seen


def test_a_run_has_one_run_in_mlflow_also_when_it_is_continued(run, tmp_path, monkeypatch, capsys):
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "digits")
    monkeypatch.setattr(sys, "argv", ["", str(run.path)])
    monkeypatch.setattr(os, "nice", lambda _: None)
    client = mlflow.MlflowClient()
    experiment = client.create_experiment("digits", str(tmp_path / "artifacts"))
    assert mlflow_export.main() == 0, capsys.readouterr().out
    append_point(run.metrics_path, EpochPoint(3, 1.0, 0.5, 0.25, 0.8, 6.0))
    run.update_status(state=State.FINISHED, started=2_000.0)
    queue.annotate(run, name="Longer")
    assert mlflow_export.main() == 0, capsys.readouterr().out
    (sent,) = client.search_runs([experiment])
    assert (sent.info.status, sent.info.run_name) == ("FINISHED", "Longer")
    assert (sent.info.start_time, sent.info.end_time) == (1_000_000, 1_010_000)
    assert (sent.data.params["strides"], sent.data.tags["dataset"]) == ("2", "mnist")
    assert sent.data.metrics["test_accuracy"] == 0.875
    history = client.get_metric_history(sent.info.run_id, "validation_loss")
    points = sorted((one.step, one.value, one.timestamp) for one in history)
    assert points == [(4, 1.0, 1_002_000), (8, 0.5, 1_004_000), (12, 0.25, 1_006_000)]
    artifacts = [one.path for one in client.list_artifacts(sent.info.run_id)]
    assert sorted(artifacts) == ["hyperparameters.json", "model.onnx"]


def test_an_mlflow_that_is_not_there_changes_nothing(run, monkeypatch):
    before = {path: path.read_bytes() for path in run.path.iterdir()}
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    (run.path.parent / ".queue").mkdir()
    monkeypatch.setattr(worker, "_train_on_its_digits", lambda run: None)
    run.lock.acquire()
    worker._train(run)
    log = run.path.parent / ".queue" / "mlflow.log"
    until(lambda: "could not be written to MLflow" in log.read_text(), "the log")
    before[run.path / "train.log"] = b""
    assert {p: p.read_bytes() for p in run.path.iterdir() if p.name != "lock"} == before

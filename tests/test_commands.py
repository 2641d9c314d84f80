import csv
import gzip
import io
import json
import signal
import subprocess
import sys

import pytest

from cnn.__main__ import main
from cnn.launching import local
from cnn.launching.local import PROJECT
from cnn.presets import PRESETS
from cnn.runs import queue, store
from cnn.runs.metrics import EpochPoint, append_point
from cnn.runs.status import State
from tests.awaiting import until

SEVEN = [[[70, 70], [230, 70], [200, 120], [160, 190], [130, 270]]]
ONE = [[[140, 40], [140, 250]]]


def lines(*drawings):
    return "".join(json.dumps({"strokes": strokes}) + "\n" for strokes in drawings)


def test_control_c_stops_the_training_and_keeps_its_network(tiny_mnist, runs_dir):
    words = (
        "train", "--preset", "fast", "--set", "filters=4", "--set", "pool_after=1",
        "--set", "epochs=100", "--set", "batch_size=1", "--json", "--runs-dir", str(runs_dir),
    )  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "cnn", *words], cwd=PROJECT, text=True, stdout=subprocess.PIPE
    )
    until(lambda: any(run.metrics().training for run in store.list_runs(runs_dir)), "a point")
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    result = json.loads(output)
    assert sorted(result) == ["parameters", "run", "seconds", "test_accuracy"]
    run = store.open_run(result["run"], runs_dir)
    assert run.status().state is State.STOPPED
    assert run.status().test_accuracy == result["test_accuracy"]
    assert run.hyperparameters.filters == (4,)
    assert run.is_usable


def test_train_and_resume_end_with_the_same_line(runs_dir, capsys, monkeypatch):
    def finish(folder, wanted, idle_seconds):
        if claimed := queue.claim(folder):
            claimed.update_status(state=State.FINISHED, phase="", seconds=2.0, test_accuracy=0.9)
            claimed.lock.release()

    monkeypatch.setattr(local, "ensure_workers", finish)
    assert main(["train", "--runs-dir", str(runs_dir)]) == 0
    (run,) = store.list_runs(runs_dir)
    words = ["resume", run.id, "--runs-dir", str(runs_dir)]
    assert main(words) == 2
    run.update_status(state=State.RUNNING)
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[1::2] == ["Test accuracy 90.00%"] * 2
    assert "nothing is left to resume" in err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["train", "--set", "epochs=0"], "epochs must be between 1 and 100"),
        (["train", "--set", "speed=9"], "'speed=9' is not a setting"),
        (["train", "--set", "dropout=much"], "dropout must be a valid number"),
        (["train", "--set", "pool_after=1,2", "--set", "kernel_size=7", "--set",
          "filters=4,4,4,4"], "before convolution"),
        (["recognize", "missing.jsonl"], "missing.jsonl"),
        (["recognize", "missing.jsonl", "--run", "../x"], "There is no run"),
        (["export", "nothing", "--format", "onnx", "--output", "x.onnx"], "There is no run"),
        (["export", "built-in", "--format", "onnx", "--output", "/nowhere/x.onnx"],
         "can't be written"),
    ],
)  # fmt: skip
def test_bad_input_is_answered_with_a_sentence(words, sentence, runs_dir, capsys):
    assert main([*words, "--runs-dir", str(runs_dir)]) == 2
    assert sentence in capsys.readouterr().err
    assert store.list_runs(runs_dir) == []


def test_recognize_prints_for_each_line_a_digit_and_its_probabilities(tmp_path, capsys):
    file = tmp_path / "drawings.jsonl.gz"
    file.write_bytes(gzip.compress(lines(SEVEN, ONE).encode()))
    assert main(["recognize", str(file)]) == 0
    results = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [result["digit"] for result in results] == [7, 1]
    for result in results:
        assert sorted(result) == ["digit", "is_digit", "probabilities", "probability", "score"]
        assert result["probability"] == max(result["probabilities"])


@pytest.mark.parametrize("pipeline", ["strokes", "pixels"])
def test_recognize_reads_a_row_of_digits_where_it_is_asked_to(pipeline, tmp_path, capsys):
    row = [[[x + 250, y] for x, y in ONE[0]], *SEVEN]
    file = tmp_path / "drawings.jsonl"
    file.write_text(lines(row, ONE))
    assert main(["recognize", str(file), "--several", "--pipeline", pipeline]) == 0
    results = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [result["text"] for result in results] == ["71", "1"]
    assert [len(result["digits"]) for result in results] == [2, 1]


def test_a_bad_line_gives_an_error_and_the_others_are_still_recognized(
    tmp_path, capsys, monkeypatch
):
    text = lines(SEVEN) + "nonsense\n" + lines([[[float("nan"), 1]]]) + lines(ONE)
    stdin = io.TextIOWrapper(io.BytesIO(text.encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert main(["recognize", "-"]) == 1
    results = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [result.get("digit") for result in results] == [7, None, None, 1]
    assert ["Line 2" in results[1]["error"], "Line 3" in results[2]["error"]] == [True, True]


def test_runs_are_listed_with_state_and_test_accuracy(runs_dir, capsys):
    run = store.create(PRESETS["fast"], runs_dir)
    run.update_status(state=State.FINISHED, test_accuracy=0.9812)
    broken = store.create(PRESETS["fast"], runs_dir)
    (broken.path / "status.json").write_text("{")
    assert main(["runs", "--runs-dir", str(runs_dir)]) == 0
    listed = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "finished" in listed[run.id]
    assert "98.12%" in listed[run.id]
    assert "damaged" in listed[broken.id]
    assert "finished" in listed["built-in"]


def test_a_model_is_exported_as_it_is_stored(tmp_path):
    output = tmp_path / "digits.onnx"
    assert main(["export", "built-in", "--format", "onnx", "--output", str(output)]) == 0
    assert output.read_bytes() == (store.BUILT_IN_PATH / "model.onnx").read_bytes()


def test_the_curves_are_exported_a_line_an_epoch(runs_dir, tmp_path, capsys):
    run, output = store.create(PRESETS["fast"], runs_dir), tmp_path / "curves.csv"
    words = ["export", run.id, "--format", "csv", "--output", str(output)]
    assert main([*words, "--runs-dir", str(runs_dir)]) == 2
    assert "first epoch has ended" in capsys.readouterr().err
    for epoch in (1, 2):
        append_point(run.metrics_path, EpochPoint(epoch, 0.3, 0.9, 0.2, 0.95, 2.0 * epoch))
    assert main([*words, "--runs-dir", str(runs_dir)]) == 0
    with output.open() as file:
        table = list(csv.DictReader(file))
    assert [row["epoch"] for row in table] == ["1", "2"]
    assert table[0]["validation_accuracy"] == "0.95"

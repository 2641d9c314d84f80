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


def command(*words, **options):
    return subprocess.Popen(
        [sys.executable, "-m", "cnn", *map(str, words)],
        cwd=PROJECT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,
    )  # fmt: skip


def test_train_prints_one_json_object_and_leaves_a_finished_run(tiny_mnist, runs_dir):
    process = command(
        "train", "--preset", "fast", "--set", "filters=4", "--set", "pool_after=1",
        "--json", "--runs-dir", runs_dir,
    )  # fmt: skip
    output, progress = process.communicate(timeout=90)
    assert process.returncode == 0, progress
    result = json.loads(output)
    assert sorted(result) == ["parameters", "run", "seconds", "test_accuracy"]
    run = store.open_run(result["run"], runs_dir)
    assert run.status().state is State.FINISHED
    assert run.status().test_accuracy == result["test_accuracy"]
    assert run.hyperparameters.filters == (4,)


def test_control_c_stops_the_training_and_keeps_its_network(tiny_mnist, runs_dir):
    process = command(
        "train", "--set", "epochs=100", "--set", "batch_size=1", "--runs-dir", runs_dir
    )
    until(lambda: any(run.metrics().training for run in store.list_runs(runs_dir)), "a point")
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert output.splitlines()[-1].startswith("Test accuracy ")
    (run,) = store.list_runs(runs_dir)
    assert run.status().state is State.STOPPED
    assert run.is_usable


def test_resume_ends_with_the_line_that_train_ends_with(runs_dir, capsys, monkeypatch):
    run = queue.submit(PRESETS["fast"], runs_dir)

    def finish(folder, wanted, idle_seconds):
        if claimed := queue.claim(folder):
            claimed.update_status(state=State.FINISHED, phase="", seconds=2.0, test_accuracy=0.9)
            claimed.lock.release()

    monkeypatch.setattr(local, "ensure_workers", finish)
    words = ["resume", run.id, "--runs-dir", str(runs_dir)]
    for state, more in ((State.RUNNING, []), (State.FAILED, ["--json"])):
        run.update_status(state=state)
        assert main([*words, *more]) == 0
        shown = capsys.readouterr().out.splitlines()[-1]
        assert shown == "Test accuracy 90.00%" or json.loads(shown)["run"] == run.id
    assert main(words) == 2
    assert "nothing is left to resume" in capsys.readouterr().err


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


def test_an_unknown_preset_is_refused_with_those_there_are(capsys):
    with pytest.raises(SystemExit):
        main(["train", "--preset", "huge"])
    assert "article" in capsys.readouterr().err


def test_recognize_answers_each_line_with_a_digit_and_its_probabilities(tmp_path, capsys):
    file = tmp_path / "drawings.jsonl.gz"
    file.write_bytes(gzip.compress(lines(SEVEN, ONE).encode()))
    assert main(["recognize", str(file)]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["digit"] for answer in answers] == [7, 1]
    for answer in answers:
        assert sorted(answer) == ["digit", "is_digit", "probabilities", "probability", "score"]
        assert answer["probability"] == max(answer["probabilities"])


@pytest.mark.parametrize("pipeline", ["strokes", "pixels"])
def test_recognize_reads_a_row_of_digits_where_it_is_asked_to(pipeline, tmp_path, capsys):
    row = [[[x + 250, y] for x, y in ONE[0]], *SEVEN]
    file = tmp_path / "drawings.jsonl"
    file.write_text(lines(row, ONE))
    assert main(["recognize", str(file), "--several", "--pipeline", pipeline]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["text"] for answer in answers] == ["71", "1"]
    assert [len(answer["digits"]) for answer in answers] == [2, 1]


def test_a_bad_line_gives_an_error_and_the_others_are_still_answered(tmp_path, capsys, monkeypatch):
    text = lines(SEVEN) + "nonsense\n" + lines([[[float("nan"), 1]]]) + lines(ONE)
    stdin = io.TextIOWrapper(io.BytesIO(text.encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert main(["recognize", "-"]) == 1
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer.get("digit") for answer in answers] == [7, None, None, 1]
    assert ["Line 2" in answers[1]["error"], "Line 3" in answers[2]["error"]] == [True, True]


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


@pytest.mark.parametrize("form", ["keras", "onnx"])
def test_a_network_is_exported_as_it_is_stored(form, tmp_path):
    output = tmp_path / f"digits.{form}"
    assert main(["export", "built-in", "--format", form, "--output", str(output)]) == 0
    stored = store.BUILT_IN_PATH / f"model.{form}"
    assert output.read_bytes() == stored.read_bytes()


def test_the_curves_are_exported_a_line_an_epoch(runs_dir, tmp_path):
    run = store.create(PRESETS["fast"], runs_dir)
    for epoch in (1, 2):
        append_point(run.metrics_path, EpochPoint(epoch, 0.3, 0.9, 0.2, 0.95, 2.0 * epoch))
    output = tmp_path / "curves.csv"
    words = ["export", run.id, "--format", "csv", "--output", str(output)]
    assert main([*words, "--runs-dir", str(runs_dir)]) == 0
    with output.open() as file:
        table = list(csv.DictReader(file))
    assert [row["epoch"] for row in table] == ["1", "2"]
    assert table[0]["validation_accuracy"] == "0.95"


@pytest.mark.parametrize(
    ("form", "sentence"),
    [("onnx", "when the training has finished"), ("csv", "first epoch has ended")],
)
def test_a_run_without_a_network_says_so(form, sentence, runs_dir, tmp_path, capsys):
    run = store.create(PRESETS["fast"], runs_dir)
    words = ["export", run.id, "--format", form, "--output", str(tmp_path / "x")]
    assert main([*words, "--runs-dir", str(runs_dir)]) == 2
    assert sentence in capsys.readouterr().err

"""A sweep with real workers, and the command that starts one."""

import json
import os
import signal
from itertools import product

import pytest

from cnn.__main__ import main
from cnn.commands import sweep as command
from cnn.hyperparameters import Hyperparameters
from cnn.launching import local
from cnn.runs import queue, slots
from cnn.runs import store as runs
from cnn.runs.status import State
from cnn.sweeps import store, study
from cnn.sweeps.space import SweepPlan, parse_values
from tests.awaiting import until

SETTINGS = ("--set", "learning_rate=0.001,0.01", "--set", "filters=8-16,16-32", "--set", "epochs=2")

# Read by each worker as it starts: two may train at once, a training takes no time, and the first
# of trial 4 has no end. What it trained is appended to the file "trained".
QUICK = """
import sys, time, types
from pathlib import Path
from cnn.runs import slots

def train(run, dataset):
    trained = Path(__file__).with_name("trained")
    with trained.open("a") as file:
        file.write(f"{run.trial} {dataset.name}\\n")
    if trained.read_text().split().count("4") == 1 and run.trial == 4:
        time.sleep(600)
    run.model_path.touch()
    run.update_status(state="finished", phase="", validation_accuracy=run.trial / 100)

slots.slot_count = lambda: 2
fit = types.SimpleNamespace(train=train, warm_up=lambda: None)
keras = types.SimpleNamespace(backend=types.SimpleNamespace(clear_session=lambda **_: None))
sys.modules.update({"cnn.training.fit": fit, "keras": keras})
"""


@pytest.mark.workers
def test_a_sweep_of_twelve_runs_loses_none_when_a_worker_is_killed(
    tiny_mnist, runs_dir, processes, tmp_path, monkeypatch
):
    monkeypatch.setattr(slots, "slot_count", lambda: 2)
    (tmp_path / "sitecustomize.py").write_text(QUICK)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{local.PROJECT}")
    rates, sizes = (0.001, 0.003, 0.01, 0.03), (16, 32, 64)
    texts = {"learning_rate": "0.001,0.003,0.01,0.03", "batch_size": "16,32,64"}
    space = {name: parse_values(name, text) for name, text in texts.items()}
    sweep = store.create(SweepPlan(Hyperparameters(), space), runs_dir)
    monkeypatch.delenv("MNIST_NPZ")  # a worker finds the digits that the sweep began with
    study.advance(runs_dir, idle_seconds=0)  # as a page does, that is closed then
    trained = tmp_path / "trained"
    until(lambda: trained.exists() and len(trained.read_text().splitlines()) == 12, "the others")
    (endless,) = [one for one in store.trials(sweep) if not one.status.over]
    until(lambda: slots.active_workers(runs_dir) == 1, "the end of the worker with nothing to do")
    for process in processes:
        os.kill(process.pid, signal.SIGKILL)

    def state():
        study.advance(runs_dir, idle_seconds=0)
        return sweep.state == "finished"

    until(state, "the end of the sweep")
    assert endless.number == 4
    lines = sorted(trained.read_text().splitlines(), key=lambda line: int(line.split()[0]))
    assert lines == [f"{trial} mnist" for trial in sorted([*range(12), 4])]
    done = store.trials(sweep)
    assert [tuple(one.choice.values()) for one in done] == [*product(rates, sizes)]
    assert {one.status.state for one in done} == {State.FINISHED}
    assert len(runs.list_runs(runs_dir)) == 12
    assert [trial.value for trial in study.load_study(sweep).trials] == [n / 100 for n in range(12)]


@pytest.fixture
def quick_workers(monkeypatch):
    """Workers that end each queued run at once; returns what happens before each."""
    before = []

    def finish(folder, *_):
        for act in before:
            act()
        while run := queue.claim(folder):
            accuracy = run.hyperparameters.learning_rate * 10
            run.model_path.touch()
            run.update_status(
                state=State.FINISHED, phase="", validation_accuracy=accuracy, test_accuracy=0.9
            )
            run.lock.release()

    monkeypatch.setattr(local, "ensure_workers", finish)
    monkeypatch.setattr(command, "POLL_INTERVAL", 0)
    return before


def test_the_command_ends_with_a_line_of_json_and_the_best_in_validation(
    runs_dir, quick_workers, capsys
):
    words = ["sweep", "--preset", "fast", *SETTINGS, "--runs-dir", str(runs_dir)]
    assert main([*words, "--json"]) == 0
    out, err = capsys.readouterr()
    assert "4 runs in about 0:" in err
    result = json.loads(out.splitlines()[-1])
    assert sorted(result) == ["best", "runs"]
    assert {run["test_accuracy"] for run in result["runs"]} == {0.9}
    chosen = [(run["hyperparameters"]["learning_rate"], *run["hyperparameters"]["filters"])
              for run in result["runs"]]  # fmt: skip
    assert chosen == [(0.001, 8, 16), (0.001, 16, 32), (0.01, 8, 16), (0.01, 16, 32)]
    assert {run["hyperparameters"]["epochs"] for run in result["runs"]} == {2}
    assert result["best"] == result["runs"][2]["run"]
    (sweep,) = store.list_sweeps(runs_dir)
    assert main(["sweep", "--resume", sweep.id, "--runs-dir", str(runs_dir)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "10.00%  learning_rate=0.01 filters=8-16" in lines[2]
    assert lines[4:] == [f"Best by validation accuracy: {result['best']}", "Test accuracy 90.00%"]


@pytest.mark.parametrize(("words", "method"), [((), "tpe"), (("--method", "random"), "random")])
def test_control_c_stops_the_sweep_and_says_what_continues_it(
    runs_dir, quick_workers, capsys, words, method
):
    def interrupt():
        quick_workers.clear()
        raise KeyboardInterrupt

    quick_workers.append(interrupt)
    ranges = ["--set", "learning_rate=0.001..0.01", "--trials", "3", *words]
    assert main(["sweep", *ranges, "--runs-dir", str(runs_dir)]) == 1
    (sweep,) = store.list_sweeps(runs_dir)
    assert (sweep.state, sweep.plan.method, sweep.plan.prune) == ("stopped", method, not words)
    assert {one.status.state for one in store.trials(sweep)} == {State.STOPPED}
    err = capsys.readouterr().err
    assert f"python -m cnn sweep --resume {sweep.id}" in err
    assert main(["sweep", "--resume", sweep.id, "--runs-dir", str(runs_dir)]) == 0
    assert [one.status.state for one in store.trials(sweep)] == [State.FINISHED] * 3


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "at least one hyperparameter several values"),
        (("--set", "speed=1,2"), "'speed=1,2' is not a setting"),
        (("--set", "epochs=1,2", "--method", "tpe"), "random and tpe need --trials"),
        (("--set", "epochs=1,2", "--method", "grid", "--trials", "2"), "all combinations"),
        (("--resume", "../x"), "There is no sweep '???x'"),
    ],
)
def test_an_impossible_sweep_is_answered_with_a_sentence(words, sentence, runs_dir, capsys):
    assert main(["sweep", *words, "--runs-dir", str(runs_dir)]) == 2
    assert sentence in capsys.readouterr().err
    assert runs.list_runs(runs_dir) == store.list_sweeps(runs_dir) == []

import json
from dataclasses import asdict
from datetime import datetime

import pytest

from cnn.hyperparameters import Hyperparameters
from cnn.presets import PRESETS
from cnn.runs import store
from cnn.runs.fine_tune_info import FineTuneInfo
from cnn.runs.status import FINE_TUNE_FILE, State
from ui.runs.run_table import COLUMNS, run_table


@pytest.fixture
def run(runs_dir):
    """A run that was trained on the whole of MNIST."""
    run = store.create(PRESETS["article"], runs_dir)
    run.update_status(
        state=State.FINISHED,
        created=1_699_999_999.0,
        started=1_700_000_000.0,
        seconds=75.0,
        dataset="mnist",
        test_accuracy=0.9706,
        validation_accuracy=0.98,
    )
    return run


def test_a_finished_run_is_a_row_of_what_was_tried_and_what_came_out(run):
    (row,) = run_table([run]).to_dict("records")
    assert row == {
        "id": run.id,
        "Network": "Tutorial",
        "State": "finished",
        "Test accuracy": pytest.approx(97.06),
        "Validation accuracy": pytest.approx(98.0),
        "Parameters": 47_410,
        "Training time": "1 min 15 s",
        "Digits": "MNIST",
        "Created": datetime.fromtimestamp(1_699_999_999),
    }


def test_without_runs_the_table_has_its_columns():
    table = run_table([])
    assert list(table.columns) == COLUMNS
    assert table.empty


def test_a_run_that_waits_has_dashes_and_blanks(runs_dir):
    run = store.create(Hyperparameters(filters=(3,)), runs_dir)
    row = run_table([run]).iloc[0]
    assert (row["Network"], row["State"]) == ("Custom", "queued")
    assert (row["Training time"], row["Digits"]) == ("–", "–")
    assert row["Test accuracy"] is None


@pytest.mark.parametrize("state", [State.RUNNING, State.STOPPED, State.FAILED])
def test_the_state_is_the_one_of_now(run, state):
    run.update_status(state=state)
    expected = "interrupted" if state is State.RUNNING else str(state)  # nobody trains it
    assert run_table([run])["State"].tolist() == [expected]


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("status.json", "{"),
        ("status.json", '{"state": "finished", "created": 1e300}'),
        ("hyperparameters.json", ""),
        ("hyperparameters.json", '{"epochs": -1}'),
        ("hyperparameters.json", '{"filters": [1, 1, 1, 1, 1, 1], "kernel_size": 7}'),
    ],
)
def test_a_damaged_run_is_named_as_such_and_hides_no_other(run, runs_dir, file, content):
    damaged = store.create(Hyperparameters(), runs_dir)
    (damaged.path / file).write_text(content)
    table = run_table([damaged, run])
    assert table["id"].tolist() == [damaged.id, run.id]
    assert table["State"].tolist() == ["damaged", "finished"]
    assert table["Network"].tolist() == [damaged.id, "Tutorial"]
    assert table["Parameters"][1] == 47_410


def test_the_sample_is_told_apart_from_mnist(run):
    run.update_status(dataset="sample")
    assert run_table([run])["Digits"].tolist() == ["sample"]


def test_digits_that_a_fine_tuned_run_has_seen_are_no_test_of_it(run):
    run.update_status(dataset="sample")
    info = FineTuneInfo("built-in", 2, 0.5, 0.99, True, ())
    (run.path / FINE_TUNE_FILE).write_text(json.dumps(asdict(info)))
    row = run_table([run]).iloc[0]
    assert row["Test accuracy"] is None
    assert row["Digits"] == "sample, seen"


def test_the_rows_keep_the_order_of_the_runs(run, runs_dir):
    second = store.create(PRESETS["fast"], runs_dir)
    assert run_table([second, run])["id"].tolist() == [second.id, run.id]
    assert run_table([run, second])["id"].tolist() == [run.id, second.id]

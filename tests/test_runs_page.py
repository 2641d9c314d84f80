import json
from dataclasses import asdict
from datetime import datetime

import pytest
from streamlit.testing.v1 import AppTest

from cnn.hyperparameters import Hyperparameters
from cnn.presets import PRESETS
from cnn.runs import store
from cnn.runs.fine_tune_info import FineTuneInfo
from cnn.runs.status import FINE_TUNE_FILE, State
from ui.runs.run_table import run_table


def open_page(run_id="built-in"):
    page = AppTest.from_file("../pages/runs.py", default_timeout=30)
    page.query_params["run"] = run_id
    page.run()
    assert not page.exception
    return page


def button(page, label):
    return next(button for button in page.button if button.label == label)


@pytest.fixture
def run(runs_dir, tiny_mnist):
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


def test_a_finished_run_is_a_row_with_its_results_and_a_queued_one_has_blanks(run, runs_dir):
    queued = store.create(Hyperparameters(filters=(3,)), runs_dir)
    row, blank = run_table([run, queued]).to_dict("records")
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
    assert (blank["Network"], blank["State"]) == ("Tutorial · 1 layer (3)", "queued")
    assert (blank["Training time"], blank["Digits"]) == ("–", "–")


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
def test_a_damaged_run_is_marked_and_hides_no_other(run, runs_dir, file, content):
    damaged = store.create(Hyperparameters(), runs_dir)
    (damaged.path / file).write_text(content)
    table = run_table([damaged, run])
    assert table["id"].tolist() == [damaged.id, run.id]
    assert table["State"].tolist() == ["damaged", "finished"]
    assert table["Network"].tolist() == [damaged.id, "Tutorial"]
    assert table["Parameters"][1] == 47_410


def test_digits_that_a_fine_tuned_run_has_seen_are_no_test_of_it(run):
    run.update_status(dataset="sample")
    assert run_table([store.Run(run.path)])["Digits"].tolist() == ["sample"]
    info = FineTuneInfo("built-in", 2, 0.5, 0.99, True, ())
    (run.path / FINE_TUNE_FILE).write_text(json.dumps(asdict(info)))
    row = run_table([run]).iloc[0]
    assert row["Test accuracy"] is None
    assert row["Digits"] == "sample, seen"


def test_without_runs_the_page_shows_the_built_in_one_which_cannot_be_deleted(tiny_mnist):
    page = open_page()
    assert "Nothing trained yet" in page.info[0].value
    assert list(page.dataframe[0].value["Network"]) == ["Built-in"]
    assert button(page, "Delete").disabled


def test_a_damaged_run_is_listed_and_deleting_asks_first(run, runs_dir):
    broken = store.create(PRESETS["fast"], runs_dir)
    (broken.path / "status.json").write_text("{")
    page = open_page(run.id)
    assert sorted(page.dataframe[0].value["State"]) == ["damaged", "finished", "finished"]
    button(page, "Delete").click().run()
    assert button(page, "Delete for good")
    assert run.path.exists()

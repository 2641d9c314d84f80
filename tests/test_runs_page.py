import io
import json
from dataclasses import asdict, replace
from datetime import datetime

import pandas as pd
import pytest

from cnn.evaluation.compare_runs import group_by_seed, result_of
from cnn.hyperparameters import Hyperparameters
from cnn.presets import PRESETS
from cnn.runs import queue, store
from cnn.runs.fine_tune_info import FineTuneInfo
from cnn.runs.metrics import EpochPoint, append_point
from cnn.runs.status import FINE_TUNE_FILE, State
from tests.pages import button, open_page, press, words
from ui.runs import selection
from ui.runs.comparison import cost_table, curves
from ui.runs.run_table import _sortable, run_table, to_csv


def table_of(*runs, **options):
    return run_table([*map(result_of, runs)], **options)


def shown(page):
    return list(page.dataframe[0].value["Name"])


@pytest.fixture
def finished(runs_dir, tiny_mnist):
    """Creates a run that was trained on the whole of MNIST."""

    def create(values=PRESETS["article"], **changes):
        run = store.create(values, runs_dir)
        for epoch in (1, 2):
            append_point(
                run.metrics_path, EpochPoint(epoch, 0.1, 0.9, 0.2, 0.97 + epoch / 100, 30.0 * epoch)
            )
        outcome = {
            "created": 1_699_999_999.0,
            "seconds": 75.0,
            "dataset": "mnist",
            "test_accuracy": 0.9706,
        }
        outcome |= {"state": State.FINISHED, "training_images": 55_000}
        run.update_status(**(outcome | changes))
        return store.Run(run.path)

    return create


def test_a_finished_run_is_a_row_with_its_results_and_a_queued_one_has_blanks(finished, runs_dir):
    queued = store.create(Hyperparameters(filters=(3,)), runs_dir)
    row, blank = table_of(finished(), queued).to_dict("records")
    assert row == {
        "★": "",
        "Name": "Tutorial",
        "State": "finished",
        "Test accuracy": pytest.approx(97.06),
        "Best validation": pytest.approx(99.0),
        "Best epoch": 2,
        "Parameters": 47_410,
        "Training time": 75.0,
        "Images/s": 1833,
        "Created": datetime.fromtimestamp(1_699_999_999),
        "Filters": "16, 8",
    }
    assert (blank["Name"], blank["State"]) == ("Tutorial · 1 layer (3)", "queued")
    assert pd.isna(blank["Training time"])


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
def test_a_damaged_run_is_marked_and_hides_no_other(finished, runs_dir, file, content):
    damaged, run = store.create(Hyperparameters(), runs_dir), finished()
    (damaged.path / file).write_text(content)
    table = table_of(damaged, run)
    assert table["State"].tolist() == ["damaged", "finished"]
    assert table["Name"].tolist() == [damaged.id, "Tutorial"]
    assert table["Parameters"][1] == 47_410


def test_digits_that_a_fine_tuned_run_has_seen_are_no_test_of_it(finished):
    run, sample = finished(), finished(dataset="sample")
    info = FineTuneInfo("built-in", 2, 0.5, 0.99, True, ())
    (run.path / FINE_TUNE_FILE).write_text(json.dumps(asdict(info)))
    table = table_of(run, sample)
    assert pd.isna(table["Test accuracy"][0])
    assert table["Digits"].tolist() == ["MNIST", "sample"]


def test_seeds_are_a_row_with_their_mean_and_deviation(finished):
    seeds = [replace(PRESETS["fast"], seed=seed) for seed in (1, 2)]
    runs = [finished(values, test_accuracy=0.96 + values.seed / 100) for values in seeds]
    assert table_of(*runs)["Seed"].tolist() == [1, 2]
    (row,) = run_table(group_by_seed(map(result_of, runs)), grouped=True).to_dict("records")
    assert (row["Name"], row["Seeds"]) == ("Fast", 2)
    assert row["Test accuracy"] == pytest.approx(97.5)
    assert row["Test ±"] == pytest.approx(0.7071, abs=1e-3)
    assert "Seed" not in row


def test_times_are_sorted_as_text_in_their_order():
    seconds = [3, 12.4, 75, 200, 700, 7000, 7300, 80_000]
    assert sorted(map(_sortable, reversed(seconds))) == [_sortable(one) for one in seconds]
    assert _sortable(75).strip() == "1 min 15 s"


def test_a_table_for_spreadsheets_holds_numbers_and_no_formulas(finished):
    run = finished()
    queue.annotate(run, name='=HYPERLINK("http://x")')
    table = pd.read_csv(io.BytesIO(to_csv(table_of(run))))
    assert table["Name"][0] == '\'=HYPERLINK("http://x")'
    assert table["Test accuracy"][0] == pytest.approx(97.06)
    assert table["Training time (s)"][0] == 75


def test_the_curves_of_seeds_are_their_mean_with_a_band(finished):
    runs = [finished(replace(PRESETS["fast"], seed=seed)) for seed in (1, 2)]
    append_point(runs[0].metrics_path, EpochPoint(3, 0.1, 0.9, 0.2, 0.5, 90.0))
    append_point(runs[1].metrics_path, EpochPoint(3, 0.1, 0.9, 0.2, 0.6, 90.0))
    results = group_by_seed(map(result_of, runs))
    lines = curves(results, ["Fast"]).set_index("epoch")
    assert lines["accuracy"].tolist() == pytest.approx([0.98, 0.99, 0.55])
    assert lines["accuracy_low"].tolist() == pytest.approx([0.98, 0.99, 0.479], abs=1e-3)
    assert lines.index[lines["best"]].tolist() == [2]


def test_costs_are_against_the_validation_accuracy_where_one_has_no_test(finished):
    results = [*map(result_of, [finished(), finished(PRESETS["fast"], test_accuracy=None)])]
    table, kind = cost_table(results, ["a", "b"])
    assert kind == "Best validation accuracy"
    assert table["accuracy"].tolist() == pytest.approx([0.99, 0.99])
    assert cost_table(results[:1], ["a"])[1] == "Test accuracy"


def test_without_runs_the_page_shows_the_built_in_one_which_cannot_be_deleted(tiny_mnist):
    page = open_page("runs")
    assert not page.exception
    assert "Your own runs will appear above it" in words(page)
    assert shown(page) == ["Built-in"]
    assert button(page, "Delete").disabled
    assert button(page, "Train a network")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"search": "LR 0.05"}, ["Fast · lr 0.05"]),
        ({"search": "fast, batch size 128"}, ["Fast · lr 0.05"]),
        ({"state": "stopped"}, ["Tutorial"]),
        ({"starred": "yes"}, ["Tutorial"]),
        ({"state": "???", "sweep": ""}, ["Tutorial", "Fast · lr 0.05", "Built-in"]),
    ],
)
def test_the_filters_of_the_address_choose_the_rows(finished, query, names):
    finished(replace(PRESETS["fast"], learning_rate=0.05))
    tutorial = finished(state=State.STOPPED, created=1_700_000_000.0)
    queue.annotate(tutorial, starred=True)
    page = open_page("runs", **query)
    assert not page.exception
    assert sorted(shown(page)) == sorted(names)


def test_a_search_is_in_the_address_and_what_it_does_not_find_is_a_sentence(finished):
    finished()
    page = open_page("runs", compare="x")
    page.text_input(key="search").set_value("no such run").run()
    assert page.query_params["search"] == "no such run"
    assert not page.query_params.get("compare")
    assert "No run matches" in words(page)
    page = press(page, "Show all")
    assert shown(page) == ["Tutorial", "Built-in"]


def test_several_are_starred_stopped_and_deleted_after_one_question(finished, runs_dir):
    ended = [finished(), finished(PRESETS["fast"])]
    queued = store.create(PRESETS["accurate"], runs_dir)
    page = open_page("runs", compare=[run.id for run in [*ended, queued]])
    assert "3 runs chosen" in words(page)
    page = press(page, "Star")
    assert all(run.notes.starred for run in [*ended, queued])
    page = press(page, "Delete 2")
    assert "**2 runs** and their networks" in words(page)
    assert "1 live run stays: to delete, stop first." in words(page)
    page = press(page, "Cancel")
    page = press(page, "Stop 1")
    assert queued.status().state is State.STOPPED
    page = press(press(page, "Delete 3"), "Delete for good")
    assert not page.exception
    assert store.list_runs(runs_dir) == []
    assert not page.query_params.get("compare")


def test_a_damaged_run_is_deleted_and_one_deleted_elsewhere_is_said(finished, runs_dir):
    broken, run, other = finished(), finished(), finished()
    for one in (broken, other):
        (one.path / "status.json").write_text("{")
    assert not open_page("runs", compare=[broken.id, other.id]).exception
    page = open_page("runs", compare=[broken.id, run.id, "gone"])
    assert "There is no run 'gone'" in words(page)
    page = press(page, "Delete 2")
    (run.path / "status.json").unlink()
    page = press(page, "Delete for good")
    assert not page.exception
    assert f"There is no run '{run.id}'" in page.toast[0].value
    assert not broken.path.exists()


def test_a_live_run_is_offered_stop_in_the_place_of_delete(runs_dir, tiny_mnist):
    run = store.create(PRESETS["fast"], runs_dir)
    page = open_page("runs", run=run.id)
    assert not button(page, "Delete")
    page = press(page, "Stop")
    assert run.status().state is State.STOPPED
    assert button(page, "Delete")


def test_checked_rows_are_put_into_the_address(monkeypatch):
    runs = [store.Run(store.runs_folder() / name) for name in "abc"]
    state, address = {}, {"run": "a", "compare": ["x", "y"]}
    monkeypatch.setattr(selection.st, "session_state", state)
    monkeypatch.setattr(selection.st, "query_params", address)
    rows = [runs[:2], runs[2:]]
    selection.check_rows(rows, [runs[2]])
    assert state["run_table"] == {"selection": {"rows": [1]}}
    selection.follow(rows, [runs[2]])  # nothing new
    assert address["run"] == "a"
    selection.follow(rows, runs)
    assert address == {"run": "c", "compare": []}
    selection.check_rows(rows, runs)
    selection.follow(rows, [])
    assert address == {"run": "c", "compare": ["a", "b", "c"]}

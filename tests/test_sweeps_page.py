from functools import partial

import pytest

from cnn.hyperparameters import Hyperparameters
from cnn.presets import PRESETS
from cnn.runs import store as runs
from cnn.runs.status import State, SweepTrial, write_sweep_trial
from cnn.sweeps import store
from cnn.sweeps.space import parse_values
from cnn.sweeps.store import SweepPlan
from tests.pages import button, open_page, press, words
from ui.shared.number_text import literal


@pytest.fixture
def open_sweeps(tiny_mnist, runs_dir):
    def open_one(**query):
        page = open_page("sweeps", **query)
        assert not page.exception
        return page

    return open_one


@pytest.fixture
def sweep(tiny_mnist, runs_dir):
    """A sweep of 2 × 2 whose first runs are over, with validation accuracies of 90 and 95%."""
    space = {"learning_rate": "0.01,0.02", "filters": "8-16,16-32"}
    values = {name: parse_values(name, text) for name, text in space.items()}
    sweep = store.create(SweepPlan(PRESETS["fast"], values), runs_dir)
    for number, accuracy in enumerate((0.9, 0.95)):
        add_run(sweep, number, learning_rate=0.01 * (number + 1)).update_status(
            state=State.FINISHED, validation_accuracy=accuracy, test_accuracy=accuracy - 0.01
        )
    return sweep


def add_run(sweep, number, **values):
    populate = partial(write_sweep_trial, trial=SweepTrial(sweep.id, number))
    run = runs.create(Hyperparameters(**values), sweep.folder, populate=populate)
    run.model_path.touch()  # usable
    return run


def finish(sweep):
    with sweep.lock:
        sweep.update(state="finished")
    return sweep


def only_sweep():
    (sweep,) = store.list_sweeps(runs.runs_folder())
    return sweep


def texts(plan):
    return {name: values.text for name, values in plan.space.items()}


def test_one_click_starts_six_runs_of_fast_and_puts_the_sweep_into_the_address(open_sweeps):
    page = open_sweeps()
    assert "**6 runs** · about" in words(page)
    page = press(page, "Start")
    plan = only_sweep().plan
    assert texts(plan) == {"learning_rate": "0.01,0.02,0.03", "filters": "8-16,16-32"}
    assert (plan.base, plan.method) == (PRESETS["fast"], "grid")
    assert page.query_params["sweep"] == only_sweep().id
    assert only_sweep().runs()  # the page lets it go on


def test_a_range_for_tpe_with_a_number_of_runs_and_pruning_becomes_the_plan(open_sweeps):
    page = open_sweeps(preset="article")
    page.segmented_control[1].set_value("tpe").run()
    page.number_input[0].set_value(5)
    page.toggle[0].set_value(True)
    page.multiselect[0].set_value(["learning_rate", "padding", "batch_normalization"]).run()
    assert "5 runs" in words(page)
    page.number_input[0].set_value(4)  # and at once, without leaving the field, Start
    press(page, "Start")
    plan = only_sweep().plan
    assert (plan.base, plan.method, plan.trials, plan.prune) == (Hyperparameters(), "tpe", 4, True)
    assert texts(plan) == {
        "learning_rate": "0.0001..0.003",
        "padding": "valid,same",
        "batch_normalization": "false,true",
    }


def test_settings_in_the_address_are_where_a_sweep_starts_and_impossible_ones_are_told(
    open_sweeps, sweep
):
    page = open_sweeps(preset="fast", dense_units="32", epochs="many")  # as Train leads to it
    assert "epochs must be" in words(page)
    assert "Fast · dense units 32" in words(page)
    page.segmented_control[0].set_value("accurate").run()
    assert page.query_params.get("dense_units") is None
    assert "Accurate · 36 epochs" in words(page)


@pytest.mark.parametrize(
    ("name", "values", "sentence"),
    [
        ("filters", ["8-16", "8-999"], "between 1 and 128, not 999"),
        ("filters", ["8-16, 16-32, 8-x"], "filters[1] must be a valid integer"),
        ("learning_rate", ["0.01..0.1"], "A grid needs single values"),
        ("learning_rate", [], "Learning rate: choose its values"),
        ("pool_after", ["3", "3-4"], "None of these combinations makes a network"),
        ("dropout", ["0.1"], "Give at least one hyperparameter several values"),
    ],
)
def test_a_value_that_no_network_can_have_is_told_and_does_not_start(
    open_sweeps, name, values, sentence
):
    page = open_sweeps()
    page.multiselect[0].set_value([name]).run()
    page.multiselect[1].set_value(values).run()
    assert literal(sentence) in words(page)
    assert button(page, "Start").disabled


def test_combinations_that_make_no_network_are_counted(open_sweeps):
    page = open_sweeps()
    page.multiselect[0].set_value(["filters", "kernel_size"]).run()
    page.multiselect[1].set_value(["8-16", "8-16-32-64"]).run()
    page.multiselect[2].set_value(["3", "7"]).run()
    assert "**3 runs**" in words(page)
    assert "1 impossible combination left out" in words(page)


def test_a_running_sweep_shows_the_best_so_far_without_test_accuracy_and_stops_and_continues(
    open_sweeps, sweep
):
    page = open_sweeps()
    assert page.query_params["sweep"] == sweep.id
    assert "2 of 4 runs done" in str(page.get("progress")[0].proto.text)
    assert "Best run so far" in words(page)
    table = page.dataframe[0].value
    assert list(table["State"]) == ["finished", "finished · best"]
    assert "Test accuracy" not in table
    assert len(sweep.runs()) > 2
    press(page, "Stop all")
    assert sweep.state == "stopped"
    assert not any(run.status().active for run in sweep.runs())
    page = press(open_sweeps(), "Continue")
    assert sweep.state == "running"
    assert any(run.status().active for run in sweep.runs())


def test_a_finished_sweep_shows_the_best_run_first_its_test_accuracy_and_optunas_plots(
    open_sweeps, sweep
):
    page = open_sweeps(sweep=finish(sweep).id)
    assert "95.00% validation accuracy · **94.00% test accuracy**" in words(page)
    assert list(page.dataframe[0].value["Learning rate"]) == [0.02, 0.01]
    for name in ("Parallel coordinates", "Importance", "Slices"):
        page.segmented_control[0].set_value(name).run()
        assert "Learning rate" in page.get("plotly_chart")[0].proto.spec
    assert button(page, "Draw")


def test_runs_that_are_all_alike_have_no_importances_and_the_page_says_so(open_sweeps, sweep):
    for run in sweep.runs():
        run.update_status(validation_accuracy=0.9)
    page = open_sweeps(sweep=finish(sweep).id)
    page.segmented_control[0].set_value("Importance").run()
    assert not page.exception


def test_a_wrong_address_and_a_damaged_sweep_are_told(open_sweeps, sweep):
    assert "There is no sweep '??????etc'" in words(open_sweeps(sweep="../../etc"))
    (sweep.path / store.PLAN_FILE).write_text("{")
    page = open_sweeps(sweep=sweep.id)
    assert "can't be read" in words(page)
    assert button(page, "Start")


def test_a_damaged_study_is_told_and_its_runs_stay(open_sweeps, sweep):
    (sweep.path / "optuna.log").write_text("{}\nnothing\n")
    open_sweeps(sweep=sweep.id)
    page = open_sweeps(sweep=sweep.id)
    assert "can't go on" in words(page)
    assert len(page.dataframe[0].value) == 2

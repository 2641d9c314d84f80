import pytest
from streamlit.testing.v1 import AppTest

from cnn.presets import PRESETS
from cnn.runs import store
from cnn.runs.status import State


@pytest.fixture
def open_runs(tiny_mnist, runs_dir):
    def open_page(**query):
        page = AppTest.from_file("../pages/runs.py", default_timeout=30)
        for name, value in query.items():
            page.query_params[name] = value
        return page.run()

    return open_page


def button(page, label):
    return next(button for button in page.button if button.label == label)


def test_without_runs_the_page_says_what_to_do(open_runs):
    page = open_runs()
    assert not page.exception
    assert "Nothing trained yet" in page.info[0].value
    assert list(page.dataframe[0].value["Network"]) == ["Built-in"]


def test_each_run_stands_with_its_state_and_test_accuracy(open_runs, runs_dir):
    run = store.create(PRESETS["fast"], runs_dir)
    run.update_status(state=State.FINISHED, test_accuracy=0.98, seconds=4.0)
    table = open_runs().dataframe[0].value
    assert list(table["Network"]) == ["Fast", "Built-in"]
    assert table["State"][0] == "finished"
    assert table["Test accuracy"][0] == pytest.approx(98.0)


def test_a_damaged_run_is_shown_as_damaged_and_hides_no_other(open_runs, runs_dir):
    run = store.create(PRESETS["fast"], runs_dir)
    (run.path / "status.json").write_text("{")
    page = open_runs(run="built-in")
    assert not page.exception
    assert list(page.dataframe[0].value["State"]) == ["damaged", "finished"]


def test_deleting_asks_first(open_runs, runs_dir):
    run = store.create(PRESETS["fast"], runs_dir)
    run.update_status(state=State.STOPPED)
    page = open_runs(run=run.id)
    button(page, "Delete").click()
    page.run()
    assert button(page, "Delete for good")
    assert run.path.exists()


def test_the_built_in_run_cannot_be_deleted(open_runs):
    assert button(open_runs(run="built-in"), "Delete").disabled

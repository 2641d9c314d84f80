import pytest

from cnn.export.notebook import run_notebook
from cnn.export.script import run_script
from cnn.hyperparameters import Hyperparameters
from cnn.runs.status import State
from cnn.runs.store import FINE_TUNE_FILE
from tests.pages import open_script
from tests.scripts import run_with
from ui.shared import script_download

PAGE = """
from pathlib import Path

import streamlit as st

from cnn.runs.store import Run
from ui.shared.script_download import offer_script

offer_script(Run(Path(st.session_state["path"])))
"""


def offered(run):
    page = open_script(PAGE, path=str(run.path))
    assert not page.exception
    return page


def test_two_buttons_offer_the_script_and_the_notebook_with_a_sentence(runs_dir):
    page = offered(run_with(Hyperparameters(), runs_dir))
    buttons = page.get("download_button")
    assert [button.label for button in buttons] == ["Save as a script", "Save as a notebook"]
    assert "plain Keras" in page.caption[0].value


def test_they_are_made_on_a_click_only(runs_dir, monkeypatch):
    run, saved = run_with(Hyperparameters(), runs_dir), {}
    monkeypatch.setattr(
        script_download.st,
        "download_button",
        lambda label, data, file_name, **_: saved.update({file_name: data}),
    )
    script_download.offer_script(run)
    assert saved.keys() == {f"{run.id}.py", f"{run.id}.ipynb"}
    assert saved[f"{run.id}.py"]() == run_script(run)
    assert saved[f"{run.id}.ipynb"]() == run_notebook(run)


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING, State.FAILED, State.FINISHED])
def test_a_run_in_any_state_can_be_repeated(state, runs_dir):
    page = offered(run_with(Hyperparameters(), runs_dir, state=state))
    assert len(page.get("download_button")) == 2


def test_where_there_is_no_script_a_sentence_says_why(runs_dir):
    taught = run_with(Hyperparameters(), runs_dir)
    (taught.path / FINE_TUNE_FILE).write_text("{}")
    damaged = run_with(Hyperparameters(), runs_dir)
    (damaged.path / "hyperparameters.json").write_text("{")
    for run, words in ((taught, "taught your digits"), (damaged, "can't be read")):
        page = offered(run)
        assert not page.get("download_button")
        assert words in page.caption[0].value

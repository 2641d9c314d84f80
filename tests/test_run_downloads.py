import csv
import io

import pytest

from cnn.export.files import RUN_FILES
from cnn.hyperparameters import Hyperparameters
from cnn.runs.metrics import EpochPoint, append_point
from cnn.runs.status import State
from cnn.runs.store import BUILT_IN_PATH, Run
from tests.pages import open_script
from tests.scripts import run_with
from ui.shared import downloads

PAGE = """
from pathlib import Path

import streamlit as st

from cnn.runs.store import Run
from ui.shared.downloads import offer_run_downloads

offer_run_downloads(Run(Path(st.session_state["path"])))
"""
ALL = {
    f"built-in.{ending}"
    for ending in ("keras", "onnx", "py", "ipynb", "zip", "tensorboard.zip", "csv")
}


def offered(run):
    """The page's labels of buttons, and its captions."""
    page = open_script(PAGE, path=str(run.path))
    assert not page.exception
    labels = [button.label for button in page.get("download_button")]
    return labels, [caption.value for caption in page.caption]


def test_every_file_of_a_run_is_made_on_a_click_alone(monkeypatch):
    saved = {}
    monkeypatch.setattr(
        downloads.st,
        "download_button",
        lambda label, data, file_name, **_: saved.update({file_name: data}),
    )
    downloads.offer_run_downloads(Run(BUILT_IN_PATH))
    assert saved.keys() == ALL
    for ending in ("keras", "onnx"):
        stored = (BUILT_IN_PATH / f"model.{ending}").read_bytes()
        assert saved[f"built-in.{ending}"]() == stored
    assert b"import keras" in saved["built-in.py"]()
    assert b'"nbformat"' in saved["built-in.ipynb"]()
    table = list(csv.DictReader(io.StringIO(saved["built-in.csv"]().decode())))
    assert table[0]["epoch"] == "1"


def test_what_a_run_lacks_has_no_button_and_a_sentence_says_when_it_follows(runs_dir):
    run = run_with(Hyperparameters(), runs_dir, state=State.RUNNING)
    with run.lock:
        labels, captions = offered(run)
        assert labels == ["Script (.py)", "Notebook (.ipynb)"]
        assert "when the training has finished: it is running" in captions[0]
        assert "when the first epoch has ended" in captions[1]
        append_point(run.metrics_path, EpochPoint(1, 2.0, 0.3, 2.0, 0.3, 1.0))
        assert "Training curves (.csv)" in offered(run)[0]
    run.update_status(state=State.FAILED)
    assert "has no model: it is failed" in offered(run)[1][0]
    with pytest.raises(ValueError, match="has no model"):
        RUN_FILES["onnx"].content(run)


def test_a_damaged_run_offers_nothing(runs_dir):
    run = run_with(Hyperparameters(), runs_dir)
    for name in ("hyperparameters.json", "status.json"):
        (run.path / name).write_text("{")
    labels, captions = offered(run)
    assert labels == []
    assert any("can't be read" in caption for caption in captions)

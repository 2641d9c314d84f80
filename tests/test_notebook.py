import json
import re

import pytest

from cnn.__main__ import main
from cnn.export.notebook import run_notebook
from cnn.export.script import run_sections
from cnn.hyperparameters import Hyperparameters
from cnn.presets import PRESETS
from cnn.runs.store import FINE_TUNE_FILE
from tests.scripts import result_in, run_with, start_file, start_script

# What Jupyter's schema 4.5 asks of a cell.
FIELDS = {
    "markdown": {"id", "cell_type", "metadata", "source"},
    "code": {"id", "cell_type", "metadata", "source", "execution_count", "outputs"},
}


@pytest.mark.parametrize("preset", PRESETS)
def test_a_notebook_has_the_form_of_jupyters_schema(preset, runs_dir):
    notebook = json.loads(run_notebook(run_with(PRESETS[preset], runs_dir)))
    assert set(notebook) == {"cells", "metadata", "nbformat", "nbformat_minor"}
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert set(notebook["metadata"]["kernelspec"]) == {"display_name", "language", "name"}
    for cell in notebook["cells"]:
        assert set(cell) == FIELDS[cell["cell_type"]]
        assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", cell["id"])
        assert all(isinstance(line, str) for line in cell["source"])
        assert not any("\n" in line[:-1] for line in cell["source"])
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)


def cells_of(run, kind):
    cells = json.loads(run_notebook(run))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == kind]


def test_its_cells_hold_the_scripts_code_under_headings_with_a_text(runs_dir):
    run = run_with(PRESETS["accurate"], runs_dir)
    imports, *codes = cells_of(run, "code")
    assert "import keras" in imports
    sections = run_sections(run)
    assert codes == [section.code for section in sections]
    title, *texts = cells_of(run, "markdown")
    assert title.startswith("# Train a convolutional network")
    assert run.id in title
    for text, section in zip(texts, sections, strict=True):
        assert re.match(rf"## \d+\. {section.title}\n\n", text)
        assert section.text in text


def test_its_cells_one_after_another_give_what_the_script_gives(runs_dir, tmp_path, tiny_mnist):
    run = run_with(Hyperparameters(filters=(4,), epochs=1), runs_dir)
    path = tmp_path / "cells.py"
    path.write_text("\n".join(cells_of(run, "code")))
    results = result_in(start_file(path, tiny_mnist)), start_script(run, tmp_path, tiny_mnist)
    assert results[0] == results[1]


def test_it_is_exported_by_the_command_line_and_refused_where_the_script_is(
    runs_dir, tmp_path, capsys
):
    run = run_with(Hyperparameters(), runs_dir)
    output = tmp_path / "digits.ipynb"
    words = ["export", run.id, "--format", "notebook", "--output", str(output)]
    assert main([*words, "--runs-dir", str(runs_dir)]) == 0
    assert output.read_text() == run_notebook(run)
    (run.path / FINE_TUNE_FILE).write_text("{}")
    assert main([*words, "--runs-dir", str(runs_dir)]) == 2
    assert "was taught your digits" in capsys.readouterr().err

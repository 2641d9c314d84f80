import json
import re

from cnn.export.plan import plan_of
from cnn.export.script import run_notebook
from cnn.export.sections import IMPORTS, sections_of
from cnn.presets import PRESETS
from tests.scripts import run_with

# What Jupyter's schema 4.5 asks of a cell.
FIELDS = {
    "markdown": {"id", "cell_type", "metadata", "source"},
    "code": {"id", "cell_type", "metadata", "source", "execution_count", "outputs"},
}


def test_a_notebook_has_the_form_of_jupyters_schema(runs_dir):
    notebook = json.loads(run_notebook(run_with(PRESETS["accurate"], runs_dir)))
    assert set(notebook) == {"cells", "metadata", "nbformat", "nbformat_minor"}
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert set(notebook["metadata"]["kernelspec"]) == {"display_name", "language", "name"}
    for cell in notebook["cells"]:
        assert set(cell) == FIELDS[cell["cell_type"]]
        assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", cell["id"])
        assert not any("\n" in line[:-1] for line in cell["source"])
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)


def test_its_cells_hold_the_scripts_code_under_headings_with_a_text(runs_dir):
    run = run_with(PRESETS["accurate"], runs_dir)
    cells = json.loads(run_notebook(run))["cells"]
    texts = ["".join(cell["source"]) for cell in cells]
    assert texts[0].startswith("# Train a convolutional network")
    assert run.id in texts[0]
    expected = [IMPORTS]
    for number, section in enumerate(sections_of(plan_of(run)), start=1):
        expected += [f"## {number}. {section.title}\n\n{section.text}", section.code]
    assert texts[1:] == expected
    assert [cell["cell_type"] for cell in cells] == ["markdown", "code"] * (len(cells) // 2)

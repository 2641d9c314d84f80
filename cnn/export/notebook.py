"""The notebook of a run: the script's sections as cells, in Jupyter's format 4.5."""

import json
from typing import Any

from cnn.export.plan import plan_of
from cnn.export.script import TITLE, introduction
from cnn.export.sections import IMPORTS, sections_of
from cnn.runs.store import Run


def run_notebook(run: Run) -> str:
    """Return the notebook as JSON.

    Raises:
        ValueError: there is no script for this run, or it is damaged; the sentence says why.
    """
    cells = [_markdown("\n\n".join((f"# {TITLE.rstrip('.')}", *introduction(run)))), _code(IMPORTS)]
    for number, section in enumerate(sections_of(plan_of(run)), start=1):
        cells += [_markdown(f"## {number}. {section.title}\n\n{section.text}"), _code(section.code)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {
        "cells": [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells)],
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(code: str) -> dict[str, Any]:
    source = code.splitlines(keepends=True)
    cell: dict[str, Any] = {"cell_type": "code", "metadata": {}, "source": source}
    return cell | {"execution_count": None, "outputs": []}

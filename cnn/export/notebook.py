"""A run → a notebook that repeats it: the script's code in cells, between short texts."""

import json
from collections.abc import Iterator
from typing import Any

from cnn.export.script import import_lines, introduction, run_sections
from cnn.runs.store import Run


def run_notebook(run: Run) -> str:
    """Return the notebook as JSON, in Jupyter's format 4.5.

    Raises:
        ValueError: there is no script for this run, or it is damaged; the sentence says why.
    """
    cells = [{"id": f"cell-{number}", **cell} for number, cell in enumerate(_cells(run))]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _cells(run: Run) -> Iterator[dict[str, Any]]:
    title, *paragraphs = introduction(run)
    sections = run_sections(run)
    yield _markdown(f"# {title.rstrip('.')}\n" + "\n".join(paragraphs))
    yield _code(import_lines(sections))
    for number, section in enumerate(sections, start=1):
        yield _markdown(f"## {number}. {section.title}\n\n{section.text}")
        yield _code(section.code)


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(code: str) -> dict[str, Any]:
    source = code.splitlines(keepends=True)
    cell: dict[str, Any] = {"cell_type": "code", "metadata": {}, "source": source}
    return cell | {"execution_count": None, "outputs": []}

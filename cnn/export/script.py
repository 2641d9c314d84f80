"""A run as a short stand-alone program that a learner can read and change: script or notebook."""

import json
import textwrap
from typing import Any

from cnn.export.plan import Plan, plan_of
from cnn.export.sections import IMPORTS, sections_of
from cnn.network.layers import layer_table, total_parameters
from cnn.runs.store import Run

TITLE = "Train a convolutional network to recognize handwritten digits."
WIDTH = 88


def run_script(run: Run) -> str:
    """Return a script that repeats a run, or raise `ValueError` where there is none."""
    plan = plan_of(run)
    docstring = "\n\n".join(_wrapped(text) for text in (TITLE, *_introduction(plan)))
    script = f'"""{docstring}\n"""\n\n{IMPORTS}\n'
    for number, section in enumerate(sections_of(plan), start=1):
        comment = f"# {number}. {section.title}\n#\n{_wrapped(section.text, '# ')}"
        blank = "\n\n" if section.code.startswith("class ") else "\n"
        script += f"{blank}{comment}\n{section.code}\n"
    return script


def run_notebook(run: Run) -> str:
    """Return the script's sections as cells of a notebook, JSON in Jupyter's format 4.5."""
    plan = plan_of(run)
    heading = "\n\n".join((f"# {TITLE.rstrip('.')}", *_introduction(plan)))
    cells = [_cell("markdown", heading), _cell("code", IMPORTS)]
    for number, section in enumerate(sections_of(plan), start=1):
        cells.append(_cell("markdown", f"## {number}. {section.title}\n\n{section.text}"))
        cells.append(_cell("code", section.code))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {
        "cells": [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells)],
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _introduction(plan: Plan) -> tuple[str, str]:
    """Return paragraphs on what the script trains and how well, and what it needs."""
    accuracy = plan.run.status().test_accuracy
    reached = "" if accuracy is None else f" The run's test accuracy is {accuracy:.2%}."
    reached = f"{total_parameters(layer_table(plan.hyperparameters)):,} parameters.{reached}"
    what = (
        f"This repeats run {plan.run.id} of Digit Lab: {reached} "
        "Expect that within 0.3 percentage points, as the images are shuffled in another order."
    )
    if plan.left_out:
        what = (
            f"This trains the network of run {plan.run.id} of Digit Lab without "
            f"{' and without '.join(plan.left_out)}, which would take hundreds of lines: {reached} "
            "Expect about the same on MNIST's test digits, and more errors on digits that you draw."
        )
    return what, "Install with: pip install keras tensorflow scikit-learn"


def _wrapped(text: str, prefix: str = "") -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=prefix, subsequent_indent=prefix, break_on_hyphens=False
    )


def _cell(kind: str, text: str) -> dict[str, Any]:
    cell = {"cell_type": kind, "metadata": {}, "source": text.splitlines(keepends=True)}
    return cell | {"execution_count": None, "outputs": []} if kind == "code" else cell

"""The script of a run: a short stand-alone program that a learner can read and change."""

import textwrap

from cnn.export.plan import plan_of
from cnn.export.sections import IMPORTS, sections_of
from cnn.network.layers import layer_table, total_parameters
from cnn.runs.store import Run

TITLE = "Train a convolutional network to recognize handwritten digits."
WIDTH = 88


def run_script(run: Run) -> str:
    """Return a script that repeats a run with keras, numpy, scikit-learn and MNIST alone.

    Raises:
        ValueError: there is no script for this run, or it is damaged; the sentence says why.
    """
    docstring = "\n\n".join(_wrapped(text) for text in (TITLE, *introduction(run)))
    script = f'"""{docstring}\n"""\n\n{IMPORTS}\n'
    for number, section in enumerate(sections_of(plan_of(run)), start=1):
        comment = f"# {number}. {section.title}\n#\n{_wrapped(section.text, '# ')}"
        blank = "\n\n" if section.code.startswith("class ") else "\n"
        script += f"{blank}{comment}\n{section.code}\n"
    return script


def introduction(run: Run) -> tuple[str, ...]:
    """Return paragraphs on what a run's script trains and how well, and what it needs."""
    plan = plan_of(run)
    accuracy = plan.run.status().test_accuracy
    reached = "" if accuracy is None else f" The run's test accuracy is {accuracy:.2%}."
    parameters = total_parameters(layer_table(plan.hyperparameters))
    if plan.left_out:
        what = (
            f"This trains the network of run {plan.run.id} of Digit Lab without "
            f"{' and without '.join(plan.left_out)}, which would take hundreds of lines: "
            f"{parameters:,} parameters.{reached} Expect about the same on MNIST's test digits, "
            "or a little less, and more errors on digits that you draw."
        )
    else:
        what = (
            f"This repeats run {plan.run.id} of Digit Lab: {parameters:,} parameters.{reached} "
            "Expect that within 0.3 percentage points, as the images are shuffled in another order."
        )
    return what, "Install with: pip install keras tensorflow scikit-learn"


def _wrapped(text: str, prefix: str = "") -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=prefix, subsequent_indent=prefix, break_on_hyphens=False
    )

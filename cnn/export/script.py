"""A run → a script of plain Keras and numpy that repeats it, readable by a learner."""

import sys
import textwrap
from collections.abc import Iterable

from cnn.data.mnist import SAMPLE, DatasetName
from cnn.export.batch_sections import batch_sections
from cnn.export.data_sections import data_sections
from cnn.export.network_sections import network_sections
from cnn.export.section import Plan, Section
from cnn.hyperparameters import SPECS
from cnn.network.layers import layer_table, total_parameters
from cnn.runs.status import State, Status
from cnn.runs.store import Run

WIDTH = 88


def run_script(run: Run) -> str:
    """Return a script that repeats a run with keras, numpy and MNIST alone.

    Raises:
        ValueError: there is no script for this run, or it is damaged; the sentence says why.
    """
    sections = run_sections(run)
    docstring = "\n".join(_filled(line) for line in introduction(run))
    script = f'"""{docstring}\n"""\n\n{import_lines(sections)}'
    for number, section in enumerate(sections, start=1):
        comment = f"# {number}. {section.title}\n#\n{_filled(section.text, '# ')}"
        for piece in (comment, section.code):
            script += _blank_lines(script, piece) + piece
    return script + "\n"


def refusal(run: Run) -> str:
    """Return the sentence why there is no script for a run, or "" where there is one."""
    try:
        plan_of(run)
    except ValueError as error:
        return str(error)
    return ""


def run_sections(run: Run) -> tuple[Section, ...]:
    """Return the steps that repeat a run, or raise `ValueError` as `run_script` does."""
    plan = plan_of(run)
    return (*data_sections(plan), *batch_sections(plan), *network_sections(plan))


def plan_of(run: Run) -> Plan:
    """Return what a script of this run repeats, or raise `ValueError` as `run_script` does."""
    if run.is_fine_tuned:
        raise ValueError(
            "There is no script for a network that was taught your digits: it starts from another "
            "network and learns images that no script could load."
        )
    status, values = run.status(), run.hyperparameters
    layer_table(values)  # says what doesn't fit
    epochs = values.epochs
    if status.state is State.STOPPED:
        epochs = len(run.metrics().epochs)
        if not epochs:
            raise ValueError(
                "There is no script for this run: it was stopped before its first epoch ended."
            )
    dataset = _dataset(status)
    return Plan(values, dataset, _chosen(status, values.training_images, dataset), epochs)


def _dataset(status: Status) -> DatasetName:
    """Return what a run was, or is to be, trained on."""
    if status.dataset:
        return "sample" if status.dataset == "sample" else "mnist"
    return "mnist" if status.mnist_file else "sample"


def _chosen(status: Status, wanted: int, dataset: DatasetName) -> int | None:
    """Return how many of the training digits were drawn; None where all were used."""
    whole = SAMPLE.training_images if dataset == "sample" else SPECS["training_images"].maximum
    used = wanted if status.training_images is None else status.training_images
    return wanted if used == wanted and wanted < whole else None


def introduction(run: Run) -> tuple[str, ...]:
    """Return the paragraphs, and empty lines between them, that tell what is repeated."""
    plan, status = plan_of(run), run.status()
    parameters = total_parameters(layer_table(plan.hyperparameters))
    result = f"{parameters:,} parameters"
    if status.test_accuracy is not None:
        result += f", {status.test_accuracy:.2%} of the test digits read right"
    chance = (
        "The same digits, first weights and order of batches: nearly the same result."
        if plan.is_repeatable
        else "The same digits and first weights; what chance changes in the images is drawn anew, "
        "so the result differs a little."
    )
    return (
        "Train a convolutional network to read handwritten digits.",
        "",
        f"Repeats the run {run.id} of Digit Lab: {result}.",
        chance,
        "",
        "Needs keras with one of its backends, such as tensorflow, and numpy.",
    )


def import_lines(sections: Iterable[Section]) -> str:
    """Return all imports that sections need, as PEP 8 orders them."""
    plain, names = set(), dict[str, set[str]]()
    for line in {line for section in sections for line in section.imports}:
        words = line.split()
        if words[0] == "import":
            plain.add(line)
        else:
            names.setdefault(words[1], set()).add(words[3])
    lines = [*sorted(plain), *(_from(module, names[module]) for module in sorted(names))]
    groups = [[line for line in lines if _is_standard(line) is it] for it in (True, False)]
    return "\n\n".join("\n".join(group) for group in groups if group)


def _from(module: str, names: set[str]) -> str:
    return f"from {module} import {', '.join(sorted(names))}"


def _is_standard(line: str) -> bool:
    return line.split()[1].partition(".")[0] in sys.stdlib_module_names


def _filled(text: str, prefix: str = "") -> str:
    return textwrap.fill(text, WIDTH, initial_indent=prefix, subsequent_indent=prefix)


def _blank_lines(before: str, after: str) -> str:
    """Return what PEP 8 wants between two pieces: two blank lines beside functions and classes."""
    beside = before.splitlines()[-1].startswith("    ") or after.startswith(("def ", "class "))
    return "\n\n\n" if beside else "\n\n"

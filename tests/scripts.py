"""Scripts that repeat runs: parts of them run here, whole ones in a process of their own."""

import os
import re
import subprocess
import sys

from cnn import runs
from cnn.script import run_script, run_sections
from cnn.status import State


def run_with(values, folder, **status):
    """A finished run with these hyperparameters, on MNIST, without anything trained."""
    run = runs.create(values, folder)
    run.update_status(**{"state": State.FINISHED, "dataset": "mnist", **status})
    return run


def after(run, *titles, **namespace):
    """What the names in a run's script mean after the sections of these titles."""
    for section in run_sections(run):
        if section.title in titles:
            exec("\n".join(sorted(section.imports)), namespace)
            exec(section.code, namespace)
    return namespace


def start_file(path, mnist):
    """Run a file in a fresh process, away from the project, and return what it printed."""
    environment = {**os.environ, "MNIST_NPZ": str(mnist), "PYTHONPATH": ""}
    done = subprocess.run(
        [sys.executable, path.name], cwd=path.parent, env=environment,
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def start_script(run, folder, mnist):
    """Run a run's script as `start_file` does; return its parameters and test accuracy."""
    path = folder / "digits.py"
    path.write_text(run_script(run))
    return result_in(start_file(path, mnist))


def result_in(output):
    """Return the parameters and the test accuracy that a script printed."""
    parameters = re.search(r"Total params: ([\d,]+)", output)[1].replace(",", "")
    accuracy = re.search(r"Test accuracy: ([\d.]+)%", output)[1]
    return int(parameters), float(accuracy) / 100

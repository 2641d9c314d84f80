"""Scripts that repeat runs: parts of them run here, whole ones in a process of their own."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from cnn.export.script import run_script, run_sections
from cnn.hyperparameters import Hyperparameters
from cnn.runs import store
from cnn.runs.status import State
from cnn.runs.store import Run


def run_with(values: Hyperparameters, folder: Path, **status: Any) -> Run:
    """A finished run with these hyperparameters, on MNIST, without anything trained."""
    run = store.create(values, folder)
    run.update_status(**{"state": State.FINISHED, "dataset": "mnist", **status})
    return run


def after(run: Run, *titles: str, **namespace: Any) -> dict[str, Any]:
    """What the names in a run's script mean after the sections of these titles."""
    for section in run_sections(run):
        if section.title in titles:
            exec("\n".join(sorted(section.imports)), namespace)
            exec(section.code, namespace)
    return namespace


def start_file(path: Path, mnist: str | Path) -> str:
    """Run a file in a fresh process, away from the project, and return what it printed."""
    environment = {**os.environ, "MNIST_NPZ": str(mnist), "PYTHONPATH": ""}
    done = subprocess.run(
        [sys.executable, path.name], cwd=path.parent, env=environment,
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def start_script(run: Run, folder: Path, mnist: str | Path) -> tuple[int, float]:
    """Run a run's script as `start_file` does; return its parameters and test accuracy."""
    path = folder / "digits.py"
    path.write_text(run_script(run))
    return result_in(start_file(path, mnist))


def result_in(output: str) -> tuple[int, float]:
    """Return the parameters and the test accuracy that a script printed."""
    (parameters,) = re.findall(r"Total params: ([\d,]+)", output)[:1]
    (accuracy,) = re.findall(r"Test accuracy: ([\d.]+)%", output)
    return int(parameters.replace(",", "")), float(accuracy) / 100

"""Runs without anything trained, whose scripts tests execute in a process of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cnn.hyperparameters import Hyperparameters
from cnn.runs import store
from cnn.runs.status import State
from cnn.runs.store import Run


def run_with(values: Hyperparameters, folder: Path, **status: Any) -> Run:
    """A finished run with these hyperparameters, on MNIST, without anything trained."""
    run = store.create(values, folder)
    run.update_status(**{"state": State.FINISHED, "dataset": "mnist", **status})
    return run


class Result(NamedTuple):
    """What a script ended with."""

    parameters: int
    accuracy: float


_EXECUTE = """
import json
import runpy
import sys

for path in sys.argv[1:]:
    names = runpy.run_path(path)
    print("\\n" + json.dumps([names["network"].count_params(), names["accuracy"]]))
"""


def execute(sources: Sequence[str], folder: Path, mnist: str | Path) -> list[Result]:
    """Run scripts in one fresh process, away from the project, and return what they reached."""
    paths = [folder / f"script_{number}.py" for number in range(len(sources))]
    for path, source in zip(paths, sources, strict=True):
        path.write_text(source)
    environment = {**os.environ, "MNIST_NPZ": str(mnist), "PYTHONPATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", _EXECUTE, *(path.name for path in paths)],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [line for line in done.stdout.splitlines() if line.startswith("[")]
    return [Result(*json.loads(line)) for line in lines]

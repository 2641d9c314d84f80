"""Runs and their scripts, each in a process of its own: parameters and test accuracy.

MNIST_NPZ=mnist.npz .venv/bin/python -m benchmarks.script
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from benchmarks.training_runs import train
from cnn.export.plan import plan_of
from cnn.export.script import run_script
from cnn.network.layers import layer_table, total_parameters
from cnn.presets import PRESETS
from tests.app_server import end_workers

RUNS = {
    "tutorial, 2 epochs": replace(PRESETS["article"], epochs=2),
    "fast": PRESETS["fast"],
    "fast, light augmentation, 2 epochs": replace(PRESETS["fast"], augmentation="light", epochs=2),
    "fast, strong augmentation, 2 epochs": replace(
        PRESETS["fast"], augmentation="strong", epochs=2
    ),
    "accurate, 3 epochs": replace(PRESETS["accurate"], epochs=3),
}


class Result(NamedTuple):
    """What a script ended with."""

    parameters: int
    accuracy: float


_EXECUTE = """
import json
import runpy

names = runpy.run_path("script.py")
print("\\n" + json.dumps([names["network"].count_params(), names["accuracy"]]))
"""


def execute(source: str, folder: Path, mnist: Path) -> Result:
    """Run a script in a fresh process, away from the project, and return what it reached."""
    (folder / "script.py").write_text(source)
    environment = {**os.environ, "MNIST_NPZ": str(mnist), "PYTHONPATH": ""}
    command = [sys.executable, "-c", _EXECUTE]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return Result(*json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Print, for each run, what the app reached and what its script did."""
    mnist = Path(os.environ["MNIST_NPZ"]).absolute()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for title, values in RUNS.items():
            run, _ = train(values, folder)
            reached = run.status().test_accuracy or 0.0
            result = execute(run_script(run), folder, mnist)
            plan = plan_of(run)
            assert result.parameters == total_parameters(layer_table(plan.hyperparameters))
            print(
                f"{title}: {result.parameters:,} parameters; app {reached:.2%}, "
                f"script {result.accuracy:.2%}, "
                f"difference {100 * (result.accuracy - reached):+.2f} percentage points",
                *(f"without {name}" for name in plan.left_out),
                flush=True,
            )
        end_workers(folder)


if __name__ == "__main__":
    main()

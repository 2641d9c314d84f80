"""Three runs and their scripts, each in a process of its own: parameters, accuracy, seconds.

MNIST_NPZ=mnist.npz .venv/bin/python -m benchmarks.script
"""

import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.training_runs import train
from cnn.network.layers import layer_table, total_parameters
from cnn.presets import PRESETS
from tests.app_server import end_workers
from tests.scripts import start_script

RUNS = {
    "article, 2 epochs": replace(PRESETS["article"], epochs=2),
    "fast": PRESETS["fast"],
    "accurate, 2 epochs": replace(PRESETS["accurate"], epochs=2),
}


def main() -> None:
    """Print, for each run, what the app reached and what its script did."""
    mnist = Path(os.environ["MNIST_NPZ"]).absolute()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for title, values in RUNS.items():
            run, seconds = train(values, folder)
            reached = run.status().test_accuracy or 0.0
            began = time.perf_counter()
            parameters, accuracy = start_script(run, folder, mnist)
            script_seconds = time.perf_counter() - began
            assert parameters == total_parameters(layer_table(values))
            print(
                f"{title}: {parameters:,} parameters; app {reached:.2%} in {seconds:.0f} s, "
                f"script {accuracy:.2%} in {script_seconds:.0f} s, "
                f"difference {100 * (accuracy - reached):+.2f} points",
                flush=True,
            )
        end_workers(folder)


if __name__ == "__main__":
    main()

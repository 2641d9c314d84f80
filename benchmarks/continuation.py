"""3 epochs of preset `fast` at a constant rate against 1 and then 2 more, and five seeds of it.

MNIST_NPZ=mnist.npz .venv/bin/python -m benchmarks.continuation
"""

import os
import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev

from benchmarks.training_runs import LONG_IDLE, train, wait_for
from cnn import launching
from cnn.presets import PRESETS
from cnn.runs.store import Run
from tests.app_server import end_workers

SEEDS = 5


def accuracies(run: Run) -> str:
    """Return the validation accuracy of each epoch and the test accuracy in words."""
    epochs = ", ".join(f"{point.validation_accuracy:.2%}" for point in run.metrics().epochs)
    return f"validation {epochs}; test {run.status().test_accuracy:.2%}"


def curve(run: Run) -> list[tuple[float, ...]]:
    """Return all metrics but speed and time."""
    metrics = run.metrics()
    return [*(point[:-2] for point in metrics.training), *(point[:-1] for point in metrics.epochs)]


def main() -> None:
    """Print what both trainings reach, and the mean and spread of the seeds; in one thread."""
    os.environ |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
    constant = replace(PRESETS["fast"], schedule="constant", learning_rate=0.002, epochs=3)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole, _ = train(constant, folder)
        print(f"3 epochs: {accuracies(whole)}", flush=True)
        parts, _ = train(replace(constant, epochs=1), folder)
        launching.continue_run(parts, 2, idle_seconds=LONG_IDLE)
        wait_for(parts)
        print(f"1 epoch and 2 more: {accuracies(parts)}", flush=True)
        runs = launching.start_repeats(PRESETS["fast"], folder, SEEDS, LONG_IDLE)
        tested = [wait_for(run).test_accuracy or 0.0 for run in runs]
        again, _ = train(PRESETS["fast"], folder)
        end_workers(folder)
        print(f"seeds of fast: {', '.join(f'{one:.2%}' for one in tested)}")
        print(f"mean {mean(tested):.2%} ± {100 * stdev(tested):.2f} percentage points")
        print(f"the first seed again gives the same curve: {curve(again) == curve(runs[0])}")


if __name__ == "__main__":
    main()

"""What the commands of `python -m cnn` do."""

import argparse
import csv
import json
import shutil
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from cnn import hyperparameters as hp
from cnn import launching, presets
from cnn.export.notebook import run_notebook
from cnn.export.script import run_script
from cnn.inference.classifier import load_classifier
from cnn.inference.drawing_lines import open_lines
from cnn.inference.recognition import Failure, recognize_lines
from cnn.network.layers import layer_table, total_parameters
from cnn.runs import store
from cnn.runs.status import State, Status
from cnn.runs.store import Run, RunError

LOOK_SECONDS = 0.1
_WRITERS = {"script": run_script, "notebook": run_notebook}


def train(options: argparse.Namespace) -> int:
    """Train one network to its end; Ctrl+C stops it and keeps what it has reached."""
    changes = dict(hp.parse_setting(setting) for setting in options.set)
    values = hp.merge(presets.preset(options.preset), changes)
    layers = layer_table(values)
    run = launching.start(values, options.runs_dir, idle_seconds=0)
    try:
        status = _follow(run)
    except KeyboardInterrupt:
        launching.stop(run)
        status = _follow(run)
    if status.test_accuracy is None:
        print(status.message or "The training ended without a network.", file=sys.stderr)
        return 1
    _print_result(run, status, total_parameters(layers), options.json)
    return 0


def _follow(run: Run) -> Status:
    """Show the progress of a run on stderr until it is over."""
    columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
    epochs = run.hyperparameters.epochs
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("starting", total=epochs)
        while True:
            status = run.status()
            points = run.metrics().training
            if points:
                words = f"epoch {points[-1].epoch:.1f} of {epochs}, loss {points[-1].loss:.3f}"
                progress.update(task, completed=points[-1].epoch, description=words)
            if status.over:
                return status
            if status.state is State.QUEUED:
                launching.look_after(run)
            time.sleep(LOOK_SECONDS)


def _print_result(run: Run, status: Status, parameters: int, as_json: bool) -> None:
    accuracy = status.test_accuracy or 0.0
    if not as_json:
        print(f"Run {run.id}, {status.seconds:.1f} s, {parameters:,} parameters")
        print(f"Test accuracy {accuracy:.2%}")
        return
    result = {
        "run": run.id,
        "test_accuracy": accuracy,
        "seconds": status.seconds,
        "parameters": parameters,
    }
    print(json.dumps(result))


def list_runs(options: argparse.Namespace) -> int:
    """Print a line for each run, newest first, the built-in one last."""
    for run in [*store.list_runs(options.runs_dir), Run(store.BUILT_IN_PATH)]:
        try:
            status = run.status()
            accuracy = status.test_accuracy
            shown = "–" if accuracy is None else f"{accuracy:.2%}"
            print(f"{run.id:40} {status.state:12} {shown:>8}  {run.name}")
        except RunError as error:
            print(f"{run.id:40} damaged: {error}")
    return 0


def recognize(options: argparse.Namespace) -> int:
    """Answer each drawing of a file with a line of JSON."""
    run = store.open_run(options.run, options.runs_dir)
    classifier, lines = load_classifier(run), open_lines(options.file)
    failures = 0
    for answer in recognize_lines(lines, classifier, options.pipeline, options.several):
        failures += isinstance(answer, Failure)
        print(answer.as_json())
    return 1 if failures else 0


def export(options: argparse.Namespace) -> int:
    """Write a run's network, its curves, or what repeats it, to a file."""
    run = store.open_run(options.run, options.runs_dir)
    try:
        _write_export(run, options.format, options.output)
    except OSError as error:
        raise ValueError(f"{options.output} can't be written: {error}") from error
    return 0


def _write_export(run: Run, form: str, output: Path) -> None:
    if form == "csv":
        _write_curves(run, output)
        return
    if form in _WRITERS:
        output.write_text(_WRITERS[form](run))
        return
    network = run.path / f"model.{form}"
    if not network.is_file():
        raise RunError(f"Run {run.id} has no network to export: it is {_state(run)}.")
    shutil.copyfile(network, output)


def _state(run: Run) -> State:
    return run.status().state


def _write_curves(run: Run, output: Path) -> None:
    epochs = run.metrics().epochs
    if not epochs:
        raise RunError(f"Run {run.id} has not ended its first epoch, so there are no curves yet.")
    with output.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(epochs[0]._fields)
        table.writerows(epochs)

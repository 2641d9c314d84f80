"""What the commands of `python -m cnn` do."""

import argparse
import json
import sys
import time
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from cnn import hyperparameters as hp
from cnn import launching
from cnn.export.files import RUN_FILES
from cnn.inference.classifier import load_classifier
from cnn.inference.recognition import open_lines, recognize_lines
from cnn.network.layers import layer_table, total_parameters
from cnn.presets import PRESETS
from cnn.runs import queue, store
from cnn.runs.status import State, Status
from cnn.runs.store import Run, RunError

POLL_INTERVAL = 0.1  # seconds


def train(options: argparse.Namespace) -> int:
    """Train one network to its end; Ctrl+C stops it and keeps what it has reached."""
    changes = dict(hp.parse_setting(setting) for setting in options.set)
    values = hp.from_mapping({**asdict(PRESETS[options.preset]), **changes})
    layer_table(values)  # an impossible network is refused before there is a run
    return _wait_for(launching.start(values, options.runs_dir, idle_seconds=0), options.json)


def resume(options: argparse.Namespace) -> int:
    """Resume an interrupted or failed run, as `train` trains a new one."""
    run = store.open_run(options.run, options.runs_dir)
    launching.resume(run, idle_seconds=0)
    return _wait_for(run, options.json)


def _wait_for(run: Run, as_json: bool) -> int:
    """Show a run's progress until it is over, then its result, and return the exit status."""
    try:
        status = _follow(run)
    except (KeyboardInterrupt, RunError) as error:
        queue.stop(run)
        if isinstance(error, RunError):  # no worker can be started
            raise
        status = _follow(run)
    if status.test_accuracy is None or status.state is State.FAILED:
        print(status.message or "The training ended without a network.", file=sys.stderr)
        return 1
    _print_result(run, status, as_json)
    return 0


def _follow(run: Run) -> Status:
    """Show the progress of a run on stderr until it is over."""
    columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
    epochs = run.hyperparameters.epochs
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("starting", total=epochs)
        while not (status := run.status()).over:
            if points := run.metrics().training:
                text = f"epoch {points[-1].epoch:.1f} of {epochs}, loss {points[-1].loss:.3f}"
                progress.update(task, completed=points[-1].epoch, description=text)
            if status.state is State.QUEUED:
                launching.ensure_worker(run, idle_seconds=0)
            time.sleep(POLL_INTERVAL)
    return status


def _print_result(run: Run, status: Status, as_json: bool) -> None:
    result: dict[str, Any] = {
        "run": run.id,
        "test_accuracy": status.test_accuracy,
        "seconds": status.seconds,
        "parameters": total_parameters(layer_table(run.hyperparameters)),
    }
    if as_json:
        print(json.dumps(result))
        return
    print("Run {run}, {seconds:.1f} s, {parameters:,} parameters".format(**result))
    print("Test accuracy {test_accuracy:.2%}".format(**result))


def list_runs(options: argparse.Namespace) -> int:
    """Print a line for each run, newest first, the built-in one last."""
    for run in store.all_runs(options.runs_dir):
        try:
            status = run.status()
            accuracy = status.test_accuracy
            shown = "–" if accuracy is None else f"{accuracy:.2%}"
            print(f"{run.id:40} {status.state:12} {shown:>8}  {run.name}")
        except RunError as error:
            print(f"{run.id:40} damaged: {error}")
    return 0


def recognize(options: argparse.Namespace) -> int:
    """Print a line of JSON for each drawing of a file."""
    run = store.open_run(options.run, options.runs_dir)
    classifier, lines = load_classifier(run), open_lines(options.file)
    failures = 0
    for result in recognize_lines(lines, classifier, options.pipeline, options.several):
        failures += "error" in result
        print(json.dumps(result, ensure_ascii=False))
    return 1 if failures else 0


def export(options: argparse.Namespace) -> int:
    """Write one of a run's files: its model, its training curves, a script or a notebook."""
    run = store.open_run(options.run, options.runs_dir)
    content = RUN_FILES[options.format].content(run)
    try:
        options.output.write_bytes(content)
    except OSError as error:
        raise ValueError(f"{options.output} can't be written: {error}") from error
    return 0

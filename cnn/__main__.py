"""The command line: `python -m cnn train | resume | runs | recognize | export`."""

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from cnn import hyperparameters as hp
from cnn import launching
from cnn.export.files import RUN_FILES
from cnn.inference.classifier import load_classifier
from cnn.inference.recognition import PIPELINES, open_lines, recognize_lines
from cnn.network.layers import layer_table, total_parameters
from cnn.presets import PRESETS
from cnn.runs import queue, store
from cnn.runs.status import State, Status
from cnn.runs.store import Run, RunError

POLL_INTERVAL = 0.1  # seconds


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status; what is wrong is one sentence on stderr."""
    options = _parser().parse_args(arguments)
    try:
        return options.command(options)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cnn", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Callable[..., int], text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text)
        command.set_defaults(command=run)
        where = "the folder of all runs (default: the variable RUNS_DIR, else runs)"
        command.add_argument("--runs-dir", type=Path, default=store.runs_folder(), help=where)
        return command

    _add_training(add("train", train, "train a network"), add("resume", resume, "resume a run"))
    add("runs", list_runs, "list the runs")
    _add_recognition(add("recognize", recognize, "recognize drawn digits"))
    _add_export(add("export", export, "take a network along"))
    return parser


def _add_training(train: argparse.ArgumentParser, resume: argparse.ArgumentParser) -> None:
    train.add_argument("--preset", choices=PRESETS, default="article")
    text = "change one hyperparameter, such as filters=16,8 or dropout=0.2; may be repeated"
    train.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help=text)
    resume.add_argument("run", help="the id of a run that was interrupted or failed")
    for command in (train, resume):
        command.add_argument("--json", action="store_true", help="print one JSON object at the end")


def _add_recognition(command: argparse.ArgumentParser) -> None:
    lines = '{"strokes": [[[x, y], …], …]} or {"pixels": [[gray, …], …]}'
    command.add_argument("file", help=f"JSON lines {lines}, plain or gzip; -")
    command.add_argument("--run", default=store.BUILT_IN, help="the network (default: built-in)")
    text = "read strokes as they were drawn (default), or as the picture that a canvas shows"
    command.add_argument("--pipeline", choices=PIPELINES, default="strokes", help=text)
    text = "read a row of digits too, such as 2026"
    command.add_argument("--several", action="store_true", help=text)


def _add_export(command: argparse.ArgumentParser) -> None:
    command.add_argument("run", help="a run's id, or built-in")
    text = (
        "a model, the training curves, or a script or notebook of plain Keras that repeats the run"
    )
    command.add_argument("--format", choices=tuple(RUN_FILES), required=True, help=text)
    command.add_argument("--output", type=Path, required=True)


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
        network = "before its test; its network is saved" if run.is_usable else "without a network"
        print(status.message or f"The training ended {network}.", file=sys.stderr)
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
    parameters = total_parameters(layer_table(run.hyperparameters))
    if as_json:
        result = {"run": run.id, "test_accuracy": status.test_accuracy, "seconds": status.seconds}
        print(json.dumps({**result, "parameters": parameters}))
        return
    print(f"Run {run.id}, {status.seconds or 0:.1f} s, {parameters:,} parameters")
    print(f"Test accuracy {status.test_accuracy:.2%}")


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


if __name__ == "__main__":
    sys.exit(main())

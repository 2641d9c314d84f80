"""Commands that read runs and write files: runs, recognize, export, import."""

import io
import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

from cnn.export.files import RUN_FILES
from cnn.inference.classifier import load_classifier
from cnn.inference.recognition import PIPELINES, open_lines, recognize_lines
from cnn.launching.importing import import_run
from cnn.runs import store
from cnn.runs.store import RunError


def add_commands(add: Callable[..., ArgumentParser]) -> None:
    """Add runs, recognize, export and import to the parser."""
    add("runs", list_runs, "list the runs")
    _add_recognition(add("recognize", recognize, "recognize drawn digits"))
    _add_export(add("export", export, "take a network along"))
    command = add("import", import_file, "add a run that was exported as a zip")
    command.add_argument("file", type=Path)


def _add_recognition(command: ArgumentParser) -> None:
    lines = '{"strokes": [[[x, y], …], …]} or {"pixels": [[gray, …], …]}'
    command.add_argument("file", help=f"JSON lines {lines}, plain or gzip; -")
    command.add_argument("--run", default=store.BUILT_IN, help="the network (default: built-in)")
    text = "read strokes as they were drawn (default), or as the picture that a canvas shows"
    command.add_argument("--pipeline", choices=PIPELINES, default="strokes", help=text)
    text = "read a row of digits too, such as 2026"
    command.add_argument("--several", action="store_true", help=text)


def _add_export(command: ArgumentParser) -> None:
    command.add_argument("run", help="a run's id, or built-in")
    text = (
        "a model, the training curves, a script or notebook of plain Keras that repeats the run, "
        "the run to be imported elsewhere, or a folder for TensorBoard"
    )
    command.add_argument("--format", choices=tuple(RUN_FILES), required=True, help=text)
    command.add_argument("--output", type=Path, required=True)


def list_runs(options: Namespace) -> int:
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


def recognize(options: Namespace) -> int:
    """Print a line of JSON for each drawing of a file."""
    run = store.open_run(options.run, options.runs_dir)
    classifier, lines = load_classifier(run), open_lines(options.file)
    failures = 0
    for result in recognize_lines(lines, classifier, options.pipeline, options.several):
        failures += "error" in result
        print(json.dumps(result, ensure_ascii=False))
    return 1 if failures else 0


def export(options: Namespace) -> int:
    """Write one of a run's files: its model, its training curves, a script or a notebook."""
    run = store.open_run(options.run, options.runs_dir)
    content = RUN_FILES[options.format].content(run)
    try:
        if options.format == "tensorboard":  # opens folders
            ZipFile(io.BytesIO(content)).extractall(options.output)
        else:
            options.output.write_bytes(content)
    except OSError as error:
        raise ValueError(f"{options.output} can't be written: {error}") from error
    return 0


def import_file(options: Namespace) -> int:
    """Add the run in a zip, and print its id."""
    try:
        zipped = options.file.read_bytes()
    except OSError as error:
        raise ValueError(f"{options.file} can't be read: {error.strerror}.") from error
    print(import_run(zipped, options.runs_dir).id)
    return 0

"""Commands that train a network and wait for it."""

import json
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import asdict
from functools import partial

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from cnn import hyperparameters as hp
from cnn import launching
from cnn.network.layers import layer_table, total_parameters
from cnn.presets import PRESETS, split_setting
from cnn.runs import queue, store
from cnn.runs.notes import check_notes, write_notes
from cnn.runs.status import State, Status
from cnn.runs.store import Run, RunError

POLL_INTERVAL = 0.1  # seconds


def add_commands(add: Callable[..., ArgumentParser]) -> None:
    """Add train and resume to the parser."""
    command = add("train", train, "train a network")
    command.add_argument("--preset", choices=PRESETS, default="article")
    text = "change one hyperparameter, such as filters=16-8 or dropout=0.2; may be repeated"
    command.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help=text)
    command.add_argument("--name", default="", help="what to call the run")
    add_json(command)
    command = add("resume", resume, "resume a run")
    command.add_argument("run", help="the id of a run that was interrupted or failed")
    add_json(command)


def add_json(command: ArgumentParser) -> None:
    """Let a command print its result as JSON."""
    command.add_argument("--json", action="store_true", help="print one JSON object at the end")


def train(options: Namespace) -> int:
    """Train one network to its end; Ctrl+C stops it and keeps what it has reached."""
    changes = {name: hp.parse_value(name, text) for name, text in map(split_setting, options.set)}
    values = hp.from_mapping({**asdict(PRESETS[options.preset]), **changes})
    layer_table(values)  # an impossible network is refused before there is a run
    named = partial(write_notes, notes=check_notes(name=options.name))
    run = launching.start(values, options.runs_dir, idle_seconds=0, populate=named)
    return wait_for(run, options.json)


def resume(options: Namespace) -> int:
    """Resume an interrupted or failed run, as `train` trains a new one."""
    run = store.open_run(options.run, options.runs_dir)
    launching.resume(run, idle_seconds=0)
    return wait_for(run, options.json)


def wait_for(run: Run, as_json: bool) -> int:
    """Show a run's progress until it is over, then its result, and return the exit status."""
    try:
        status = follow(run)
    except (KeyboardInterrupt, RunError) as error:
        queue.stop(run)
        if isinstance(error, RunError):  # no worker can be started
            raise
        status = follow(run)
    if status.test_accuracy is None or status.state is State.FAILED:
        network = "before its test; its network is saved" if run.is_usable else "without a network"
        print(status.message or f"The training ended {network}.", file=sys.stderr)
        return 1
    _print_result(run, status, as_json)
    return 0


def follow(run: Run) -> Status:
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

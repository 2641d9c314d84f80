"""Commands that train a network and wait for it."""

import json
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from cnn import hyperparameters as hp
from cnn import launching
from cnn.evaluation.compare_runs import mean_and_deviation
from cnn.network.layers import layer_table, total_parameters
from cnn.presets import PRESETS, split_setting
from cnn.runs import queue, store
from cnn.runs.continuation import schedule_sentence
from cnn.runs.notes import check_notes
from cnn.runs.status import State, Status
from cnn.runs.store import Run, RunError

POLL_INTERVAL = 0.1  # seconds


def add_commands(add: Callable[..., ArgumentParser]) -> None:
    """Add train, resume and continue to the parser."""
    command = add("train", train, "train a network")
    command.add_argument("--preset", choices=PRESETS, default="article")
    text = "change one hyperparameter, such as filters=16-8 or dropout=0.2; may be repeated"
    command.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help=text)
    command.add_argument("--name", default="", help="what to call the run")
    several = command.add_mutually_exclusive_group()
    text = "begin with the weights of this run, whose layers have the same shapes"
    several.add_argument("--from", dest="parent", metavar="RUN", help=text)
    text = "train so many runs, with this seed and those after it"
    several.add_argument("--repeat", type=int, metavar="N", help=text)
    add_json(command)
    command = add("continue", continue_run, "train a finished or stopped run for more epochs")
    command.add_argument("run", help="its id")
    command.add_argument("--epochs", type=int, required=True, help="how many more")
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
    name, folder = check_notes(name=options.name).name, options.runs_dir
    if options.parent:
        parent = store.open_run(options.parent, folder)
        runs = [launching.start_from(parent, values, folder, idle_seconds=0)]
    else:
        count = 1 if options.repeat is None else options.repeat
        runs = launching.start_repeats(values, folder, count, idle_seconds=0)
    for run in runs if name else ():
        queue.annotate(run, name=name)
    if options.repeat is None:
        return wait_for(runs[0], options.json)
    return _print_repeats(runs, follow_all(runs), options.json)


def continue_run(options: Namespace) -> int:
    """Train a finished or stopped run for more epochs, as `train` trains a new one."""
    run = store.open_run(options.run, options.runs_dir)
    sentence, before = schedule_sentence(run, options.epochs), run.status()
    launching.continue_run(run, options.epochs, idle_seconds=0)
    if sentence:
        print(sentence, file=sys.stderr)
    (status,) = follow_all([run])
    if status == replace(before, message=status.message):  # it is what it was
        print(status.message or "Nothing was trained.", file=sys.stderr)
        return 1
    return wait_for(run, options.json)


def resume(options: Namespace) -> int:
    """Resume an interrupted or failed run, as `train` trains a new one."""
    run = store.open_run(options.run, options.runs_dir)
    launching.resume(run, idle_seconds=0)
    return wait_for(run, options.json)


def wait_for(run: Run, as_json: bool) -> int:
    """Show a run's progress until it is over, then its result, and return the exit status."""
    (status,) = follow_all([run])
    if status.test_accuracy is None or status.state is State.FAILED:
        network = "before its test; its network is saved" if run.is_usable else "without a network"
        print(status.message or f"The training ended {network}.", file=sys.stderr)
        return 1
    _print_result(run, status, as_json)
    return 0


def follow_all(runs: Sequence[Run]) -> list[Status]:
    """Show the progress of runs until all are over; Ctrl+C stops them and keeps what they have."""
    if problem := launching.cluster_problem(runs[0].path.parent):
        print(problem, file=sys.stderr)
    try:
        return [follow(run) for run in runs]
    except (KeyboardInterrupt, RunError) as error:
        for run in runs:
            if not run.status().over:
                queue.stop(run)
        if isinstance(error, RunError):  # no worker can be started
            raise
        return [follow(run) for run in runs]


def progress_bar() -> Progress:
    """Return a bar on stderr, with a text and the time left."""
    columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
    return Progress(*columns, console=Console(stderr=True))


def follow(run: Run) -> Status:
    """Show the progress of a run on stderr until it is over."""
    epochs = run.hyperparameters.epochs
    with progress_bar() as progress:
        task = progress.add_task("starting", total=epochs)
        while not (status := launching.current_status(run, idle_seconds=0)).over:
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


def _print_repeats(runs: Sequence[Run], statuses: Sequence[Status], as_json: bool) -> int:
    """Print a line for each run, their mean and its spread, the sample's standard deviation."""
    results = [
        {"run": run.id, "seed": run.hyperparameters.seed, "test_accuracy": status.test_accuracy}
        for run, status in zip(runs, statuses, strict=True)
    ]
    average, spread = mean_and_deviation(one.test_accuracy for one in statuses)
    if as_json:
        print(json.dumps({"runs": results, "mean": average, "spread": spread}))
    else:
        for run, status in zip(runs, statuses, strict=True):
            shown = "–" if status.test_accuracy is None else f"{status.test_accuracy:.2%}"
            print(f"{run.id:40} seed {run.hyperparameters.seed:<10} {shown:>8}")
        if average is not None:
            print(f"Mean {average:.2%} ± {100 * (spread or 0):.2f} percentage points")
    return 1 if any(one.test_accuracy is None for one in statuses) else 0

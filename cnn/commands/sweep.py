"""The command that trains many networks and names the best."""

import json
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Literal

from cnn.commands.training import add_json, progress_bar
from cnn.hyperparameters import value_text
from cnn.presets import PRESETS, split_setting
from cnn.runs.store import list_runs, runs_folder
from cnn.sweeps import store, study
from cnn.sweeps.space import SweepPlan, parse_values, plan_size, with_choice
from cnn.sweeps.store import Sweep

POLL_INTERVAL = 0.2  # seconds


def add_commands(add: Callable[..., ArgumentParser]) -> None:
    """Add sweep to the parser."""
    command = add("sweep", sweep, "train many networks, and choose by validation accuracy")
    command.add_argument("--preset", choices=PRESETS, default="article")
    text = (
        "what to try, such as learning_rate=0.001,0.003, learning_rate=0.0001..0.1 or "
        "filters=8-16,16-32; one value is fixed; may be repeated"
    )
    command.add_argument("--set", action="append", default=[], metavar="KEY=VALUES", help=text)
    text = "train so many; without it, all combinations"
    command.add_argument("--trials", type=int, help=text)
    text = "how to choose them (default: tpe, which is Optuna's, with --trials, else grid)"
    command.add_argument("--method", choices=("grid", "random", "tpe"), help=text)
    command.add_argument("--resume", metavar="ID", help="continue a sweep, or show a finished one")
    add_json(command)


def sweep(options: Namespace) -> int:
    """Train all runs of a sweep; Ctrl+C stops them and says how to continue."""
    if options.resume:
        found = store.open_sweep(options.resume, options.runs_dir)
        if found.state == "stopped":
            store.resume(found)
    else:
        plan = _plan(options)
        seconds = round(store.estimate_seconds(plan, list_runs(options.runs_dir)))
        print(f"{plan_size(plan)} runs in about {timedelta(seconds=seconds)}", file=sys.stderr)
        found = store.create(plan, options.runs_dir)
    try:
        _follow(found)
    except KeyboardInterrupt:
        store.stop(found, "Stopped.")
        _follow(found)
    if found.state != "finished":
        where = "" if found.folder == runs_folder() else f" --runs-dir {found.folder}"
        command = f"python -m cnn sweep --resume {found.id}{where}"
        print(f"{found.contents.message} To continue: {command}", file=sys.stderr)
    return _print_results(found, options.json)


def _plan(options: Namespace) -> SweepPlan:
    space = {name: parse_values(name, text) for name, text in map(split_setting, options.set)}
    fixed = {name: one.choices[0] for name, one in space.items() if len(one.choices) == 1}
    space = {name: values for name, values in space.items() if name not in fixed}
    base = with_choice(PRESETS[options.preset], fixed)
    if options.trials is None and options.method in (None, "grid"):
        return SweepPlan(base, space)
    if options.trials is None or options.method == "grid":
        raise ValueError("A grid tries all combinations; random and tpe need --trials.")
    method: Literal["random", "tpe"] = "random" if options.method == "random" else "tpe"
    return SweepPlan(base, space, method, options.trials, prune=method == "tpe")


def _follow(sweep: Sweep) -> None:
    """Show the progress of a sweep on stderr until it is finished or stopped."""
    size = plan_size(sweep.plan)
    with progress_bar() as progress:
        task = progress.add_task("starting", total=size)
        while True:
            study.advance(sweep.folder, idle_seconds=0)
            trials = store.trials(sweep)
            best = max((trial.validation_accuracy or 0 for trial in trials), default=0)
            done = sum(trial.status.over for trial in trials)
            text = (
                sweep.contents.message
                or f"{done} of {size} runs, best validation accuracy {best:.2%}"
            )
            progress.update(task, completed=done, description=text)
            if sweep.state != "running" and done == len(trials):
                return
            time.sleep(POLL_INTERVAL)


def _print_results(sweep: Sweep, as_json: bool) -> int:
    """Print each run and the best, and return the exit status."""
    best, runs = store.best_run(sweep), []
    for _, run, status, choice in store.trials(sweep):
        result = {"run": run.id, "test_accuracy": status.test_accuracy}
        runs.append({**result, "hyperparameters": asdict(run.hyperparameters)})
        accuracy = status.validation_accuracy
        shown = status.state if accuracy is None else f"{accuracy:.2%}"
        chosen = " ".join(f"{name}={value_text(value)}" for name, value in choice.items())
        if not as_json:
            print(f"{run.id:40} {shown:>11}  {chosen}")
    if as_json:
        print(json.dumps({"runs": runs, "best": best.id if best else None}))
    elif best:
        print(f"Best by validation accuracy: {best.id}")
        accuracy = best.status().test_accuracy
        print("It was not tested." if accuracy is None else f"Test accuracy {accuracy:.2%}")
    return 0 if best else 1

"""The command line: `python -m cnn COMMAND`; `python -m cnn --help` lists the commands."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from cnn.commands import files, sweep, training
from cnn.runs import store


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

    for module in (training, sweep, files):
        module.add_commands(add)
    return parser


if __name__ == "__main__":
    sys.exit(main())

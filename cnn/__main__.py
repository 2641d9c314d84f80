"""The command line: `python -m cnn train | resume | runs | recognize | export`."""

import argparse
import sys
from pathlib import Path

from cnn import cli
from cnn.export.files import RUN_FILES
from cnn.inference.recognition import PIPELINES
from cnn.presets import PRESETS
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
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--runs-dir",
        type=Path,
        default=store.runs_folder(),
        help="the folder of all runs (default: the variable RUNS_DIR, else runs)",
    )
    _add_train(subparsers.add_parser("train", parents=[common], help="train a network"))
    _add_resume(subparsers.add_parser("resume", parents=[common], help="resume a training run"))
    listing = subparsers.add_parser("runs", parents=[common], help="list the runs")
    listing.set_defaults(command=cli.list_runs)
    _add_recognize(subparsers.add_parser("recognize", parents=[common], help="read drawn digits"))
    _add_export(subparsers.add_parser("export", parents=[common], help="take a network along"))
    return parser


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command=cli.train)
    parser.add_argument("--preset", choices=PRESETS, default="article")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change one hyperparameter, such as filters=16,8 or dropout=0.2; may be repeated",
    )
    _add_json(parser)


def _add_resume(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command=cli.resume)
    parser.add_argument("run", help="the id of a run that was interrupted or failed")
    _add_json(parser)


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")


def _add_recognize(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command=cli.recognize)
    parser.add_argument(
        "file",
        help='JSON lines {"strokes": [[[x, y], …], …]} or {"pixels": [[gray, …], …]}, plain or '
        "gzip; -",
    )
    parser.add_argument("--run", default=store.BUILT_IN, help="the network (default: built-in)")
    parser.add_argument(
        "--pipeline",
        choices=PIPELINES,
        default="strokes",
        help="read strokes as they were drawn (default), or the picture that a pad shows of them",
    )
    parser.add_argument(
        "--several", action="store_true", help="read a row of digits too, such as 2026"
    )


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command=cli.export)
    parser.add_argument("run", help="a run's id, or built-in")
    parser.add_argument(
        "--format",
        choices=tuple(RUN_FILES),
        required=True,
        help="the network for Keras or ONNX, the curves as a table with a line an epoch, or a "
        "script or notebook of plain Keras that repeats the run",
    )
    parser.add_argument("--output", type=Path, required=True)


if __name__ == "__main__":
    sys.exit(main())

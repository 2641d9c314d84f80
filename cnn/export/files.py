"""The files that a run can be downloaded or exported as, on the pages and the command line."""

import csv
import io
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from cnn.export.plan import plan_of
from cnn.export.script import run_notebook, run_script
from cnn.export.tensorboard import tensorboard_zip
from cnn.runs.archive import archive_bytes
from cnn.runs.status import State
from cnn.runs.store import Run, RunError


class RunFile(NamedTuple):
    """One kind of file."""

    label: str
    ending: str
    mime: str
    check: Callable[[Run], object]
    """Raises `ValueError` where a run has no such file; the sentence says why, or when it will."""
    read: Callable[[Run], bytes]

    def content(self, run: Run) -> bytes:
        """Return the file, or raise `ValueError` as `check` does."""
        self.check(run)
        return self.read(run)

    def problem(self, run: Run) -> str:
        """Return the sentence why a run has no such file, or "" where it has one."""
        try:
            self.check(run)
        except ValueError as error:
            return str(error)
        return ""


def _check_model(ending: str, run: Run) -> None:
    if (run.path / f"model.{ending}").is_file():
        return
    status = run.status()
    if status.active:
        raise RunError(f"The models follow when the training has finished: it is {status.state}.")
    raise RunError(f"Run {run.id} has no model: it is {status.state}.")


def _check_curves(run: Run) -> None:
    if not run.metrics().epochs:
        raise RunError("The training curves follow when the first epoch has ended.")


def _curves(run: Run) -> bytes:
    """Return loss and accuracy of each epoch as CSV."""
    epochs, text = run.metrics().epochs, io.StringIO()
    csv.writer(text).writerows([epochs[0]._fields, *epochs])
    return text.getvalue().encode()


def _check_over(run: Run) -> None:
    _check_model("keras", run)
    status = run.status()
    if not status.over or status.state in (State.FAILED, State.INTERRUPTED):
        raise RunError(f"The zip follows when the training has ended well: it is {status.state}.")


def _model_file(label: str, ending: str) -> RunFile:
    check = partial(_check_model, ending)
    mime = "application/octet-stream"
    return RunFile(
        label, ending, mime, check, lambda run: (run.path / f"model.{ending}").read_bytes()
    )


def _program(label: str, ending: str, mime: str, text: Callable[[Run], str]) -> RunFile:
    return RunFile(label, ending, mime, plan_of, lambda run: text(run).encode())


RUN_FILES = {
    "keras": _model_file("Keras model", "keras"),
    "onnx": _model_file("ONNX model", "onnx"),
    "script": _program("Script", "py", "text/x-python", run_script),
    "notebook": _program("Notebook", "ipynb", "application/x-ipynb+json", run_notebook),
    "zip": RunFile("Run", "zip", "application/zip", _check_over, archive_bytes),
    "tensorboard": RunFile(
        "TensorBoard", "tensorboard.zip", "application/zip", _check_curves, tensorboard_zip
    ),
    "csv": RunFile("Training curves", "csv", "text/csv", _check_curves, _curves),
}

"""A run as a folder that TensorBoard opens: its curves, and its hyperparameters."""

import io
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from cnn.export.scalars import scalars
from cnn.hyperparameters import value_text
from cnn.runs.store import Run


def tensorboard_zip(run: Run) -> bytes:
    """Return the folder as a zip.

    It holds a folder named as the run, and in that, as Keras does it, `train` and `validation`
    with the same tags.
    """
    from tensorboardX.proto.event_pb2 import Event
    from tensorboardX.record_writer import RecordWriter

    created, buffer = run.status().created, io.BytesIO()
    events = {"": [Event(wall_time=created, summary=one) for one in _hyperparameters(run)]}
    for one in scalars(run):
        summary = _scalar(one.tag, one.value)
        event = Event(wall_time=one.time, step=one.step, summary=summary)
        events.setdefault(f"{one.split}/", []).append(event)
    with ZipFile(buffer, "w") as archive, tempfile.NamedTemporaryFile() as file:
        for folder, several in events.items():
            writer = RecordWriter(file.name)
            for event in [Event(wall_time=created, file_version="brain.Event:2"), *several]:
                writer.write(event.SerializeToString())
            writer.close()
            name = f"{run.id}/{folder}events.out.tfevents.{created:.0f}.{run.id}"
            archive.writestr(ZipInfo(name), Path(file.name).read_bytes(), ZIP_DEFLATED)
    return buffer.getvalue()


def _scalar(tag: str, value: float) -> Any:
    from tensorboardX.proto.summary_pb2 import Summary

    return Summary(value=[Summary.Value(tag=tag, simple_value=value)])


def _hyperparameters(run: Run) -> Iterator[Any]:
    """Yield what TensorBoard's table of hyperparameters shows, with the test accuracy."""
    from tensorboardX.summary import hparams

    accuracy = run.status().test_accuracy
    values = {
        name: value_text(value) if isinstance(value, tuple) else value
        for name, value in asdict(run.hyperparameters).items()
    }
    yield from hparams(values, {} if accuracy is None else {"test_accuracy": accuracy})
    if accuracy is not None:
        yield _scalar("test_accuracy", accuracy)

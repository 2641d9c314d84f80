"""A run as a folder that TensorBoard opens: its curves, and its hyperparameters."""

import io
import tempfile
from dataclasses import asdict
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from cnn.export.scalars import scalars
from cnn.hyperparameters import value_text
from cnn.runs.store import Run


def tensorboard_zip(run: Run) -> bytes:
    """Return a folder named as the run, zipped; as Keras does it, it holds one for each split."""
    from tensorboardX.proto.event_pb2 import Event
    from tensorboardX.proto.summary_pb2 import Summary
    from tensorboardX.record_writer import RecordWriter
    from tensorboardX.summary import hparams

    values = asdict(run.hyperparameters)
    shown = {key: value_text(v) if isinstance(v, tuple) else v for key, v in values.items()}
    start, buffer = run.status().started or run.status().created, io.BytesIO()
    header = Event(wall_time=start, file_version="brain.Event:2")
    tables = hparams(shown, {"accuracy": None})
    events = {"test": [header, *(Event(wall_time=start, summary=table) for table in tables)]}
    for one in scalars(run, start):
        summary = Summary(value=[Summary.Value(tag=one.tag, simple_value=one.value)])
        event = Event(wall_time=one.time, step=one.step, summary=summary)
        events.setdefault(one.split, [header]).append(event)
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive, tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch, f"events.out.tfevents.{start:.0f}.{run.id}")
        for split, several in events.items():
            writer = RecordWriter(str(file))
            for event in several:
                writer.write(event.SerializeToString())
            writer.close()
            archive.write(file, f"{run.id}/{split}/{file.name}")
    return buffer.getvalue()

"""A run as a zip of the project's own files, and the files out of such a zip.

A zip may come from anywhere: names and sizes are limited before anything is written, and each file
is read by the function that the app reads it with. Weights travel as plain arrays: a `.keras` file
can hold code, so there is none in a zip, and the network is built from the hyperparameters.
"""

import io
import json
import re
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import get_args
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import numpy as np

from cnn.data.mnist import DatasetName
from cnn.hyperparameters import from_json
from cnn.network.layers import layer_table
from cnn.runs.files import explain_error, write_bytes
from cnn.runs.fine_tune_info import SAVED_DIGITS, read_fine_tune_info, read_saved_digits
from cnn.runs.metrics import read_metrics
from cnn.runs.notes import NOTES_FILE, check_notes
from cnn.runs.run import Run, RunError
from cnn.runs.snapshots import read_snapshot
from cnn.runs.status import CALIBRATION, FINE_TUNE_FILE, STATUS, State

WEIGHTS_FILE = "weights.npz"
MAX_ZIP, MAX_UNPACKED = 64_000_000, 128_000_000  # bytes; the second with the arrays in each .npz
MAX_DIRECTORY = 200_000  # bytes of a zip's list of files: some 2,000
MAX_BYTES = {".json": 100_000, ".jsonl": 8_000_000}  # .npz: all together
MAX_MESSAGE = 300  # characters
_SNAPSHOT = re.compile(r"epochs/(0|[1-9][0-9]{0,3})\.npz")


def archive_bytes(run: Run) -> bytes:
    """Return a run with a network as a zip, the same bytes each time."""
    contents = {WEIGHTS_FILE: _weights(run.path / "model.keras")}
    for path in sorted([*run.path.iterdir(), *run.path.glob("epochs/*")]):
        name = path.relative_to(run.path).as_posix()
        if _is_name(name) and not (run.is_built_in and name == NOTES_FILE):
            contents[name] = path.read_bytes()[-MAX_BYTES.get(path.suffix, MAX_ZIP) :]
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name, content in contents.items():
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return buffer.getvalue()


def _weights(model: Path) -> bytes:
    """Return the arrays of a saved network by layer and number, such as "convolution_1.0"."""
    import h5py  # only for this

    buffer = io.BytesIO()
    with ZipFile(model) as archive:
        stored = io.BytesIO(archive.read("model.weights.h5"))
    with h5py.File(stored) as file:
        layers = [layer["vars"] for layer in file["layers"].values()]
        arrays = {f"{one.attrs['name']}.{key}": one[key][()] for one in layers for key in one}
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def unpack(data: bytes, folder: Path) -> Run:
    """Write the files of any zip into an empty folder, whose name is the run's id.

    Raises:
        RunError: it is not the zip of a run that is over; the sentence says what is wrong.
        OSError: the files can't be written.
    """
    where = ""
    try:
        contents = _run_files(data)
        for name, content in contents.items():
            (folder / name).parent.mkdir(exist_ok=True)
            write_bytes(folder / name, content)
        for name in [*filter(contents.__contains__, _CHECKS), *contents]:
            where = f"{name}: "
            _CHECKS.get(name, read_snapshot)(folder / name)
    except Exception as error:  # zipfile, zlib, numpy, pydantic raise a dozen kinds
        if isinstance(error, OSError) and error.errno:
            raise  # of the disk
        reason = f"{where}{explain_error(error).rstrip('.')}"
        raise RunError(f"This zip is not a run: {reason}.") from error
    status = Run(folder).status()
    Run(folder).update_status(
        imported=True,
        mnist_file="",
        node="",
        test_accuracy=None,  # measured here, by the process that builds the network
        test_images=None,
        created=min(status.created, time.time()),
        message=re.sub(r"[^\w .,:;%()'·–-]", "", status.message)[:MAX_MESSAGE],  # no markup
    )
    return Run(folder)


def _run_files(data: bytes) -> dict[str, bytes]:
    """Return the files of a run's zip by name, or raise an exception of any kind."""
    contents = _read_zip(data, MAX_UNPACKED)
    if missing := {"hyperparameters.json", "status.json", WEIGHTS_FILE} - contents.keys():
        raise ValueError(f"{min(missing)} is missing")
    room = MAX_UNPACKED - sum(map(len, contents.values()))
    for name, content in contents.items():
        if not _is_name(name):
            raise ValueError(f"{name[:60]!a} is no file of a run")
        if len(content) > MAX_BYTES.get(Path(name).suffix, MAX_UNPACKED):
            raise ValueError(f"{name} is too large")
        if name.endswith(".npz"):
            room -= sum(map(len, _read_zip(content, room).values()))
    return contents


def _read_zip(data: bytes, room: int) -> dict[str, bytes]:
    """Return the files of any zip of ordinary files, together at most so many bytes."""
    end = data[-22:]
    is_zip64, directory = data[-42:-38] == b"PK\6\7", int.from_bytes(end[12:16], "little")
    if end[:4] != b"PK\5\6" or is_zip64 or directory > MAX_DIRECTORY or len(data) > MAX_ZIP:
        raise ValueError("it is incomplete, too large, or no zip at all")
    with ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        if sum(one.file_size for one in members) > room:
            raise ValueError(f"unpacked, it is larger than {MAX_UNPACKED // 1_000_000} MB")
        if len({one.filename for one in members}) < len(members):
            raise ValueError("a file is in it twice")
        for one in members:
            is_plain = one.compress_type in (ZIP_STORED, ZIP_DEFLATED)
            if not is_plain or stat.S_IFMT(one.external_attr >> 16) not in (0, stat.S_IFREG):
                raise ValueError(f"{one.filename[:60]!a} is a link or packed unusually")
        # Read as many bytes as were declared, however many there are.
        return {one.filename: archive.open(one).read(one.file_size) for one in members}


def _check_status(path: Path) -> None:
    """Raise `ValueError` unless the run is over."""
    status = STATUS.validate_json(path.read_bytes())
    if status.state not in (State.FINISHED, State.STOPPED) or status.phase:
        raise ValueError(f"the run is not over: it is {status.state}")
    if status.dataset not in ("", *get_args(DatasetName)):
        raise ValueError("its digits are unknown")


def _check_curves(path: Path) -> None:
    points = [point for points in read_metrics(path) for point in points]
    if len(points) != len(path.read_bytes().splitlines()):
        raise ValueError("a line is no point of a curve")


# In the order in which they are checked. Each raises where a file holds something else.
_CHECKS: dict[str, Callable[[Path], object]] = {
    "hyperparameters.json": lambda path: layer_table(from_json(path.read_bytes())),
    "status.json": _check_status,
    NOTES_FILE: lambda path: check_notes(**json.loads(path.read_bytes())),
    "calibration.json": lambda path: CALIBRATION.validate_json(path.read_bytes()),
    "metrics.jsonl": _check_curves,
    SAVED_DIGITS: lambda path: read_saved_digits(Run(path.parent)),
    FINE_TUNE_FILE: lambda path: read_fine_tune_info(Run(path.parent)),
    WEIGHTS_FILE: Path.read_bytes,  # by the process that builds the network
}


def _is_name(name: str) -> bool:
    return name in _CHECKS or bool(_SNAPSHOT.fullmatch(name))

"""A run from a zip: its files are checked, its network is built again by another process."""

import os
import subprocess
import sys
from pathlib import Path

from cnn.launching.local import PROJECT
from cnn.presets import preset_name
from cnn.runs import archive, files, queue
from cnn.runs.status import FINE_TUNED
from cnn.runs.store import Run, RunError, new_id

MAX_SECONDS = 180.0  # for building a network: 5 are usual


def import_run(data: bytes, folder: Path) -> Run:
    """Add the run in a zip that may come from anywhere, whole or not at all, or raise `RunError`.

    It takes some five seconds. One run is imported at a time.
    """
    scratch = folder / files.HIDDEN / "import"
    with queue.locked(folder, "import.lock"), files.temporary_folder(scratch):
        run = archive.unpack(data, scratch)
        _rebuild(run)
        word = FINE_TUNED if run.is_fine_tuned else preset_name(run.hyperparameters)
        with queue.locked(folder):
            return Run(scratch.rename(folder / new_id(word, run.status().created)))


def _rebuild(run: Run) -> None:
    command = [sys.executable, "-m", "cnn.training.rebuild", str(run.path.resolve())]
    settings = {"CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
    sentence = "The network could not be built: this machine lacks time, memory or disk for it."
    try:
        done = subprocess.run(
            command, cwd=PROJECT, env=os.environ | settings, timeout=MAX_SECONDS,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise RunError(sentence) from error
    if done.returncode:
        reason = done.stdout.strip().rpartition("\n")[2]
        raise RunError(reason if done.returncode == 2 and reason else sentence)

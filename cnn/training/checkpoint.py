"""What a resumed training continues from: a file for each of the last two epochs."""

import io
import json
from pathlib import Path
from typing import Any

import keras
import numpy as np

from cnn.runs.files import write_bytes
from cnn.runs.metrics import EpochPoint


class Checkpoint(keras.callbacks.Callback):
    """Saves and restores the state of a training after a whole epoch.

    The state is the weights, the seeds of dropout, the optimizer, early stopping, and the points
    of all epochs. Each file is written whole; that of the epoch before stays as a second copy.

    Args:
        folder: of the files.
        network: compiled, its optimizer built.
        early_stopping: a callback that comes before this one.
    """

    def __init__(
        self, folder: Path, network: keras.Model, early_stopping: keras.callbacks.EarlyStopping
    ) -> None:
        super().__init__()
        self._folder, self._network, self._early_stopping = folder, network, early_stopping
        self._variables = [*network.variables, *network.optimizer.variables]
        self._early_stopping_state: dict[str, Any] = {}
        self.is_damaged = False
        """Whether a file could not be read."""
        self.is_final = False
        """Whether early stopping had ended the training in the state restored."""

    def save(self, points: list[EpochPoint]) -> None:
        """Save the state after the last of these epochs.

        Raises:
            OSError: it can't be written; the state of the epoch before stays.
        """
        stopping, buffer = self._early_stopping, io.BytesIO()
        state = {
            "points": points,
            "early_stopping": {"best": float(stopping.best), "wait": stopping.wait},
            "is_final": self._network.stop_training,
        }
        arrays = [keras.ops.convert_to_numpy(variable) for variable in self._variables]
        np.savez(buffer, *arrays, *(stopping.best_weights or []), state=json.dumps(state))
        self._folder.mkdir(exist_ok=True)
        write_bytes(self._file(len(points)), buffer.getvalue())
        self._file(len(points) - 2).unlink(missing_ok=True)

    def restore(self) -> list[EpochPoint]:
        """Restore the newest state that can be read, and return the points of its epochs."""
        numbers = [int(path.stem) for path in self._folder.glob("*.npz") if path.stem.isdigit()]
        for number in sorted(numbers, reverse=True):
            try:
                return self._restore(self._file(number))
            except Exception:  # zipfile, zlib and numpy raise a dozen kinds on damaged bytes
                self.is_damaged = True
        return []

    def on_train_begin(self, logs: Any = None) -> None:
        """Restore early stopping, which resets itself when training begins."""
        for name, value in self._early_stopping_state.items():
            setattr(self._early_stopping, name, value)

    def _restore(self, path: Path) -> list[EpochPoint]:
        with np.load(path, allow_pickle=False) as file:
            state = json.loads(str(file["state"]))
            arrays = [file[f"arr_{index}"] for index in range(len(file.files) - 1)]
        points = [EpochPoint(*point) for point in state["points"]]
        count = len(self._variables)
        if [array.shape for array in arrays[:count]] != [item.shape for item in self._variables]:
            raise ValueError(f"{path.name} is of another network")
        self._early_stopping_state = state["early_stopping"] | {
            "best_weights": arrays[count:] or None
        }
        self.is_final = bool(state["is_final"])
        for variable, array in zip(self._variables, arrays, strict=False):
            variable.assign(array)
        return points

    def _file(self, epoch: int) -> Path:
        return self._folder / f"{epoch}.npz"

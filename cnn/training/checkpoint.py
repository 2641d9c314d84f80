"""What a resumed training continues from: a file for each of the last two epochs."""

import io
from pathlib import Path

import keras
import numpy as np

from cnn.runs.files import write_bytes


class Checkpoint:
    """Saves and restores the weights, the seeds of dropout, the optimizer and early stopping.

    The network is compiled, its optimizer built. Each file is written whole; that of the epoch
    before stays as a second copy.
    """

    def __init__(
        self, folder: Path, network: keras.Model, early_stopping: keras.callbacks.EarlyStopping
    ) -> None:
        self._folder, self._network, self._early_stopping = folder, network, early_stopping
        self._variables = [*network.variables, *network.optimizer.variables]
        self._early_stopping_state: dict[str, object] = {}
        self.is_damaged = False  # whether a file could not be read
        self.is_final = False  # whether early stopping had ended the training in the state restored

    def save(self, epoch: int) -> None:
        """Save the state after this epoch, from 1; after an `OSError`, that before it stays."""
        stopping, buffer = self._early_stopping, io.BytesIO()
        arrays = [keras.ops.convert_to_numpy(variable) for variable in self._variables]
        state = [float(stopping.best), stopping.wait, self._network.stop_training]
        np.savez(buffer, *arrays, *(stopping.best_weights or []), early_stopping=state)
        self._folder.mkdir(exist_ok=True)
        write_bytes(self._file(epoch), buffer.getvalue())
        self._file(epoch - 2).unlink(missing_ok=True)

    def restore(self) -> int:
        """Restore the newest state that can be read, and return its epoch, 0 without one."""
        numbers = [int(path.stem) for path in self._folder.glob("*.npz") if path.stem.isdigit()]
        for number in sorted(numbers, reverse=True):
            try:
                self._restore(self._file(number))
                return number
            except Exception:  # zipfile, zlib and numpy raise a dozen kinds on damaged bytes
                self.is_damaged = True
        return 0

    def _restore(self, path: Path) -> None:
        with np.load(path, allow_pickle=False) as file:
            best, wait, is_final = file["early_stopping"]
            arrays = [file[f"arr_{index}"] for index in range(len(file.files) - 1)]
        count = len(self._variables)
        if [array.shape for array in arrays[:count]] != [item.shape for item in self._variables]:
            raise ValueError(f"{path.name} is of another network")
        for variable, array in zip(self._variables, arrays, strict=False):
            variable.assign(array)
        self._early_stopping_state = {
            "best": best, "wait": int(wait), "best_weights": arrays[count:] or None
        }  # fmt: skip
        self.is_final = bool(is_final)

    def restore_early_stopping(self) -> None:
        """Restore early stopping, which resets itself when training begins."""
        vars(self._early_stopping).update(self._early_stopping_state)

    def _file(self, epoch: int) -> Path:
        return self._folder / f"{epoch}.npz"

"""What a resumed training goes on from: a file for each of the last two epochs, then one."""

import io
import math
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
        self._folder, self._network, self.early_stopping = folder, network, early_stopping
        self._variables = [*network.variables, *network.optimizer.variables]
        self._early_stopping_state: dict[str, object] = {}
        self._epoch = self.iterations = 0  # of the state saved or restored last
        self.is_damaged = False  # whether a file could not be read
        self.is_final = False  # whether early stopping had ended the training in the state restored

    def save(self, epoch: int) -> None:
        """Save the state after this epoch, from 1; after an `OSError`, that before it stays."""
        stopping, buffer = self.early_stopping, io.BytesIO()
        arrays = [keras.ops.convert_to_numpy(variable) for variable in self._variables]
        best = math.nan if stopping.best is None else float(stopping.best)
        state = [best, stopping.wait, self._network.stop_training]
        np.savez(buffer, *arrays, *(stopping.best_weights or []), early_stopping=state)
        self._folder.mkdir(exist_ok=True)
        write_bytes(self._file(epoch), buffer.getvalue())
        self._file(epoch - 2).unlink(missing_ok=True)
        self._set_saved(epoch)

    def save_at_stop(self) -> bool:
        """Save a state between two epochs as that of the first; False if there is nothing new."""
        is_new = int(self._network.optimizer.iterations) > self.iterations
        if is_new:
            self.save(self._epoch)
        return is_new

    def keep_newest(self) -> None:
        """Delete the second copy: the training is over, and may be continued one day."""
        self._file(self._epoch - 1).unlink(missing_ok=True)

    def restore(self, epoch: int = 0) -> int:
        """Restore the newest state that can be read; return its epoch, or this one without one."""
        numbers = [int(path.stem) for path in self._folder.glob("*.npz") if path.stem.isdigit()]
        for number in sorted(numbers, reverse=True):
            try:
                self._restore(self._file(number))
                epoch = number
                break
            except Exception:  # zipfile, zlib and numpy raise a dozen kinds on damaged bytes
                self.is_damaged = True
        self._set_saved(epoch)
        return epoch

    def _set_saved(self, epoch: int) -> None:
        self._epoch, self.iterations = epoch, int(self._network.optimizer.iterations)

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
            "best": None if math.isnan(best) else best,
            "wait": int(wait),
            "best_weights": arrays[count:] or None,
        }
        self.is_final = bool(is_final)

    def go_on_after_end(self) -> None:
        """Let a training go on that early stopping had ended: its wait begins anew."""
        if self.is_final:
            self.is_final, self._early_stopping_state["wait"] = False, 0

    def restore_early_stopping(self) -> None:
        """Restore early stopping, which resets itself when training begins."""
        vars(self.early_stopping).update(self._early_stopping_state)

    def _file(self, epoch: int) -> Path:
        return self._folder / f"{epoch}.npz"

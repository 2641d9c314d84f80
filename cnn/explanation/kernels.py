"""The weights of a network's convolutions, read from its model.onnx."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Kernels = dict[str, NDArray[np.float32]]


class Convolution(NamedTuple):
    """The weights of a convolution; None where the file does not hold them as constants.

    A batch normalization after the convolution is folded into them.
    """

    kernels: NDArray[np.float32] | None
    """(filters, channels, k, k)."""
    biases: NDArray[np.float32] | None
    """(filters,), zeros where it has none."""


def load_kernels(model_path: Path) -> Kernels:
    """Return each convolution's kernels in an exported network, by the layer's name.

    They are (filters, channels, k, k) of "convolution_1" and so on. A convolution whose weights are
    no constants of the file is left out.

    Raises:
        ValueError: the file is missing or damaged.
    """
    return {
        f"convolution_{number}": one.kernels
        for number, one in enumerate(load_convolutions(model_path), start=1)
        if one.kernels is not None
    }


def load_convolutions(model_path: Path) -> tuple[Convolution, ...]:
    """Return all convolutions of an ONNX file in order, cached until the file changes.

    Raises:
        ValueError: the file is missing or damaged.
    """
    try:
        file = model_path.stat()
        return _read(model_path, file.st_mtime_ns, file.st_size)
    except Exception as error:  # OSError, and protobuf's and ONNX's, which share no class
        raise ValueError(
            f"The network {model_path} can't be read. Train it again, or choose another run."
        ) from error


@lru_cache(maxsize=8)
def _read(model_path: Path, modified: int, size: int) -> tuple[Convolution, ...]:
    import onnx  # a third of a second: only where filters are shown
    from onnx import numpy_helper

    graph = onnx.load(model_path).graph
    stored = {one.name: one for one in graph.initializer}

    def weights(name: str) -> NDArray[np.float32] | None:
        return numpy_helper.to_array(stored[name]).astype(np.float32) if name in stored else None

    found = []
    for node in graph.node:
        if node.op_type == "Conv":
            kernels, *biases = (weights(name) for name in node.input[1:])
            zeros = None if kernels is None else np.zeros(len(kernels), np.float32)
            found.append(Convolution(kernels, biases[0] if biases else zeros))
    return tuple(found)

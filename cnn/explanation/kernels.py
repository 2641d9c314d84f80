"""The weights of a network's convolutions, read from its model.onnx."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Kernels = dict[str, NDArray[np.float32]]


class Convolution(NamedTuple):
    """What a convolution multiplies with and adds; None where the file does not hold it as such."""

    kernels: NDArray[np.float32] | None
    """(filters, inputs, k, k)."""
    biases: NDArray[np.float32] | None
    """(filters,), zeros where it has none."""


def load_kernels(model_path: Path) -> Kernels:
    """Return each convolution's kernels by the layer's name, as the network answers with them.

    A network with batch normalization has its factors in them.

    Args:
        model_path: an ONNX file, such as a training leaves it.

    Returns:
        "convolution_1" … with (filters, inputs, k, k) each: one filter has a kernel of k×k
        weights for each of its inputs, which are the maps of the layer before. A convolution
        whose weights are not in the file as such is left out.

    Raises:
        ValueError: the file is missing or damaged.
    """
    try:
        file = model_path.stat()
        return _load(model_path, file.st_mtime_ns, file.st_size)
    except Exception as error:  # what the reader of the format raises has no class in common
        raise ValueError(
            f"The network {model_path} can't be read. Train it again, or choose another run."
        ) from error


@lru_cache(maxsize=8)
def _load(model_path: Path, modified: int, size: int) -> Kernels:
    return {
        f"convolution_{number}": one.kernels
        for number, one in enumerate(read_convolutions(model_path), start=1)
        if one.kernels is not None
    }


def read_convolutions(model_path: Path) -> list[Convolution]:
    """Return all convolutions of an ONNX file, the first first; raise what its reader raises."""
    import onnx  # a third of a second: only for who looks at the filters
    from onnx import numpy_helper

    graph = onnx.load(model_path).graph
    stored = {one.name: one for one in graph.initializer}

    def weights(name: str) -> NDArray[np.float32] | None:
        return numpy_helper.to_array(stored[name]).astype(np.float32) if name in stored else None

    found = []
    for node in graph.node:
        if node.op_type == "Conv":
            kernels, *biases = (weights(name) for name in node.input[1:])
            none = None if kernels is None else np.zeros(len(kernels), np.float32)
            found.append(Convolution(kernels, biases[0] if biases else none))
    return found

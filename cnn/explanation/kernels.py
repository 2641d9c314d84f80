"""The weights of a network's convolutions, read from its model.onnx."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn.runs.files import cached_by_stat

Kernels = dict[str, NDArray[np.float32]]


class Convolution(NamedTuple):
    """The weights of a convolution; a batch normalization after it is folded into them."""

    kernels: NDArray[np.float32]
    """(filters, channels, k, k)."""
    biases: NDArray[np.float32]
    """(filters,), zeros where it has none."""


def load_kernels(model_path: Path) -> Kernels:
    """Return each convolution's kernels by the layer's name; raises as `load_convolutions`."""
    convolutions = load_convolutions(model_path)
    return {f"convolution_{number}": one.kernels for number, one in enumerate(convolutions, 1)}


def load_convolutions(model_path: Path) -> tuple[Convolution, ...]:
    """Return all convolutions of an ONNX file in order, cached until the file changes.

    Raises:
        ValueError: the file is missing or damaged.
    """
    try:
        return _load(model_path)
    except Exception as error:  # OSError, and protobuf's and ONNX's, which share no class
        raise ValueError(
            f"The network {model_path} can't be read. Train it again, or choose another run."
        ) from error


@cached_by_stat(8)
def _load(model_path: Path) -> tuple[Convolution, ...]:
    import onnx  # a third of a second: only where filters are shown

    graph = onnx.load(model_path).graph
    stored = {one.name: onnx.numpy_helper.to_array(one) for one in graph.initializer}
    found = []
    for node in graph.node:
        if node.op_type == "Conv":
            kernels, *biases = (stored[name].astype(np.float32) for name in node.input[1:])
            zeros = np.zeros(len(kernels), np.float32)
            found.append(Convolution(kernels, biases[0] if biases else zeros))
    return tuple(found)

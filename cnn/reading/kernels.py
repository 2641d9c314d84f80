"""The kernels of a network's convolutions, read from its model.onnx."""

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Kernels = dict[str, NDArray[np.float32]]


def load_kernels(model_path: Path) -> Kernels:
    """Return each convolution's kernels by the layer's name, as the network answers with them.

    A network with batch normalisation has its factors in them.

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
    import onnx  # only for who looks at the filters
    from onnx import numpy_helper

    graph = onnx.load(model_path).graph
    weights = {one.name: one for one in graph.initializer}
    names = (node.input[1] for node in graph.node if node.op_type == "Conv")
    return {
        f"convolution_{number}": numpy_helper.to_array(weights[name]).astype(np.float32)
        for number, name in enumerate(names, start=1)
        if name in weights
    }

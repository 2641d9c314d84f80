"""The trained network as a file for ONNX Runtime."""

import logging
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnxruntime
from tf2onnx.handler import tf_op

from cnn.network.layers import CLASSES, IMAGE_SHAPE
from cnn.runs.status import MODEL_FILE
from cnn.training.calibrate import MIN_PROBABILITY


def save_network(network: keras.Model, folder: Path) -> None:
    """Write the network for Keras and for ONNX Runtime."""
    # Never compiled: the file holds no optimizer, loss or metric, and opens in plain Keras.
    keras.Model(network.inputs, network.outputs).save(folder / "model.keras")
    export_onnx(network, folder / MODEL_FILE)


def export_onnx(network: keras.Model, path: Path) -> None:
    """Write the network for ONNX Runtime.

    Input `image`: (n, 28, 28, 1) float32, raw pixels 0–255. Outputs: `probabilities` (n, 10);
    `convolution_1` … after activation (n, height, width, filters); `features`, what the last
    layer sees (n, size); `digit` (n, 1), the probability that it is one, where there is a
    reject class.
    """
    model = keras.Model(network.input, _named_outputs(network))
    model(np.zeros((1, *IMAGE_SHAPE), "float32"))  # export wants to have seen one call
    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    model.export(str(path), format="onnx", verbose=False)
    onnxruntime.InferenceSession(path)  # tf2onnx only logs what it cannot translate


def _named_outputs(network: keras.Model) -> dict[str, keras.KerasTensor]:
    """Return the network's inner tensors by the names they are exported under."""
    by_name = {layer.name: layer.output for layer in network.layers}
    outputs = {}
    for name, output in by_name.items():
        kind, _, number = name.rpartition("_")
        if kind == "convolution":
            outputs[name] = by_name.get(f"activation_{number}", output)
    outputs["features"] = network.get_layer("probabilities").input
    probabilities = outputs["probabilities"] = by_name["probabilities"]
    if probabilities.shape[1] > CLASSES:
        digits = keras.ops.maximum(probabilities[:, :CLASSES], MIN_PROBABILITY)
        digit = keras.ops.sum(digits, axis=1, keepdims=True)
        outputs["probabilities"] = digits / digit
        outputs["digit"] = keras.ops.minimum(digit, 1.0)  # rounding may carry a sum past 1
    return outputs


@tf_op("Erfc")
class Erfc:
    """TensorFlow makes gelu of it, and tf2onnx 1.17 lacks it (onnx/tensorflow-onnx#2463)."""

    @classmethod
    def version_9(cls, graph: Any, node: Any, **_: Any) -> None:
        """Write erfc(x) as 1 - erf(x)."""
        shapes, dtypes = node.output_shapes, node.output_dtypes
        graph.remove_node(node.name)
        one = graph.make_const(f"{node.name}_one", np.array(1, np.float32))
        erf = graph.make_node("Erf", node.input, shapes=shapes, dtypes=dtypes)
        operands = [one.output[0], erf.output[0]]
        graph.make_node("Sub", operands, outputs=node.output, shapes=shapes, dtypes=dtypes)

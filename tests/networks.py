"""ONNX networks made without Keras."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def save_onnx(path, nodes, shapes, constants):
    """Write a network of these nodes; the first of the shapes is the input's, others outputs'."""
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", *shape])
        for name, shape in shapes.items()
    ]
    stored = [numpy_helper.from_array(np.asarray(value), k) for k, value in constants.items()]
    made = [helper.make_node(*node) for node in nodes]
    graph = helper.make_graph(made, "tiny", ends[:1], ends[1:], stored)
    versions = {"opset_imports": [helper.make_opsetid("", 15)], "ir_version": 8}
    onnx.save(helper.make_model(graph, **versions), path)
    return path


def save_tiny_network(path, weights, digit=None):
    """Write a network that halves the pixels, multiplies by weights (784, 10), and a softmax.

    With weights `digit` (784, 1) it has a digit score too.
    """
    shapes = {"pixels": (28, 28, 1), "convolution_1": (28, 28, 1), "features": (784,)}
    shapes["probabilities"] = (10,)
    constants = {"half": np.float32(0.5), "flat": np.array([-1, 784]), "weights": weights}
    nodes = [
        ("Mul", ["pixels", "half"], ["convolution_1"]),
        ("Reshape", ["convolution_1", "flat"], ["features"]),
        ("MatMul", ["features", "weights"], ["logits"]),
        ("Softmax", ["logits"], ["probabilities"]),
    ]
    if digit is not None:
        nodes.append(("MatMul", ["features", "digit weights"], ["digit"]))
        constants["digit weights"], shapes["digit"] = digit, (1,)
    return save_onnx(path, nodes, shapes, constants)

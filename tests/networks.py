"""Small networks: ONNX files made without Keras, and any hyperparameters."""

import numpy as np
import onnx
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from cnn.hyperparameters import Hyperparameters
from cnn.network.choices import ACTIVATIONS, PADDINGS
from cnn.network.layers import layer_table


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


@st.composite
def networks(draw):
    """Hyperparameters of small networks, whose layers fit into each other or not."""
    filters = draw(st.lists(st.integers(1, 3), min_size=1, max_size=6))
    return Hyperparameters(
        filters=filters,
        kernel_size=draw(st.integers(1, 7)),
        padding=draw(st.sampled_from(list(PADDINGS))),
        strides=draw(st.lists(st.integers(1, 3), max_size=len(filters))),
        pool_after=sorted(draw(st.sets(st.integers(1, len(filters))))),
        batch_normalization=draw(st.booleans()),
        activation=draw(st.sampled_from(list(ACTIVATIONS))),
        dropout=draw(st.sampled_from((0, 0.5))),
        dense_units=draw(st.sampled_from((0, 1, 7))),
        global_average_pooling=draw(st.booleans()),
        scale_pixels=draw(st.booleans()),
    )


def fits(hyperparameters):
    """Whether the layers fit into each other."""
    try:
        return bool(layer_table(hyperparameters))
    except ValueError:
        return False

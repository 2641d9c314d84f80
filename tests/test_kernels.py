import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from cnn.explanation.kernels import load_convolutions, load_kernels
from cnn.inference.predictor import load_predictor
from cnn.runs.store import BUILT_IN_PATH

FIRST = np.arange(18, dtype=np.float32).reshape(2, 1, 3, 3)
SECOND = np.arange(54, dtype=np.float32).reshape(3, 2, 3, 3)


def save_network(path, first=FIRST, second=SECOND):
    """A network of two convolutions; weights of None are no part of the file."""
    weights = {"first": first, "second": second}
    nodes = [
        helper.make_node("Conv", ["image", "first"], ["maps"]),
        helper.make_node("Conv", ["maps", "second"], ["more"]),
    ]
    given = [numpy_helper.from_array(v, k) for k, v in weights.items() if v is not None]
    ends = [
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", None, None, None])]
        for name in ("image", "more")
    ]
    onnx.save(helper.make_model(helper.make_graph(nodes, "two", *ends, given)), path)
    return path


def test_each_convolution_has_its_kernels_by_its_name(tmp_path):
    kernels = load_kernels(save_network(tmp_path / "model.onnx"))
    assert list(kernels) == ["convolution_1", "convolution_2"]
    assert np.array_equal(kernels["convolution_1"], FIRST)
    assert np.array_equal(kernels["convolution_2"], SECOND)


def test_weights_that_are_not_in_the_file_are_left_out(tmp_path):
    kernels = load_kernels(save_network(tmp_path / "model.onnx", first=None))
    assert list(kernels) == ["convolution_2"]


def test_a_file_is_read_once_and_again_when_it_changed(tmp_path):
    path = save_network(tmp_path / "model.onnx")
    assert load_convolutions(path) is load_convolutions(path)
    save_network(path, second=np.zeros((9, 2, 3, 3), np.float32))
    assert load_kernels(path)["convolution_2"].shape == (9, 2, 3, 3)


@pytest.mark.parametrize("content", [None, b"no network at all", b"\x3a\xff"])
def test_a_missing_or_damaged_file_gets_a_sentence(tmp_path, content):
    path = tmp_path / "model.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=r"can't be read\. Train it again"):
        load_kernels(path)


def test_the_built_in_networks_kernels_make_its_first_maps():
    path = BUILT_IN_PATH / "model.onnx"
    kernels, predictor = load_kernels(path), load_predictor(path)
    faint, strong = np.zeros((2, 28, 28), np.uint8)
    faint[14, 14], strong[14, 14] = 155, 255
    maps = [predictor.activations(one)["convolution_1"].astype(float) for one in (faint, strong)]
    # A dot makes a map that is the kernel, turned by half, where it is not cut off at zero.
    near = np.stack(maps)[:, 13:16, 13:16].transpose(0, 3, 1, 2)[..., ::-1, ::-1]
    active = (near > 0).all(axis=0)
    weights = kernels["convolution_1"][:, 0][active]
    change = (near[1] - near[0])[active]
    assert active.sum() > 20
    assert np.corrcoef(change, weights)[0, 1] > 0.9999

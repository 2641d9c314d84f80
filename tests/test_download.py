import errno
import hashlib
import io
import os
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from cnn.data import download
from cnn.data.download import progress, start_download
from cnn.data.mnist import find_source, keras_cache_file
from tests.awaiting import until

DEADLINE = 30  # seconds until a test gives up on a thread


def tiny_mnist():
    """The bytes of an mnist.npz with 120 training and 20 test digits."""
    file = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (120, 28, 28), dtype=np.uint8)
    labels = np.arange(120) % 10
    np.savez(file, x_train=noise, y_train=labels, x_test=noise[:20], y_test=labels[:20])
    return file.getvalue()


MNIST = tiny_mnist()
KNOWN_SHA256 = download.SHA256


class Server(ThreadingHTTPServer):
    """Serves one body, whatever the address; `gate` holds its second half back until it is set."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.body, self.length = 200, MNIST, None
        self.requests = 0
        self.gate = threading.Event()
        self.gate.set()
        self.url = f"http://127.0.0.1:{self.server_port}/mnist.npz"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        server.requests += 1
        self.send_response(server.status)
        if server.length != "unknown":
            self.send_header("Content-Length", str(server.length or len(server.body)))
        self.end_headers()
        half = len(server.body) // 2
        self.wfile.write(server.body[:half])
        server.gate.wait(DEADLINE)
        self.wfile.write(server.body[half:])

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("MNIST_URL", server.url)
    yield server
    server.gate.set()
    server.shutdown()
    thread.join(DEADLINE)
    server.server_close()


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch):
    """A process that has downloaded nothing yet, with an empty Keras cache."""
    monkeypatch.setattr(download, "_download", download._Download())
    monkeypatch.setattr(download, "SHA256", hashlib.sha256(MNIST).hexdigest())
    monkeypatch.setattr(download, "CHUNK_BYTES", 1000)


def wait():
    """Wait for the end of the download, and tell how it ended."""
    thread = download._download.thread
    if thread.ident is not None:
        thread.join(DEADLINE)
        assert not thread.is_alive()
    return progress()


def files_beside_the_target():
    return {path.name for path in keras_cache_file().parent.iterdir()} - {"mnist.npz.lock"}


def test_the_right_file_arrives_and_is_used(server):
    assert progress().state == "idle"
    start_download()
    assert wait() == download.Progress("done", "MNIST is downloaded.")
    assert files_beside_the_target() == {"mnist.npz"}
    assert keras_cache_file().read_bytes() == MNIST
    assert find_source()[0].description == "MNIST, 140 digits, from the Keras cache"


def test_address_and_checksum_are_those_of_keras():
    keras = Path(find_spec("keras").origin).parent
    source = (keras / "src" / "datasets" / "mnist.py").read_text()
    assert KNOWN_SHA256 in source
    assert download.URL.removesuffix("mnist.npz") in source


def test_progress_is_told_while_the_rest_is_awaited_and_the_page_is_not_held_up(server):
    server.gate.clear()
    start_download()
    half = len(MNIST) // 2 - download.CHUNK_BYTES
    until(lambda: progress().received >= half, "half of the file", DEADLINE)
    assert (progress().state, progress().total) == ("running", len(MNIST))
    assert find_source()[0].name == "sample"
    server.gate.set()
    assert wait().state == "done"


def test_many_starts_make_one_download(server):
    server.gate.clear()
    for retry in [False, True] * 10:
        start_download(retry)
    server.gate.set()
    assert wait().state == "done"
    start_download(retry=True)
    assert wait().state == "done"
    assert server.requests == 1


@pytest.mark.parametrize("where", ["MNIST_NPZ", "KERAS_HOME"])
def test_nothing_is_downloaded_where_mnist_is_already(server, monkeypatch, tmp_path, where):
    path = tmp_path / "mine.npz" if where == "MNIST_NPZ" else keras_cache_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(MNIST)
    monkeypatch.setenv("MNIST_NPZ", str(tmp_path / "mine.npz") if where == "MNIST_NPZ" else "")
    start_download(retry=True)
    assert progress().state == "idle"
    assert server.requests == 0


def test_a_damaged_file_in_the_cache_is_replaced_whether_or_not_the_size_is_told(server):
    server.length = "unknown"
    keras_cache_file().parent.mkdir(parents=True)
    keras_cache_file().write_bytes(MNIST[:1000])
    start_download()
    assert wait().state == "done"
    assert keras_cache_file().read_bytes() == MNIST


def serve(**changes):
    return lambda server, _: vars(server).update(changes)


def serve_a_hidden_giant(server, monkeypatch):
    server.length = "unknown"
    monkeypatch.setattr(download, "MAX_BYTES", 1000)


def fall_silent(server, monkeypatch):
    server.gate.clear()
    monkeypatch.setattr(download, "TIMEOUT", 0.05)


def refuse_the_connection(server, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    monkeypatch.setenv("MNIST_URL", f"http://user:password@127.0.0.1:{port}/mnist.npz")


def put_a_file_where_the_home_should_be(server, monkeypatch):
    Path(os.environ["KERAS_HOME"]).write_text("")


def fail_to_move(number):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    return lambda server, monkeypatch: monkeypatch.setattr("shutil.move", refuse)


FAILURES = {
    "another file": (
        serve(body=MNIST[:-1] + b"?"),
        r"127\.0\.0\.1 sent another file than MNIST's",
    ),
    "half a file": (serve(body=MNIST[:4000], length=len(MNIST)), "broke off the transfer"),
    "no file": (serve(status=404), "answered “404 Not Found”"),
    "giant": (serve(length=5_000_000_000), "sends 5,000,000,000 bytes"),
    "hidden giant": (serve_a_hidden_giant, "sends 2,000 bytes or more"),
    "silence": (fall_silent, "127.0.0.1 cannot be reached, or broke off"),
    "refused connection": (refuse_the_connection, ": 127.0.0.1 cannot be reached"),
    "no address": (
        lambda _, monkeypatch: monkeypatch.setenv("MNIST_URL", "mirror/mnist.npz"),
        "MNIST_URL is not a web address such as https://",
    ),
    "damaged address": (
        lambda _, monkeypatch: monkeypatch.setenv("MNIST_URL", "http://["),
        "MNIST_URL is not a web address",
    ),
    "file for a folder": (put_a_file_where_the_home_should_be, "datasets cannot be written to"),
    "full disk": (fail_to_move(errno.ENOSPC), "the disk of .* is full, and 11.5 million bytes"),
    "read-only disk": (fail_to_move(errno.EROFS), "datasets cannot be written to .Read-only"),
    "surprise": (
        lambda _, monkeypatch: monkeypatch.setattr("pooch.retrieve", lambda *_, **__: 1 / 0),
        "division by zero",
    ),
}


@pytest.mark.parametrize(("break_it", "reason"), FAILURES.values(), ids=FAILURES.keys())
def test_a_download_that_fails_says_why_and_leaves_nothing(server, monkeypatch, break_it, reason):
    break_it(server, monkeypatch)
    start_download()
    assert wait().state == "failed"
    assert re.search(reason, progress().message)
    assert "password" not in progress().message
    assert progress().message.endswith("or set MNIST_NPZ to an mnist.npz that you have.")
    if keras_cache_file().parent.exists():
        assert files_beside_the_target() == set()


def test_a_failed_download_is_tried_again_only_when_asked_for(server):
    server.status = 503
    start_download()
    assert wait().state == "failed"
    server.status = 200
    start_download()
    assert (wait().state, server.requests) == ("failed", 1)
    start_download(retry=True)
    assert (wait().state, server.requests) == ("done", 2)


@pytest.mark.parametrize("has_arrived", [True, False])
def test_the_download_of_another_process_is_awaited_and_used(server, has_arrived):
    target = keras_cache_file()
    target.parent.mkdir(parents=True)
    with FileLock(f"{target}.lock"):
        start_download()
        assert "another process" in progress().message
        if has_arrived:
            target.write_bytes(MNIST)
    assert wait().state == "done"
    assert server.requests == (0 if has_arrived else 1)
    assert files_beside_the_target() == {"mnist.npz"}

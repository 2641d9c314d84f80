import errno
import hashlib
import io
import os
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
        self.half_sent = threading.Event()
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
        server.half_sent.set()
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
def fresh_process(tmp_path, monkeypatch):
    """A process that has downloaded nothing yet, with an empty Keras cache."""
    monkeypatch.setattr(download, "_download", download._Download())
    monkeypatch.setattr(download, "SHA256", hashlib.sha256(MNIST).hexdigest())
    monkeypatch.setattr(download, "WATCH_INTERVAL", 0.01)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.delenv("MNIST_NPZ", raising=False)


def wait():
    """Wait for the end of the download, and tell how it ended."""
    thread = download._download.thread
    if thread.ident is not None:
        thread.join(DEADLINE)
        assert not thread.is_alive()
    return progress()


def wait_for(condition):
    """Wait until the download thread has reported what the condition asks for."""
    tick = threading.Event()
    for _ in range(DEADLINE * 100):
        if condition():
            return
        tick.wait(0.01)
    pytest.fail(f"still {progress()}")


def files_beside_the_target():
    return {path.name for path in keras_cache_file().parent.iterdir()} - {"mnist.npz.lock"}


def failed(reason):
    return (
        f"MNIST could not be downloaded: {reason}. The 5,000 digits that come with the app serve "
        "meanwhile. Try again, or set MNIST_NPZ to an mnist.npz that you have."
    )


def test_nothing_happens_before_the_start():
    assert progress() == download.Progress("idle", 0, None, "MNIST is not being downloaded.")


def test_the_right_file_arrives_and_is_used(server):
    start_download()
    assert wait() == download.Progress("done", len(MNIST), len(MNIST), "MNIST is downloaded.")
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
    server.half_sent.wait(DEADLINE)
    wait_for(lambda: progress().received == len(MNIST) // 2)
    assert progress() == download.Progress(
        "running", len(MNIST) // 2, len(MNIST), "Downloading MNIST."
    )
    assert files_beside_the_target() == {"mnist.npz.part"}
    assert find_source()[0].name == "sample"
    server.gate.set()
    assert wait().state == "done"


def test_a_server_that_does_not_tell_the_size_is_fine(server):
    server.length = "unknown"
    start_download()
    assert wait().state == "done"


def test_many_starts_make_one_download(server):
    server.gate.clear()
    start_download()
    thread = download._download.thread
    for retry in [False, True] * 10:
        start_download(retry)
    assert download._download.thread is thread
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


def test_a_damaged_file_in_the_cache_is_replaced(server):
    keras_cache_file().parent.mkdir(parents=True)
    keras_cache_file().write_bytes(MNIST[:1000])
    start_download()
    assert wait().state == "done"
    assert keras_cache_file().read_bytes() == MNIST


def serve_another_file(server, monkeypatch):
    server.body = MNIST[:-1] + b"?"
    return "127.0.0.1 sent another file than MNIST's (its SHA-256 differs)"


def serve_half(server, monkeypatch):
    server.body = MNIST[:4000]
    server.length = len(MNIST)
    return f"the transfer broke off after 4,000 of {len(MNIST):,} bytes"


def serve_nothing(server, monkeypatch):
    server.status = 404
    return "127.0.0.1 answered “404 Not Found”"


def serve_an_announced_giant(server, monkeypatch):
    server.length = 5_000_000_000
    return "the server sends 5,000,000,000 bytes or more, and MNIST has 11.5 million"


def serve_a_hidden_giant(server, monkeypatch):
    server.length = "unknown"
    monkeypatch.setattr(download, "MAX_BYTES", 1000)
    monkeypatch.setattr(download, "_PIECE", 1)
    return "the server sends 1,001 bytes or more, and MNIST has 11.5 million"


def fall_silent(server, monkeypatch):
    server.gate.clear()
    monkeypatch.setattr(download, "TIMEOUT", 0.05)
    return "127.0.0.1 did not answer within 0.05 seconds"


def refuse_the_connection(server, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]
    monkeypatch.setenv("MNIST_URL", f"http://127.0.0.1:{port}/mnist.npz")
    return "127.0.0.1 cannot be reached ([Errno 111] Connection refused)"


def name_no_address(server, monkeypatch):
    monkeypatch.setenv("MNIST_URL", "mirror/mnist.npz")
    return f"MNIST_URL is not a web address such as {download.URL}"


def lose_the_network(server, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    monkeypatch.setattr(socket, "create_connection", refuse)
    return "127.0.0.1 cannot be reached ([Errno 101] Network is unreachable)"


def put_a_file_where_the_home_should_be(server, monkeypatch):
    home = Path(os.environ["KERAS_HOME"])
    home.write_text("")
    return f"{home / 'datasets'} cannot be written to (Not a directory)"


def fill_the_disk(server, monkeypatch):
    def refuse(_path, _mode):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "open", refuse)
    folder = keras_cache_file().parent
    return f"the disk of {folder} is full, and 11.5 million bytes are needed"


def forbid_replacing(server, monkeypatch):
    def refuse(*_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(download.os, "replace", refuse)
    return f"{keras_cache_file().parent} cannot be written to (Permission denied)"


def fail_as_nobody_foresaw(server, monkeypatch):
    monkeypatch.setattr(download, "_connect", lambda url: 1 / 0)
    return "division by zero"


@pytest.mark.parametrize(
    "break_it",
    [
        serve_another_file,
        serve_half,
        serve_nothing,
        serve_an_announced_giant,
        serve_a_hidden_giant,
        fall_silent,
        refuse_the_connection,
        name_no_address,
        lose_the_network,
        put_a_file_where_the_home_should_be,
        fill_the_disk,
        forbid_replacing,
        fail_as_nobody_foresaw,
    ],
)
def test_a_download_that_fails_says_why_and_leaves_nothing(server, monkeypatch, break_it):
    reason = break_it(server, monkeypatch)
    start_download()
    assert wait() == download.Progress("failed", 0, None, failed(reason))
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


@pytest.fixture
def other_process():
    """Holds the lock that another downloading process would hold, with 1,000 bytes arrived."""
    target = keras_cache_file()
    target.parent.mkdir(parents=True)
    target.with_name("mnist.npz.part").write_bytes(MNIST[:1000])
    with FileLock(f"{target}.lock") as lock:
        yield lock


def test_the_download_of_another_process_is_watched_and_used(server, other_process):
    start_download()
    wait_for(lambda: progress().received == 1000)
    assert progress() == download.Progress(
        "running", 1000, None, "Another process is downloading MNIST."
    )
    keras_cache_file().write_bytes(MNIST)
    other_process.release()
    assert wait() == download.Progress("done", len(MNIST), len(MNIST), "MNIST is downloaded.")
    assert server.requests == 0


def test_where_another_process_gave_up_this_one_downloads(server, other_process):
    start_download()
    wait_for(lambda: progress().received == 1000)
    other_process.release()
    assert wait().state == "done"
    assert files_beside_the_target() == {"mnist.npz"}
    assert server.requests == 1

"""Brings MNIST into the Keras cache in the background, once for all processes of a computer."""

import errno
import hashlib
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any, Literal
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from filelock import FileLock, Timeout

from cnn.data.mnist import find_source, keras_cache_file

# Address and checksum are those of keras/src/datasets/mnist.py.
URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
TIMEOUT = 20.0  # seconds to connect, and for each piece to arrive
MAX_BYTES = 100_000_000  # the real file has 11.5 million
WATCH_INTERVAL = 0.5  # seconds between two looks at another process's download
_PIECE = 1 << 16
_CURE = (
    "The 5,000 digits that come with the app serve meanwhile. "
    "Try again, or set MNIST_NPZ to an mnist.npz that you have."
)

State = Literal["idle", "running", "failed", "done"]


@dataclass(frozen=True)
class Progress:
    """How far the download is."""

    state: State
    received: int
    """Bytes that have arrived."""
    total: int | None
    """Bytes to come in all, where the server says so."""
    message: str


class _DownloadError(Exception):
    """A download that failed for the reason in the message."""


class _Download:
    """The one download of this process: its thread, and how far it is."""

    def __init__(self) -> None:
        self.progress = Progress("idle", 0, None, "MNIST is not being downloaded.")
        self.thread = threading.Thread()
        self._starting = threading.Lock()

    def start(self, retry: bool) -> None:
        with self._starting:
            state = self.progress.state
            if state == "running" or (state == "failed" and not retry):
                return
            if find_source()[0].name == "mnist":
                return
            self._report("running", "Looking for MNIST on the network.")
            self.thread = threading.Thread(target=self._run, name="mnist-download", daemon=True)
            self.thread.start()

    def _report(
        self, state: State, message: str, received: int = 0, total: int | None = None
    ) -> None:
        self.progress = Progress(state, received, total, message)

    def _run(self) -> None:
        target = keras_cache_file()
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._fetch_or_watch(os.environ.get("MNIST_URL") or URL, target)
        # A thread that died in silence would leave "running" on the page for ever.
        except Exception as error:
            reason = _explain(error, target.parent)
            self._report("failed", f"MNIST could not be downloaded: {reason}. {_CURE}")
        else:
            size = _size(target)
            self._report("done", "MNIST is downloaded.", received=size, total=size)

    def _fetch_or_watch(self, url: str, target: Path) -> None:
        """Download, or show the download of the process that holds the lock until it ends."""
        part = target.with_name(f"{target.name}.part")
        lock = FileLock(f"{target}.lock")
        while not lock.is_locked:
            try:
                lock.acquire(timeout=WATCH_INTERVAL)
            except Timeout:
                self._report("running", "Another process is downloading MNIST.", _size(part))
        try:
            if find_source()[0].name != "mnist":
                self._fetch(url, target, part)
        finally:
            lock.release()

    def _fetch(self, url: str, target: Path, part: Path) -> None:
        try:
            if self._receive(url, part) != SHA256:
                host = _host(url)
                raise _DownloadError(f"{host} sent another file than MNIST's (its SHA-256 differs)")
            os.replace(part, target)
        finally:
            part.unlink(missing_ok=True)

    def _receive(self, url: str, part: Path) -> str:
        """Write what the server sends into a file, and return its SHA-256."""
        digest, received = hashlib.sha256(), 0
        with _connect(url) as response, part.open("wb") as file:
            total = _announced_bytes(response)
            _check_size(total or 0)
            for piece in _pieces(response, url):
                received += len(piece)
                _check_size(received)
                file.write(piece)
                digest.update(piece)
                self._report("running", "Downloading MNIST.", received, total)
        if total is not None and received < total:
            raise _DownloadError(f"the transfer broke off after {received:,} of {total:,} bytes")
        return digest.hexdigest()


_download = _Download()


def start_download(retry: bool = False) -> None:
    """Start to download MNIST in the background, where it is not here yet; return at once.

    Any number of calls, pages and processes make one download. One that failed is not tried
    again by the same process, unless asked for.

    Args:
        retry: Try again after a failure.
    """
    _download.start(retry)


def progress() -> Progress:
    """Tell how far this computer's download of MNIST is."""
    return _download.progress


def _connect(url: str) -> Any:
    try:
        request = Request(url, headers={"User-Agent": "digit-lab"})
        return urlopen(request, timeout=TIMEOUT)
    except HTTPError as error:
        with error:
            answer = f"{error.code} {error.reason}".strip()
            raise _DownloadError(f"{_host(url)} answered “{answer}”") from error
    except (OSError, HTTPException) as error:
        raise _network_error(url, error) from error
    except ValueError as error:
        raise _DownloadError(f"MNIST_URL is not a web address such as {URL}") from error


def _pieces(response: Any, url: str) -> Iterator[bytes]:
    try:
        # read1 gives what has come; read would wait for a whole piece and hold the progress back.
        yield from iter(lambda: response.read1(_PIECE), b"")
    except (OSError, HTTPException) as error:
        raise _network_error(url, error) from error


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # not begun, or just renamed
        return 0


def _announced_bytes(response: Any) -> int | None:
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isdecimal() else None


def _check_size(size: int) -> None:
    if size > MAX_BYTES:
        raise _DownloadError(f"the server sends {size:,} bytes or more, and MNIST has 11.5 million")


def _network_error(url: str, error: Exception) -> _DownloadError:
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError):
        return _DownloadError(f"{_host(url)} did not answer within {TIMEOUT:g} seconds")
    return _DownloadError(f"{_host(url)} cannot be reached ({reason})")


def _host(url: str) -> str:
    """The server's name; the rest of an address may hold a password."""
    return urlsplit(url).hostname or "the address in MNIST_URL"


def _explain(error: Exception, folder: Path) -> str:
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return f"the disk of {folder} is full, and 11.5 million bytes are needed"
    if isinstance(error, OSError):
        return f"{folder} cannot be written to ({error.strerror or error})"
    return str(error)

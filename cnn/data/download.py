"""Downloads MNIST to the Keras cache in the background, once for all processes of a computer."""

import errno
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pooch
import requests
from filelock import FileLock

from cnn.data.mnist import find_source, keras_cache_file

# Address and checksum are those of keras/src/datasets/mnist.py.
URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
TIMEOUT = 20.0  # seconds to connect, and for each chunk to arrive
MAX_BYTES = 100_000_000  # the real file has 11.5 million
CHUNK_BYTES = 1 << 16
_HINT = (
    "The 5,000 digits that come with the app are used meanwhile. "
    "Try again, or set MNIST_NPZ to an mnist.npz that you have."
)

State = Literal["idle", "running", "failed", "done"]


class _DownloadError(Exception):
    """A download that failed for the reason in the message."""


@dataclass
class Progress:
    """The progress of the download; pooch reports to it as to its progress bar."""

    state: State
    message: str
    received: int = 0
    """Bytes that have arrived."""
    total: int = 0
    """Bytes to come in all; 0 where the server does not say so."""

    def update(self, count: int) -> None:
        """Count bytes that have arrived; pooch counts the last chunk as a whole one."""
        self.received += count
        if (size := max(self.received, self.total)) > MAX_BYTES:
            raise _DownloadError(
                f"the server sends {size:,} bytes or more, and MNIST has 11.5 million"
            )
        if self.total:
            self.received = min(self.received, self.total)

    def reset(self) -> None:
        """Count from 0 again."""
        self.received = 0

    def close(self) -> None:
        """Do nothing: it is pooch's last call."""


class _Download:
    """The one download of this process: its thread and its progress."""

    def __init__(self) -> None:
        self.progress = Progress("idle", "MNIST is not being downloaded.")
        self.thread = threading.Thread()
        self._starting = threading.Lock()

    def start(self, retry: bool) -> None:
        with self._starting:
            state = self.progress.state
            if state == "running" or (state == "failed" and not retry):
                return
            if find_source()[0].name == "mnist":
                return
            self.progress = Progress("running", "Waiting for another process to download MNIST.")
            self.thread = threading.Thread(target=self._run, name="mnist-download", daemon=True)
            self.thread.start()

    def _run(self) -> None:
        target, url = keras_cache_file(), os.environ.get("MNIST_URL") or URL
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{target}.lock"):
                if find_source()[0].name != "mnist":
                    self._fetch(url, target)
        # A thread that died silently would leave "running" on the page for ever.
        except Exception as error:
            reason = _reason(error, url, target.parent)
            self.progress = Progress("failed", f"MNIST could not be downloaded: {reason}. {_HINT}")
        else:
            self.progress = Progress("done", "MNIST is downloaded.")

    def _fetch(self, url: str, target: Path) -> None:
        bar = self.progress = Progress("running", "Downloading MNIST.")
        pooch.get_logger().setLevel("WARNING")  # it would print the address
        downloader = pooch.HTTPDownloader(bar, chunk_size=CHUNK_BYTES, timeout=TIMEOUT)
        pooch.retrieve(url, f"sha256:{SHA256}", target.name, target.parent, downloader=downloader)


_download = _Download()


def start_download(retry: bool = False) -> None:
    """Start to download MNIST in the background, where it is not here yet; return at once.

    Any number of calls, pages and processes make one download. One that failed is tried again by
    the same process only with `retry`.
    """
    _download.start(retry)


def progress() -> Progress:
    """Return the progress of this process's download of MNIST."""
    return _download.progress


def _reason(error: Exception, url: str, folder: Path) -> str:
    host = _host(url)
    match error:
        case requests.HTTPError(response=requests.Response() as response):
            return f"{host} answered “{response.status_code} {response.reason}”"
        case requests.Timeout():
            return f"{host} did not answer within {TIMEOUT:g} seconds"
        case requests.RequestException() if isinstance(error, ValueError):
            return f"MNIST_URL is not a web address such as {URL}"
        case requests.RequestException():
            return f"{host} cannot be reached, or broke off the transfer ({type(error).__name__})"
        case ValueError():  # pooch's
            return f"{host} sent another file than MNIST's (its SHA-256 differs)"
        case OSError(errno=errno.ENOSPC):
            return f"the disk of {folder} is full, and 11.5 million bytes are needed"
        case OSError():
            return f"{folder} cannot be written to ({error.strerror or error})"
    return str(error)


def _host(url: str) -> str:
    """Return the server's name alone: the rest of an address may hold a password."""
    try:
        return urlsplit(url).hostname or "the address in MNIST_URL"
    except ValueError:
        return "the address in MNIST_URL"

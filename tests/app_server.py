"""The app as a process, and the browser to visit it: for journeys and benchmarks."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.awaiting import until

PROJECT = Path(__file__).parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


@dataclass
class Server:
    """One running app."""

    process: subprocess.Popen[bytes]
    port: int
    started: float
    runs_dir: Path

    @property
    def url(self) -> str:
        """The address of the Train page."""
        return f"http://127.0.0.1:{self.port}"

    def maps(self) -> str:
        """What the process has loaded into memory."""
        return Path(f"/proc/{self.process.pid}/maps").read_text()

    def kill(self) -> None:
        """End the process at once, without a chance to clean up."""
        self.process.kill()
        self.process.wait()


def launch(runs_dir: Path, home: Path, mnist: str = "") -> Server:
    """Start the app as a new user would, without waiting for it; `home` may be missing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    environment = {**os.environ, "RUNS_DIR": str(runs_dir), "HOME": str(home)}
    if mnist:
        environment["MNIST_NPZ"] = mnist
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    command += ["--server.port", str(port), "--server.headless", "true"]
    began = time.monotonic()
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        command, cwd=PROJECT, env=environment, stdin=quiet, stdout=quiet, stderr=quiet
    )
    return Server(process, port, began, runs_dir)


def wait_for(server: Server) -> Server:
    """Return the server when it answers."""
    until(lambda: _answers(server.url), "the server", 60)
    return server


def _answers(url: str) -> bool:
    with (
        contextlib.suppress(OSError),
        urllib.request.urlopen(f"{url}/_stcore/health", timeout=1) as reply,
    ):
        return reply.status == 200
    return False


def worker_pids(runs_dir: Path) -> list[int]:
    """Return the processes that train in a folder."""
    pids = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if "cnn.training.worker" in words and str(runs_dir) in words:
                pids.append(int(entry.name))
    return pids


def end_workers(runs_dir: Path) -> None:
    """End the processes that train in a folder."""
    for pid in worker_pids(runs_dir):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()

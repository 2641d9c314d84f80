"""What it costs to open test digits: the wait, and the server's memory after each visitor.

MNIST_NPZ=mnist.npz .venv/bin/python -m benchmarks.opened
"""

import os
import re
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser

from tests.app_server import Server, chromium, end_workers, launch, wait_for

VISITORS = 10
MNIST = os.environ.get("MNIST_NPZ", "")


def open_digit(browser: Browser, server: Server, digit: int) -> float:
    """Open a digit as a new visitor, who stays, and return the seconds until all of it is there."""
    page = browser.new_context().new_page()
    start = time.perf_counter()
    page.goto(f"{server.url}/predictions?run=built-in&digit={digit}")
    dialog = page.get_by_role("dialog")
    dialog.get_by_alt_text("Training digit").first.wait_for(timeout=60_000)
    dialog.get_by_role("button", name="Save as SVG").wait_for()
    return time.perf_counter() - start


def resident_megabytes(server: Server) -> float:
    """Return how much memory the server's process holds."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found
    return int(found[1]) / 1024


def main() -> None:
    """Print a line for each visitor."""
    with chromium() as browser, tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "runs"
        server = wait_for(launch(folder, Path(name) / "home", MNIST))
        print(f"server started: {resident_megabytes(server):.0f} MB")
        for visitor in range(1, VISITORS + 1):
            seconds = open_digit(browser, server, digit=visitor * 90)
            memory = resident_megabytes(server)
            print(f"visitor {visitor}: digit open in {seconds:.2f} s, {memory:.0f} MB")
        server.kill()
        end_workers(folder)


if __name__ == "__main__":
    main()

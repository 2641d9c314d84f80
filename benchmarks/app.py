"""What a visitor waits for: the first page, the first point, the prediction for a stroke.

MNIST_NPZ=mnist.npz .venv/bin/python -m benchmarks.app
"""

import os
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, expect

from tests.app_server import Server, chromium, end_workers, launch, wait_for

FIRST_PAGES, FIRST_POINTS, STROKES = 5, 5, 20
MNIST = os.environ.get("MNIST_NPZ", "")
# The clock runs in the page, from the mouse's last release on: no message between two processes
# is in the figure.
CLOCK = """
window.addEventListener('pointerup', () => { window.released = performance.now(); }, true);
window.untilShown = (shown) => new Promise(done => {
  const look = () => shown()
    ? done((performance.now() - window.released) / 1000) : requestAnimationFrame(look);
  look();
});
"""
FIRST_POINT = """() => untilShown(() =>
  [...document.querySelectorAll('button')].some(button => button.innerText.includes('Stop'))
  && [...document.querySelectorAll('[data-testid=stMetric]')].some(metric =>
    /^Accuracy\\s+[\\d.]+ ?%/.test(metric.innerText)))"""
ANSWER = """() => untilShown(() =>
  document.querySelector('[data-testid=predicted], [data-testid=not-a-digit]'))"""


def first_page(browser: Browser, folder: Path) -> float:
    """Return the seconds from the server's start to the Train page in Chromium, home empty."""
    page = browser.new_page()
    with tempfile.TemporaryDirectory() as home:
        server = launch(folder, Path(home), MNIST)
        wait_for(server)
        page.goto(server.url)
        page.locator("text=parameters").first.wait_for()
        seconds = time.monotonic() - server.started
        server.kill()
        end_workers(folder)  # the next server starts on a machine at rest, as this one did
    page.close()
    return seconds


def first_point(page: Page, server: Server) -> float:
    """Return the seconds from the click on Train to the first point, with a warm worker."""
    page.goto(server.url)
    page.get_by_role("button", name="Train", exact=True).click()
    seconds: float = page.evaluate(FIRST_POINT)
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("button", name="Draw a digit").wait_for()
    return seconds


def stroke(page: Page, number: int) -> float:
    """Return the seconds from the pen's lifting to the prediction on an empty canvas."""
    pad = page.locator("canvas.upper-canvas")
    expect(pad).to_have_count(1)  # the cleared one is gone
    box = pad.bounding_box()
    assert box
    x, y = box["x"] + 70 + number, box["y"] + 70
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 170, y, steps=5)
    page.mouse.move(x + 80, y + 200, steps=5)
    page.mouse.up()
    seconds: float = page.evaluate(ANSWER)
    page.get_by_role("button", name="Clear", exact=True).click()
    page.get_by_role("heading", name="Draw a digit").wait_for()
    page.wait_for_timeout(300)
    return seconds


def main() -> None:
    """Print each figure with its median."""
    with chromium() as browser, tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "runs"
        pages = [first_page(browser, folder) for _ in range(FIRST_PAGES)]
        _print("server start → Train page", pages)
        server = wait_for(launch(folder, Path(name) / "home", MNIST))
        page = browser.new_page()
        page.add_init_script(CLOCK)
        page.goto(server.url)
        page.wait_for_timeout(15_000)  # the worker is warm now
        _print("click → first point", [first_point(page, server) for _ in range(FIRST_POINTS)])
        page.goto(f"{server.url}/draw?run=built-in")
        page.locator("canvas.upper-canvas").wait_for()
        page.wait_for_timeout(1000)
        _print("stroke end → prediction", [stroke(page, number) for number in range(STROKES)])
        server.kill()
        end_workers(folder)


def _print(what: str, seconds: list[float]) -> None:
    shown = " ".join(f"{value:.2f}" for value in seconds)
    print(f"{what}: median {median(seconds):.2f} s of {len(seconds)} ({shown})")


if __name__ == "__main__":
    main()

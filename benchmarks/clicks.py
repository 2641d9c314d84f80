"""What a click on the Predictions page waits for, with all of MNIST's 10,000 test digits.

MNIST_NPZ=mnist.npz .venv/bin/python -m benchmarks.clicks
"""

import os
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, expect

from benchmarks.app import CLOCK
from tests.app_server import chromium, launch, wait_for

CELLS = [(row, (row + 1) % 10) for row in range(10)] + [(row, row) for row in range(10)]
# Shown is: the count, and nothing but digits of this cell in the gallery (none in an empty one).
SHOWN = """([label, predicted]) => untilShown(() => {
  const pair = `label ${label}, predicted ${predicted}`
  const said = [...document.querySelectorAll('strong')].some(one => one.innerText.endsWith(pair))
  const roots = [...document.querySelectorAll('*')].map(one => one.shadowRoot).filter(Boolean)
  const names = roots.flatMap(root => [...root.querySelectorAll('button[data-index]')])
    .map(button => button.getAttribute('aria-label'))
  return said && names.every(name => name.includes(pair))
})"""


def cell_seconds(page: Page, label: int, predicted: int) -> float:
    """Return the seconds from the click on a cell to its digits in the gallery."""
    cells = page.locator(".st-key-confusion_matrix path[stroke-opacity]")
    cells.nth(label * 10 + predicted).click()
    seconds: float = page.evaluate(SHOWN, [label, predicted])
    expect(cells.nth(label * 10 + predicted)).to_have_attribute("stroke-opacity", "1")
    return seconds


def main() -> None:
    """Print the median and the longest wait."""
    with tempfile.TemporaryDirectory() as home, chromium() as browser:
        server = launch(Path(home) / "runs", Path(home), os.environ.get("MNIST_NPZ", ""))
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.add_init_script(CLOCK)
        page.goto(f"{wait_for(server).url}/predictions?run=built-in")
        expect(page.get_by_text("All 10,000 digits")).to_be_visible(timeout=60_000)
        seconds = [cell_seconds(page, label, predicted) for label, predicted in CELLS]
        server.kill()
    print(
        f"cell clicked → its digits: median {median(seconds):.2f} s, longest {max(seconds):.2f} s"
    )


if __name__ == "__main__":
    main()

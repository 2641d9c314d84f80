"""Runs are named, compared and opened from a link."""

import re

import pytest
from playwright.sync_api import expect

from cnn.presets import PRESETS
from cnn.runs import store
from cnn.runs.metrics import EpochPoint, append_point
from cnn.runs.status import State

pytestmark = pytest.mark.browser
HEADER, ROW = 35, 35  # pixels of the table


@pytest.fixture
def runs(runs_dir):
    """Two finished runs, the newest first."""
    made = []
    for number, name in enumerate(("article", "fast"), start=1):
        run = store.create(PRESETS[name], runs_dir)
        for epoch in (1, 2):
            append_point(
                run.metrics_path, EpochPoint(epoch, 0.3, 0.9, 0.2, 0.9 + epoch / 50, 4.0 * epoch)
            )
        run.update_status(
            state=State.FINISHED, created=1.7e9 + number, test_accuracy=0.95, seconds=8.0
        )
        made.insert(0, run)
    return made


def check(page, row):
    """Click the check box of a row, the first of which is 0, once the page is as it stays."""
    state = "data-test-script-state"
    expect(page.get_by_test_id("stApp")).to_have_attribute(state, "notRunning")
    table = page.get_by_test_id("stDataFrame").locator(".dvn-scroller")
    table.click(position={"x": 16, "y": HEADER + ROW * row + ROW / 2})


def test_a_run_is_named_and_two_are_compared_in_a_link(runs, own_server, open_page):
    page = open_page(f"{own_server.url}/runs?run={runs[0].id}")
    page.get_by_role("button", name="Name and note").click()
    page.get_by_label("Name", exact=True).fill("Quick one")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    check(page, 1)  # besides the chosen run
    expect(page).to_have_url(re.compile("compare=.*compare="))
    legend = page.locator(".legend")
    expect(legend).to_contain_text("Quick one")
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(4)
    page.reload()
    expect(legend).to_contain_text("Quick one")
    other = open_page(page.url, width=390, height=844)
    expect(other.locator(".legend")).to_contain_text("Tutorial")
    check(page, 0)
    expect(page).to_have_url(re.compile(rf"run={runs[1].id}"))
    expect(legend).to_have_count(0)
    page.go_back()
    expect(legend).to_contain_text("Quick one")

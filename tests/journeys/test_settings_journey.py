"""Settings outlast a refresh, lead back, are shared, and a stopped run is trained on."""

import re

import pytest
from playwright.sync_api import expect

from cnn.runs import store
from cnn.runs.continuation import epochs_done
from cnn.runs.status import State
from tests.awaiting import until
from tests.journeys.test_draw_journeys import button

pytestmark = pytest.mark.browser

SHOWN = "Fast · kernel size 4 · epochs 100"


@pytest.fixture
def server(tiny_mnist, start_server):
    """A server with 280 digits, of which a worker trains many epochs in seconds."""
    return start_server()


def kernel_size(page):
    return page.get_by_role("slider", name="Kernel size").first  # old controls leave a little later


def shows_the_training(page):
    """See that a page shows the run that trains, and its settings in the form."""
    expect(page.get_by_role("heading", name=f"{SHOWN} · training")).to_be_visible()
    expect(kernel_size(page)).to_have_attribute("aria-valuetext", "4")
    expect(page.get_by_placeholder(SHOWN)).to_be_visible()


def test_changed_settings_outlast_a_refresh_and_are_in_a_link_and_the_stopped_run_goes_on(
    server, open_page, runs_dir
):
    page = open_page(f"{server.url}/?preset=fast&epochs=100")
    expect(kernel_size(page)).to_have_attribute("aria-valuetext", "5")
    kernel_size(page).press("ArrowLeft")
    expect(page).to_have_url(re.compile("preset=fast&epochs=100.*kernel_size=4"))
    page.go_back()
    expect(kernel_size(page)).to_have_attribute("aria-valuetext", "5")
    expect(page).not_to_have_url(re.compile("kernel_size"))
    page.go_forward()
    expect(kernel_size(page)).to_have_attribute("aria-valuetext", "4")

    button(page, "Train").click()
    shows_the_training(page)
    page.reload()
    shows_the_training(page)
    shows_the_training(open_page(page.url))

    (run,) = store.list_runs(runs_dir)
    until(lambda: epochs_done(run), "a whole epoch")
    button(page, "Stop").click()
    expect(page.get_by_role("heading", name=f"{SHOWN} · stopped")).to_be_visible()
    done = epochs_done(run)
    button(page, "Train more").click()
    button(page, "Train 2 more epochs").click()
    until(lambda: run.status().state is State.FINISHED, "two more epochs")
    assert [point.epoch for point in run.metrics().epochs] == list(range(1, done + 3))
    name = SHOWN.replace("100", str(done + 2))
    expect(page.get_by_role("heading", name=f"{name} · finished")).to_be_visible()
    expect(page.get_by_text("The run above has other settings.")).to_be_visible()

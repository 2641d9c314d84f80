"""What a person does, from the first visit on, in a real browser."""

import os
import re
import signal

import pytest
from playwright.sync_api import expect

from cnn.presets import PRESETS
from cnn.runs import store
from cnn.runs.status import State
from tests.awaiting import until
from tests.journeys.test_draw_journeys import SEVEN, button, draw

pytestmark = pytest.mark.browser

PAGES = {
    "/": "Train",
    "/predictions": "Predictions",
    "/draw": "Draw",
    "/my_digits": "My digits",
    "/how_it_works": "How it works",
    "/runs": "Runs",
}


def picker(page):
    return page.get_by_test_id("stMain").get_by_role("combobox", name="Trained network")


def choose_long_training(page):
    """The accurate preset takes minutes, so that there is time to look at it."""
    page.get_by_role("radio", name="Accurate").click()
    expect(page.get_by_text(re.compile(r"about .* to train"))).to_be_visible()


def train(page):
    button(page, "Train").click()
    expect(page.get_by_text("Images/s")).to_be_visible()


def points(runs_dir):
    """The points on the curve of the only run."""
    (run,) = store.list_runs(runs_dir)
    return len(run.metrics().training)


def test_every_page_works_as_the_first_visit_to_a_new_server_and_none_loads_tensorflow(
    own_server, open_page
):
    tabs = {path: open_page(own_server.url + path, width=390, height=844) for path in PAGES}
    for path, page in tabs.items():
        expect(picker(page)).to_be_visible()
        expect(page).to_have_title(f"{PAGES[path]} · Digit Lab")
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 390  # nothing is cut off
    draw(tabs["/draw"], SEVEN)
    expect(tabs["/draw"].get_by_test_id("predicted")).to_have_text("7")
    assert "onnxruntime" in own_server.maps()
    assert "tensorflow" not in own_server.maps()


def test_training_outlasts_reload_second_tab_and_server_and_a_stopped_network_is_usable(
    start_server, open_page, runs_dir
):
    server = start_server()
    page = open_page(server.url)
    choose_long_training(page)
    train(page)
    until(lambda: points(runs_dir) >= 2, "points within the first epoch")
    (run,) = store.list_runs(runs_dir)
    expect(page).to_have_url(re.compile(f"run={run.id}"))
    page.reload()
    expect(page.get_by_role("heading", name="Accurate · training")).to_be_visible()

    server.kill()
    seen = points(runs_dir)
    until(lambda: points(runs_dir) > seen, "the training going on without the app")
    server = start_server()
    tabs = [open_page(server.url), open_page(f"{server.url}/?run={run.id}")]
    for tab in tabs:
        expect(tab.get_by_role("heading", name="Accurate · training")).to_be_visible()
    page = tabs[0]
    button(page, "Stop").click()
    for tab in tabs:
        expect(tab.get_by_role("heading", name="Accurate · stopped")).to_be_visible()
    expect(page.get_by_text("Test accuracy", exact=True)).to_be_visible()

    button(page, "View its mistakes").click()
    expect(page).to_have_url(re.compile(rf"/predictions\?.*run={run.id}.*show=Mistakes"))
    expect(page.get_by_role("button", name=re.compile("^Test digit")).first).to_be_visible()
    page.goto(f"{server.url}/draw?run={run.id}")
    draw(page, SEVEN)
    expect(page.get_by_test_id("predicted")).to_have_text(re.compile(r"^\d$"))


def test_the_chosen_run_stays_chosen_on_every_page(server, open_page):
    page = open_page(f"{server.url}/runs?run=built-in")
    for path, title in list(PAGES.items())[1:]:
        page.get_by_role("link", name=title, exact=True).click()
        expect(page).to_have_url(re.compile(rf"{path}\?.*run=built-in"))


def test_a_run_is_deleted_after_one_more_question(own_server, open_page, runs_dir):
    run = store.create(PRESETS["fast"], runs_dir)
    run.update_status(state=State.STOPPED)
    page = open_page(f"{own_server.url}/runs?run={run.id}")
    button(page, "Delete").click()
    button(page, "Delete for good").click()
    expect(page).to_have_url(re.compile("run=built-in"))
    assert not run.path.exists()


def test_a_killed_worker_leaves_an_interrupted_run_and_the_next_train_works(
    own_server, open_page, runs_dir, workers
):
    page = open_page(own_server.url)
    choose_long_training(page)
    train(page)
    until(lambda: points(runs_dir), "the first point")
    for pid in workers():
        os.kill(pid, signal.SIGKILL)
    expect(page.get_by_role("heading", name="Accurate · interrupted")).to_be_visible()
    expect(page.locator(".st-key-resume")).to_be_visible()
    page.get_by_role("radio", name="Fast").click()
    train(page)
    until(lambda: store.list_runs(runs_dir)[0].metrics().training, "the next run's first point")


def test_a_phones_menu_closes_when_a_page_is_chosen(server, open_page):
    page = open_page(f"{server.url}/draw", width=390, height=844, has_touch=True, is_mobile=True)
    page.wait_for_function("window.digitLabPhoneMenu")
    page.get_by_test_id("stExpandSidebarButton").tap()
    link = page.get_by_role("link", name="How it works")
    expect(link).to_be_in_viewport()
    link.tap()
    expect(page).to_have_url(re.compile("how_it_works"))
    expect(link).not_to_be_in_viewport()

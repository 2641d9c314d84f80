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

pytestmark = pytest.mark.browser

SEVEN = [(70, 70), (230, 70), (200, 120), (160, 190), (130, 270)]
PAGES = {
    "/": "Train",
    "/predictions": "Predictions",
    "/draw": "Draw",
    "/my_digits": "My digits",
    "/how_it_works": "How it works",
    "/runs": "Runs",
}


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


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


def draw(page, stroke):
    """Draw one stroke on the pad with the mouse, in the pad's own pixels."""
    pad = page.locator("canvas.upper-canvas")
    pad.wait_for()
    box = pad.bounding_box()
    (x, y), *rest = [(box["x"] + x, box["y"] + y) for x, y in stroke]
    page.mouse.move(x, y)
    page.mouse.down()
    for x, y in rest:
        page.mouse.move(x, y, steps=8)
    page.mouse.up()


def test_train_reload_second_tab_stop_then_browse_and_draw(own_server, open_page, runs_dir):
    page = open_page(own_server.url)
    choose_long_training(page)
    train(page)
    until(lambda: points(runs_dir) >= 2, "points within the first epoch")
    expect(page.get_by_text("Epoch 1 of")).to_be_visible()
    run_id = re.search(r"run=([\w-]+)", page.url).group(1)

    page.reload()
    expect(page.get_by_role("heading", name="Accurate · training")).to_be_visible()
    second = open_page(page.url)
    expect(second.get_by_role("heading", name="Accurate · training")).to_be_visible()
    seen = points(runs_dir)
    until(lambda: points(runs_dir) > seen, "the training going on")

    button(page, "Stop").click()
    for tab in (page, second):
        expect(tab.get_by_role("heading", name="Accurate · stopped")).to_be_visible()
    expect(page.get_by_text("Test accuracy", exact=True)).to_be_visible()

    button(page, "View its mistakes").click()
    expect(page).to_have_url(re.compile(rf"/predictions\?.*run={run_id}"))
    expect(page).to_have_url(re.compile("show=Mistakes"))
    expect(page.get_by_role("button", name=re.compile("^Test digit")).first).to_be_visible()

    page.goto(f"{own_server.url}/draw?run={run_id}")
    draw(page, SEVEN)
    expect(page.get_by_test_id("answer")).to_have_text(re.compile(r"^\d$"))


def test_the_built_in_network_reads_a_drawn_seven_and_an_empty_pad_gives_no_answer(
    server, open_page
):
    page = open_page(f"{server.url}/draw")
    expect(page.get_by_role("heading", name="Draw a digit")).to_be_visible()
    draw(page, SEVEN)
    expect(page.get_by_test_id("answer")).to_have_text("7")
    button(page, "Clear").click()
    expect(page.get_by_role("heading", name="Draw a digit")).to_be_visible()
    expect(page.get_by_test_id("answer")).to_have_count(0)


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


@pytest.mark.parametrize("path", PAGES)
def test_every_page_works_as_the_very_first_visit_to_a_new_server(start_server, open_page, path):
    page = open_page(start_server().url + path)
    expect(page.get_by_role("link", name="Predictions", exact=True)).to_be_visible()
    expect(picker(page)).to_be_visible()
    expect(page).to_have_title(f"{PAGES[path]} · Digit Lab")


def test_the_app_itself_never_loads_tensorflow(server, open_page):
    page = open_page(server.url)
    for path in PAGES:
        page.goto(server.url + path)
        expect(picker(page)).to_be_visible()
    page.goto(f"{server.url}/draw")
    draw(page, SEVEN)
    expect(page.get_by_test_id("answer")).to_be_visible()
    assert "onnxruntime" in server.maps()
    assert "tensorflow" not in server.maps()


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
    expect(page.get_by_role("heading", name="Fast · finished")).to_be_visible(timeout=60_000)


def test_a_restarted_server_finds_the_run_still_going(start_server, open_page, runs_dir):
    first = start_server()
    page = open_page(first.url)
    choose_long_training(page)
    train(page)
    until(lambda: points(runs_dir), "the first point")
    first.kill()
    seen = points(runs_dir)
    until(lambda: points(runs_dir) > seen, "the training going on without the app")
    page = open_page(start_server().url)
    expect(page.get_by_role("heading", name="Accurate · training")).to_be_visible()
    button(page, "Stop").click()
    expect(page.get_by_role("heading", name="Accurate · stopped")).to_be_visible()
    (run,) = store.list_runs(runs_dir)
    assert run.status().state is State.STOPPED


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_cut_off_on_a_phone(server, open_page, path):
    page = open_page(server.url + path, width=390, height=844)
    expect(picker(page)).to_be_visible()
    wide = page.evaluate("document.scrollingElement.scrollWidth")
    assert wide <= 390


def test_a_phones_menu_closes_when_a_page_is_chosen(server, open_page):
    page = open_page(f"{server.url}/draw", width=390, height=844, has_touch=True, is_mobile=True)
    page.wait_for_function("window.digitLabPhoneMenu")
    page.get_by_test_id("stExpandSidebarButton").tap()
    link = page.get_by_role("link", name="How it works")
    expect(link).to_be_in_viewport()
    link.tap()
    expect(page).to_have_url(re.compile("how_it_works"))
    expect(link).not_to_be_in_viewport()

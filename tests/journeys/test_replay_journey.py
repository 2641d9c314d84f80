"""A training is watched again: by the slider's keys, and by itself."""

import re

import pytest
from playwright.sync_api import expect

from tests.evaluated_run import make_replayed_run
from tests.journeys.conftest import serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The Train page of a server whose only run has three epochs on the sample."""
    with serving(tmp_path_factory.mktemp("replay")) as server:
        run = make_replayed_run(server.runs_dir, dataset="sample", wrong={2: range(6), 3: range(4)})
        yield f"{server.url}/?run={run.id}"


def open_replay(page):
    page.get_by_test_id("stExpander").get_by_text("Replay", exact=True).click()
    slider = page.get_by_role("slider", name="Epoch")
    expect(slider).to_be_visible()
    return slider


def predictions(page):
    """What every digit is predicted as, in words."""
    items = page.locator(".replay .digit")
    return items.evaluate_all("all => all.map(one => one.getAttribute('aria-label'))")


def colors(page):
    cells = page.locator(".filter i")
    return cells.evaluate_all("all => all.map(one => one.style.getPropertyValue('--weight'))")


def test_the_slider_plays_a_training_back_by_its_keys(address, open_page):
    page = open_page(address)
    slider = open_replay(page)
    time = page.locator(".replay .epoch")
    expect(time).to_have_text("Before the training")
    expect(page.locator(".replay .digit")).to_have_count(100)
    before, forming = predictions(page), colors(page)

    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(time).to_have_text("After epoch 1 of 3")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"epoch 1 of 3: \d+ of 100"))
    assert predictions(page) != before
    assert colors(page) != forming
    changed = [words for words in predictions(page) if "before" in words]
    expect(page.locator(".replay .predicted.new")).to_have_count(len(changed))
    assert changed

    page.keyboard.press("End")
    expect(time).to_have_text("After epoch 3 of 3")
    wrong = [words for words in predictions(page) if "mistake" in words]
    expect(page.locator(".predictions h4")).to_have_text(f"{100 - len(wrong)} of these 100 correct")
    page.keyboard.press("Home")
    assert predictions(page) == before


def test_playing_starts_on_a_click_only_and_stops_at_the_end(address, open_page):
    page = open_page(address, width=390, height=844, reduced_motion="reduce")
    slider = open_replay(page)
    play = page.locator(".replay .play")
    expect(play).to_have_text("Play")
    expect(slider).to_have_value("0")
    play.press("Enter")
    expect(play).to_have_text("Pause")
    expect(slider).to_have_value("3")
    expect(play).to_have_text("Play")
    play.click()  # from the start again
    expect(slider).to_have_value("1")
    play.click()
    expect(play).to_have_text("Play")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390

"""A training is watched again: by the slider's keys, and by itself."""

import re

import pytest
from playwright.sync_api import expect

from cnn import launching
from cnn.hyperparameters import Hyperparameters
from cnn.runs import store
from cnn.runs.status import State
from tests.awaiting import until

pytestmark = pytest.mark.browser

TRAINING = 120  # seconds, for a machine that does much else
TINY = Hyperparameters(
    filters=(2,), pool_after=(1,), epochs=3, learning_rate=0.01, training_images=400
)


@pytest.fixture
def trained(runs_dir, workers):
    """A run of three epochs on the sample, trained by the real worker."""
    run = launching.start(TINY, runs_dir)
    until(lambda: run.status().over, "the training's end", TRAINING)
    assert run.status().state is State.FINISHED
    return run


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


def test_the_slider_plays_a_training_back_by_its_keys(own_server, open_page, trained):
    page = open_page(f"{own_server.url}/?run={trained.id}")
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


def test_playing_starts_on_a_click_only_and_stops_at_the_end(own_server, open_page, trained):
    page = open_page(
        f"{own_server.url}/?run={trained.id}", width=390, height=844, reduced_motion="reduce"
    )
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
    assert store.list_runs(trained.path.parent) == [trained]

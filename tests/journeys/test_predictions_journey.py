"""Predictions in a browser: cells clicked, digits opened, addresses shared."""

import re

import pytest
from playwright.sync_api import expect

from cnn.data import mnist
from tests.evaluated_run import make_evaluated_run
from tests.journeys.conftest import serving

pytestmark = pytest.mark.browser

MISTAKES = 8  # 4 predicted as 5


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server whose runs are these tests' own."""
    with serving(tmp_path_factory.mktemp("predictions")) as server:
        yield server


@pytest.fixture(scope="module")
def run(server):
    """A run on the sample whose only mistakes are 4 predicted as 5."""
    labels = mnist.load_test("sample").labels
    fours = [index for index, label in enumerate(labels) if label == 4]
    return make_evaluated_run(server.runs_dir, wrong=fours[:MISTAKES], dataset="sample")


@pytest.fixture
def page(server, open_page, run):
    page = open_page(f"{server.url}/predictions?run={run.id}&sort=Test+set+order")
    expect(tiles(page)).to_have_count(48)
    return page


def tiles(page, which=""):
    return page.get_by_role("button", name=re.compile(f"^Test digit .*{which}"))


def cell(page, label, predicted):
    """A cell of the confusion matrix: its outline, visible or not, lies on top."""
    outlines = page.locator(".st-key-confusion_matrix path[stroke-opacity]")
    return outlines.nth(label * 10 + predicted)


def outlined(page):
    return page.locator('.st-key-confusion_matrix path[stroke-opacity="1"]')


def only_shows_the_mistakes(page):
    expect(page.get_by_text("8 of 1,000 digits, true label 4, predicted 5")).to_be_visible()
    expect(tiles(page)).to_have_count(MISTAKES)
    expect(tiles(page, "true label 4, predicted 5")).to_have_count(MISTAKES)
    expect(outlined(page)).to_have_count(1)


def test_a_clicked_cell_shows_its_digits_and_so_does_its_address_in_a_new_tab(page):
    cell(page, 4, 5).click()
    only_shows_the_mistakes(page)
    expect(page).to_have_url(re.compile("label=4.*predicted=5"))
    other = page.context.new_page()
    other.goto(page.url)
    only_shows_the_mistakes(other)

    cell(page, 4, 5).click()
    expect(page.get_by_text("All 1,000 digits")).to_be_visible()
    expect(outlined(page)).to_have_count(0)
    cell(page, 4, 5).click()
    only_shows_the_mistakes(page)
    page.get_by_role("button", name="Show all").click()
    expect(tiles(page)).to_have_count(48)
    expect(page).not_to_have_url(re.compile("label="))


def test_each_click_on_a_cell_is_one_step_back(page):
    expect(page).to_have_url(re.compile("sort="))
    page.get_by_role("button", name="Page 2", exact=True).click()
    expect(page).to_have_url(re.compile("page=2"))
    before = page.evaluate("history.length")
    cell(page, 4, 5).click()  # sets two filters and the page
    only_shows_the_mistakes(page)
    cell(page, 3, 3).click()
    expect(page.get_by_text("true label 3, predicted 3")).to_be_visible()
    assert page.evaluate("history.length") == before + 2
    page.go_back()
    only_shows_the_mistakes(page)
    page.go_back()
    expect(page.get_by_text("All 1,000 digits")).to_be_visible()
    expect(page).to_have_url(re.compile("page=2"))


def test_a_digit_is_opened_stepped_through_and_closed_with_the_keyboard_alone(page):
    first = tiles(page).first
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(tiles(page).nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Test digit 1:")).to_be_visible()
    expect(page).to_have_url(re.compile("digit=1$"))
    dialog.get_by_role("button", name="Next").press("Enter")
    expect(dialog.get_by_text("Test digit 2:")).to_be_visible()
    expect(page).to_have_url(re.compile("digit=2$"))
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.get_by_role("dialog").get_by_text("Test digit 2:")).to_be_visible()

    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page).not_to_have_url(re.compile("digit="))
    expect(tiles(page).nth(2)).to_be_focused()

    tiles(page).last.press("Enter")
    expect(dialog.get_by_text("Test digit 47:")).to_be_visible()
    dialog.get_by_role("button", name="Next").focus()  # a dialog takes the focus in its own time
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_text("Test digit 48:")).to_be_visible()
    page.keyboard.press("Escape")
    expect(tiles(page).first).to_be_focused()  # of its own page
    expect(page).to_have_url(re.compile("page=2"))


def test_a_tapped_cell_takes_a_phone_to_its_digits(server, open_page, run):
    page = open_page(f"{server.url}/predictions?run={run.id}&show=Correct", width=390, height=844)
    expect(tiles(page)).to_have_count(48)
    cell(page, 4, 5).click()
    only_shows_the_mistakes(page)
    expect(tiles(page).first).to_be_in_viewport()
    expect(page.get_by_text("8 of 1,000 digits, true label 4, predicted 5")).to_be_in_viewport()
    tiles(page).first.click()
    expect(page.get_by_role("dialog").get_by_text("true label 4, predicted 5")).to_be_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390


def test_two_networks_are_compared_on_the_same_digits(server, open_page, run):
    labels = mnist.load_test("sample").labels
    nines = [index for index, label in enumerate(labels) if label == 9]
    other = make_evaluated_run(
        server.runs_dir, wrong=nines[:1], dataset="sample", name="20260102-000000-fast-bbbb"
    )
    page = open_page(f"{server.url}/predictions?run={run.id}&view=Two+networks")
    verdict = page.get_by_text("The difference is statistically significant")
    expect(verdict).to_be_visible()  # with the only one that there is
    second = page.get_by_role("combobox", name="Second network")
    page.get_by_role("button", name="Clear value").last.click()
    expect(page.get_by_text("Choose a second network to see")).to_be_visible()
    second.click()
    page.get_by_role("option").last.click()
    expect(page).to_have_url(re.compile(f"with={other.id}"))
    expect(verdict).to_be_visible()
    expect(page.get_by_text("Confusion matrix of B")).to_be_visible()
    page.get_by_role("radio", name="Only B correct").click()
    expect(tiles(page, "label 4")).to_have_count(MISTAKES)
    expect(page).to_have_url(re.compile("only=Only.B.correct"))
    tiles(page).first.press("Enter")
    expect(page.get_by_role("dialog").get_by_text("Mistake: the label is")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(tiles(page).first).to_be_focused()


@pytest.mark.mnist
def test_the_built_in_networks_predictions_are_explained_and_its_training_replayed(
    own_server, open_page
):
    page = open_page(f"{own_server.url}/predictions?run=built-in&show=Mistakes")
    tiles(page).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Mistake: the label is")).to_be_visible()
    expect(dialog.get_by_text("near zero")).to_have_count(2)  # of the prediction, and the label
    expect(dialog.get_by_role("img", name=re.compile("^Training digit"))).to_have_count(5)
    expect(dialog.get_by_text("Convolution 5")).to_be_visible()
    expect(dialog.get_by_text("The prediction changed")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("radio", name="Replay").click()
    slider = page.get_by_role("slider", name="Epoch")
    slider.press("End")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"epoch 36 of 36: \d+ of 100"))

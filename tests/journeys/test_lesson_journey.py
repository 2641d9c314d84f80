"""A learner walks through How it works."""

import re

import pytest
from playwright.sync_api import expect

from ui.how_it_works.steps import STEPS

pytestmark = pytest.mark.browser


def heading(page, number):
    title = STEPS[number - 1].text.title
    return page.get_by_role("heading", name=f"{number} · {title}")


def test_the_ten_steps_follow_each_other_and_each_begins_at_its_top(server, open_page):
    page = open_page(f"{server.url}/how_it_works", width=390, height=844)
    label = page.get_by_test_id("stMetricLabel").filter(has_text="Training set").locator("p")
    expect(label).to_be_visible()
    assert label.evaluate("label => label.scrollWidth <= label.clientWidth")  # not cut off
    for number in range(1, len(STEPS) + 1):
        expect(heading(page, number)).to_be_in_viewport()
        expect(page.get_by_role("radio")).to_have_count(len(STEPS))
        wide = page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth")
        assert wide == 0, f"step {number} is cut off on a phone"
        if number < len(STEPS):
            page.get_by_role("button", name=f"Next: {STEPS[number].name}").click()
    assert re.search(r"[?&]step=10\b", page.url)


def test_a_filter_walks_and_the_address_shows_the_same_place_again(server, open_page):
    page = open_page(f"{server.url}/how_it_works?step=4&row=9&column=27&filter=2&picture=1")
    expect(page.get_by_test_id("output")).to_be_visible()
    page.get_by_role("button", name="Next position").click()
    expect(page).to_have_url(re.compile(r"column=28\b"))
    page.get_by_role("button", name="Next position").click()
    expect(page).to_have_url(re.compile(r"row=10\b"))
    page.get_by_role("button", name="Maximum activation").click()
    expect(page).to_have_url(re.compile(r"column=(?!1\b|28\b)\d+"))
    again = open_page(page.url)
    expect(again.get_by_test_id("output")).to_have_text(
        page.get_by_test_id("output").text_content()
    )


def test_back_returns_to_the_step_from_another_page(server, open_page):
    page = open_page(f"{server.url}/how_it_works?step=7")
    page.get_by_role("button", name="Browse the test digits").click()
    expect(page).to_have_url(re.compile("/predictions"))
    expect(page.get_by_test_id("stPopoverButton").filter(has_text="Download")).to_be_visible()
    page.go_back()
    expect(heading(page, 7)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/how_it_works\?.*\bstep=7\b"))

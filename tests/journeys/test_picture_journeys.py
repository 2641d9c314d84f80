"""Digits that are not drawn: a photo, and a grid of cells."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.photos import photo_of

pytestmark = pytest.mark.browser

SEVEN = [[(80, 60), (180, 60), (120, 220)]]


def photo():
    buffer = io.BytesIO()
    Image.fromarray(photo_of(SEVEN, ruled=True, table=20)).save(buffer, "jpeg")
    return {"name": "seven.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def choose(page, method):
    radio = page.get_by_role("radio", name=method, exact=True)
    radio.wait_for()
    if radio.get_attribute("aria-checked") != "true":
        radio.click()


def predicted(page):
    return page.get_by_test_id("predicted")


def leave_and_come_back(page):
    for name in ("Runs", "Draw"):
        page.get_by_role("link", name=name, exact=True).click()
        expect(page).to_have_url(re.compile(name.lower()))


def paint_seven(page):
    """With the keyboard alone: a bar with shift and arrows, a leg with the pen down."""
    page.get_by_role("grid").focus()
    for key in ["ArrowUp"] * 8 + ["ArrowLeft"] * 5 + ["Shift+ArrowRight"] * 10 + ["p"]:
        page.keyboard.press(key)
    for step in range(15):
        page.keyboard.press("ArrowDown")
        if step % 3 == 2:
            page.keyboard.press("ArrowLeft")
    page.keyboard.press("Escape")


@pytest.fixture
def draw_page(server, open_page):
    """The Draw page with the built-in network."""
    return open_page(f"{server.url}/draw?run=built-in")


def test_a_photo_in_uneven_light_is_read_and_stays_after_leaving_the_page(draw_page):
    choose(draw_page, "Picture")
    draw_page.locator("input[type=file]").set_input_files(photo())
    expect(predicted(draw_page)).to_have_text("7")
    leave_and_come_back(draw_page)
    choose(draw_page, "Picture")
    expect(predicted(draw_page)).to_have_text("7")


def test_a_digit_is_painted_with_keys_alone_and_stays_until_it_is_cleared(draw_page):
    choose(draw_page, "Pixels")
    paint_seven(draw_page)
    place = draw_page.locator("[aria-live=polite]", has_text="Row")
    expect(place).to_have_text("Row 22, column 15: ink")
    expect(predicted(draw_page)).to_have_text("7")
    leave_and_come_back(draw_page)
    choose(draw_page, "Pixels")
    expect(predicted(draw_page)).to_have_text("7")
    draw_page.get_by_role("button", name="Clear", exact=True).click()
    expect(draw_page.locator("[role=gridcell].ink")).to_have_count(0)
    expect(predicted(draw_page)).to_have_count(0)


def test_a_finger_paints_on_a_phone_and_the_page_does_not_scroll(server, open_page):
    page = open_page(f"{server.url}/draw?run=built-in", width=390, height=500)
    choose(page, "Pixels")
    grid = page.get_by_role("grid")
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    touch = page.context.new_cdp_session(page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def finger(kind, *points):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    x = box["x"] + box["width"] / 2
    finger("touchStart", {"x": x, "y": box["y"] + 200})
    for y in range(190, 30, -10):
        finger("touchMove", {"x": x, "y": box["y"] + y})
    finger("touchEnd")
    expect(predicted(page)).to_have_text("1")
    assert grid.bounding_box() == box

"""Who has no pen: a photo, a test digit, a sheet of cells, in a real browser on the Draw page."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.photos import photo_of

pytestmark = pytest.mark.browser

SEVEN = [[(80, 60), (180, 60), (120, 220)]]


def photo(name="seven.jpg", **options):
    buffer = io.BytesIO()
    Image.fromarray(photo_of(SEVEN, **options)).save(buffer, "jpeg")
    return {"name": name, "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def choose(page, way):
    radio = page.get_by_role("radio", name=way, exact=True)
    radio.wait_for()
    if radio.get_attribute("aria-checked") != "true":
        radio.click()


def upload(page, file):
    page.locator("input[type=file]").set_input_files(file)


def answer(page):
    return page.get_by_test_id("answer")


def leave_and_come_back(page):
    for name in ("Runs", "Draw"):
        page.get_by_role("link", name=name, exact=True).click()
        expect(page).to_have_url(re.compile(name.lower()))


def paint_seven(page):
    """With the keyboard alone: a bar with shift and arrows, a leg with the pen kept down."""
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
    upload(draw_page, photo(ruled=True, table=20))
    expect(answer(draw_page)).to_have_text("7")
    leave_and_come_back(draw_page)
    choose(draw_page, "Picture")
    expect(answer(draw_page)).to_have_text("7")


def test_a_file_that_is_no_picture_gets_a_sentence_and_the_next_is_read(draw_page):
    choose(draw_page, "Picture")
    upload(draw_page, {"name": "words.png", "mimeType": "image/png", "buffer": b"just words"})
    expect(draw_page.get_by_role("alert")).to_contain_text("not a picture that can be read")
    upload(draw_page, photo())
    expect(answer(draw_page)).to_have_text("7")
    expect(draw_page.get_by_role("alert")).to_have_count(0)


def test_a_test_digit_is_read_and_stays_after_leaving_the_page(draw_page):
    choose(draw_page, "Test digit")
    number = draw_page.get_by_role("spinbutton", name="Number of the test digit")
    number.fill("3")
    number.press("Enter")
    truth = draw_page.get_by_text(re.compile(r"Test digit 3 · true label \d"))
    label = truth.inner_text()[-1]
    expect(answer(draw_page)).to_have_text(label)
    leave_and_come_back(draw_page)
    choose(draw_page, "Test digit")
    expect(answer(draw_page)).to_have_text(label)
    draw_page.get_by_role("button", name="Another one").click()
    expect(draw_page.get_by_text("Test digit 3 ·")).to_have_count(0)
    expect(answer(draw_page)).to_be_visible()


def test_a_digit_is_painted_with_keys_alone_and_stays_until_it_is_cleared(draw_page):
    choose(draw_page, "Pixels")
    paint_seven(draw_page)
    place = draw_page.locator("[aria-live=polite]", has_text="Row")
    expect(place).to_have_text("Row 22, column 15: ink")
    expect(answer(draw_page)).to_have_text("7")
    leave_and_come_back(draw_page)
    choose(draw_page, "Pixels")
    expect(answer(draw_page)).to_have_text("7")
    draw_page.get_by_role("button", name="Clear", exact=True).click()
    expect(draw_page.locator("[role=gridcell].ink")).to_have_count(0)
    expect(answer(draw_page)).to_have_count(0)


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
    expect(answer(page)).to_have_text("1")
    assert grid.bounding_box() == box

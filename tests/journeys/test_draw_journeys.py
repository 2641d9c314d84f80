"""What a person draws on the Draw page, and what it reads."""

import gzip
import json
import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.app_server import PROJECT

pytestmark = pytest.mark.browser

PEN_DIGITS = PROJECT.parent / "shared" / "data" / "pen-digits-dev.jsonl.gz"
SEVEN = [(70, 70), (230, 70), (200, 120), (160, 190), (130, 270)]
ONE = [(168, 60), (165, 160), (162, 270)]
PHONE = {"width": 390, "height": 844}


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def on_screen(page, width):
    """Where a point of a pad so wide lies on the screen."""
    pad = page.locator("canvas.upper-canvas")
    expect(pad).to_have_count(1)  # a cleared one is gone
    box = pad.bounding_box()
    scale = box["width"] / width
    return lambda point: (box["x"] + point[0] * scale, box["y"] + point[1] * scale)


def draw(page, *strokes, width=336):
    """Draw strokes with the mouse, in the pad's own pixels."""
    place = on_screen(page, width)
    for stroke in strokes:
        start, *rest = map(place, stroke)
        page.mouse.move(*start)
        page.mouse.down()
        for point in rest:
            page.mouse.move(*point)
        page.mouse.up()


def wait_until_read(page):
    """Wait until the network has seen every stroke: then the page is at rest."""
    page.evaluate("""() => new Promise(resolve => {
        let timer
        const rest = () => { clearTimeout(timer); timer = setTimeout(resolve, 700) }
        const main = document.querySelector('[data-testid=stMain]')
        const observer = new MutationObserver(rest)
        observer.observe(main, { childList: true, subtree: true, attributes: true })
        rest()
    })""")


def draw_with_finger(page, stroke):
    """Draw a stroke on a touch screen."""
    session = page.context.new_cdp_session(page)
    place = on_screen(page, 336)

    def touch(kind, *points):
        touches = [{"x": x, "y": y} for x, y in map(place, points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    touch("touchStart", stroke[0])
    for (x, y), (next_x, next_y) in pairwise(stroke):
        for step in range(1, 9):
            share = step / 8
            touch("touchMove", (x + (next_x - x) * share, y + (next_y - y) * share))
    touch("touchEnd")


@pytest.fixture
def open_phone(open_page):
    """Opens a page on a phone with a touch screen."""

    def open_one(url):
        page = open_page(url, **PHONE, has_touch=True, is_mobile=True)
        page.locator("canvas.upper-canvas").wait_for()
        return page

    return open_one


def test_a_drawn_digit_is_read_and_undo_and_clear_take_it_back(server, open_page):
    page = open_page(f"{server.url}/draw")
    draw(page, SEVEN)
    expect(page.get_by_test_id("answer")).to_have_text("7")
    draw(page, [(60, 180), (260, 60)])
    wait_until_read(page)
    button(page, "Undo").click()
    wait_until_read(page)
    expect(page.get_by_test_id("answer")).to_have_text("7")
    button(page, "Clear").click()
    expect(page.get_by_role("heading", name="Draw a digit")).to_be_visible()
    wait_until_read(page)
    expect(button(page, "Undo")).to_be_disabled()  # one Undo: the canvas shows none of its own


def test_a_number_on_the_wide_pad_is_read_and_boxed(server, open_page):
    page = open_page(f"{server.url}/draw")
    page.get_by_text("Several digits").click()
    expect(page.get_by_role("heading", name="Draw a number")).to_be_visible()
    expect(page).to_have_url(re.compile("several=true"))
    draw(page, SEVEN, [(x + 180, y) for x, y in ONE], width=672)
    expect(page.get_by_test_id("number")).to_have_text("71")
    expect(page.locator(".boxes .box")).to_have_count(2)
    page.reload()
    expect(page.get_by_role("heading", name="Draw a number")).to_be_visible()


def test_a_page_left_and_visited_again_shows_the_same_drawing(server, open_page):
    page = open_page(f"{server.url}/draw")
    draw(page, SEVEN)
    expect(page.get_by_test_id("answer")).to_have_text("7")
    drawn = page.locator("canvas.lower-canvas").last.evaluate("canvas => canvas.toDataURL()")
    page.get_by_role("link", name="Train", exact=True).click()
    expect(button(page, "Train")).to_be_visible()
    page.get_by_role("link", name="Draw", exact=True).click()
    expect(page.get_by_test_id("answer")).to_have_text("7")
    again = page.locator("canvas.lower-canvas").last
    page.wait_for_function(
        "([canvas, drawn]) => canvas.toDataURL() === drawn", arg=[again.element_handle(), drawn]
    )
    button(page, "Undo").click()
    expect(page.get_by_role("heading", name="Draw a digit")).to_be_visible()


def test_the_wide_pad_begins_with_what_is_drawn_and_the_small_one_keeps_it(server, open_page):
    page = open_page(f"{server.url}/draw")
    draw(page, SEVEN)
    expect(page.get_by_test_id("answer")).to_have_text("7")
    page.get_by_text("Several digits").click()
    expect(page.get_by_test_id("number")).to_have_text("7")
    draw(page, [(x + 300, y) for x, y in ONE], width=672)
    expect(page.get_by_test_id("number")).to_have_text("71")
    page.get_by_text("Several digits").click()
    expect(page.get_by_test_id("answer")).to_have_text("7")


def test_a_finger_draws_and_the_page_does_not_scroll_under_it(server, open_phone):
    page = open_phone(f"{server.url}/draw?run=built-in")
    expect(page.get_by_role("heading", name="Draw a digit")).to_be_visible()
    page.evaluate("""() => {
        window.scrolls = 0
        document.addEventListener('scroll', () => { window.scrolls += 1 }, true)
    }""")
    draw_with_finger(page, SEVEN)
    expect(page.get_by_test_id("answer")).to_have_text("7")
    assert page.evaluate("window.scrolls") == 0
    answer = page.get_by_test_id("answer").bounding_box()
    assert answer["y"] + answer["height"] <= PHONE["height"]  # under the pad, without scrolling
    button(page, "Clear").click()
    expect(page.get_by_role("heading", name="Draw a digit")).to_be_visible()
    draw_with_finger(page, [(330, 6), (168, 60), (168, 300)])  # no toolbar lies over the corner
    read = page.get_by_test_id("answer").or_(page.get_by_test_id("not-a-digit"))
    expect(read).to_be_visible()


@pytest.mark.parametrize("several", ["", "&several=true"])
def test_the_pad_is_no_wider_than_a_phone(server, open_phone, several):
    page = open_phone(f"{server.url}/draw?run=built-in{several}")
    box = page.locator("canvas.upper-canvas").bounding_box()
    page.wait_for_function("() => document.querySelector('[data-testid=stApp]').scrollWidth <= 390")
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


def test_why_stays_open_over_the_next_stroke(server, open_page):
    page = open_page(f"{server.url}/draw?run=built-in")
    draw(page, SEVEN)
    page.get_by_text("Why this prediction").click()
    expect(page.get_by_role("heading", name="From your drawing to 28×28")).to_be_visible()
    button(page, "Clear").click()
    expect(page.get_by_role("heading", name="Draw a digit")).to_be_visible()
    draw(page, ONE)
    expect(page.get_by_test_id("answer")).to_have_text("1")
    expect(page.get_by_role("heading", name="From your drawing to 28×28")).to_be_visible()


@pytest.mark.skipif(not PEN_DIGITS.exists(), reason=f"There is no {PEN_DIGITS.name} to draw from.")
def test_strangers_digits_drawn_with_the_mouse_are_read(server, open_page):
    first = {}
    with gzip.open(PEN_DIGITS, "rt") as lines:
        for line in lines:
            drawing = json.loads(line)
            first.setdefault(drawing["label"], drawing["strokes"])
            if len(first) == 10:
                break
    page = open_page(f"{server.url}/draw?run=built-in")
    read = {label: read_drawn(page, strokes) for label, strokes in first.items()}
    right = sum(label == answer for label, answer in read.items())
    assert right >= 9, read


def read_drawn(page, strokes):
    """What the page reads in strokes on a pad of 280×280, drawn on an empty one."""
    expect(page.get_by_role("heading", name="Draw a digit")).to_be_visible()
    wait_until_read(page)  # the cleared pad is gone
    draw(page, *[[(x + 28, y + 28) for x, y in stroke] for stroke in strokes])
    answer = page.locator("[data-testid=answer], [data-testid=not-a-digit]")
    expect(answer).to_be_visible()
    wait_until_read(page)
    text = answer.inner_text()
    button(page, "Clear").click()
    return text

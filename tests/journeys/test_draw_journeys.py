"""What a person draws on the Draw page, and what it reads."""

import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SEVEN = [(70, 70), (230, 70), (200, 120), (160, 190), (130, 270)]
ONE = [(168, 60), (165, 160), (162, 270)]
PHONE = {"width": 390, "height": 844}


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def on_screen(page, width):
    """Where a point of a canvas so wide lies on the screen."""
    canvas = page.locator("canvas.upper-canvas")
    expect(canvas).to_have_count(1)  # a cleared one is gone
    box = canvas.bounding_box()
    scale = box["width"] / width
    return lambda point: (box["x"] + point[0] * scale, box["y"] + point[1] * scale)


def draw(page, *strokes, width=336):
    """Draw strokes with the mouse, in the canvas's own pixels."""
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


def test_a_drawn_digit_is_read_and_explained_and_undo_and_clear_take_it_back(server, open_page):
    page = open_page(f"{server.url}/draw?run=built-in")
    draw(page, SEVEN)
    expect(page.get_by_test_id("predicted")).to_have_text("7")
    draw(page, [(60, 180), (260, 60)])
    wait_until_read(page)
    button(page, "Undo").click()
    wait_until_read(page)
    expect(page.get_by_test_id("predicted")).to_have_text("7")
    page.get_by_text("Why this prediction").click()
    expect(page.get_by_role("heading", name="From your drawing to 28×28")).to_be_visible()
    button(page, "Clear").click()
    expect(page.get_by_role("heading", name="Draw a digit")).to_be_visible()
    wait_until_read(page)
    expect(button(page, "Undo")).to_be_disabled()  # one Undo: the canvas shows none of its own
    draw(page, ONE)
    expect(page.get_by_test_id("predicted")).to_have_text("1")
    expect(page.get_by_role("heading", name="From your drawing to 28×28")).to_be_visible()


def test_a_page_left_and_visited_again_shows_the_same_drawing(server, open_page):
    page = open_page(f"{server.url}/draw")
    draw(page, SEVEN)
    expect(page.get_by_test_id("predicted")).to_have_text("7")
    drawn = page.locator("canvas.lower-canvas").last.evaluate("canvas => canvas.toDataURL()")
    page.get_by_role("link", name="Runs", exact=True).click()
    expect(page).to_have_url(re.compile("runs"))
    page.get_by_role("link", name="Draw", exact=True).click()
    expect(page.get_by_test_id("predicted")).to_have_text("7")
    again = page.locator("canvas.lower-canvas").last
    page.wait_for_function(
        "([canvas, drawn]) => canvas.toDataURL() === drawn", arg=[again.element_handle(), drawn]
    )


def test_the_wide_canvas_begins_with_what_is_drawn_and_boxes_each_digit(server, open_page):
    page = open_page(f"{server.url}/draw")
    draw(page, SEVEN)
    expect(page.get_by_test_id("predicted")).to_have_text("7")
    page.get_by_text("Several digits").click()
    expect(page.get_by_test_id("number")).to_have_text("7")
    draw(page, [(x + 300, y) for x, y in ONE], width=672)
    expect(page.get_by_test_id("number")).to_have_text("71")
    expect(page.locator(".boxes .box")).to_have_count(2)
    canvas = page.locator("canvas.upper-canvas").last.bounding_box()
    boxes = page.locator(".boxes").bounding_box()
    assert all(abs(canvas[side] - boxes[side]) < 2 for side in canvas)  # they lie over it
    expect(page).to_have_url(re.compile("several=true"))
    page.get_by_text("Several digits").click()
    expect(page.get_by_test_id("predicted")).to_have_text("7")


def test_a_finger_draws_on_a_phone_and_the_page_does_not_scroll_under_it(server, open_page):
    page = open_page(f"{server.url}/draw?run=built-in", **PHONE, has_touch=True, is_mobile=True)
    expect(page.get_by_role("heading", name="Draw a digit")).to_be_visible()
    page.evaluate("""() => {
        window.scrolls = 0
        document.addEventListener('scroll', () => { window.scrolls += 1 }, true)
    }""")
    draw_with_finger(page, SEVEN)
    expect(page.get_by_test_id("predicted")).to_have_text("7")
    assert page.evaluate("window.scrolls") == 0
    digit = page.get_by_test_id("predicted").bounding_box()
    assert digit["y"] + digit["height"] <= PHONE["height"]  # under the canvas, without scrolling
    button(page, "Clear").click()
    expect(page.get_by_role("heading", name="Draw a digit")).to_be_visible()
    draw_with_finger(page, [(330, 6), (168, 60), (168, 300)])  # no toolbar lies over the corner
    read = page.get_by_test_id("predicted").or_(page.get_by_test_id("not-a-digit"))
    expect(read).to_be_visible()
    page.get_by_text("Several digits").click()
    expect(page.get_by_test_id("number")).to_be_visible()
    page.wait_for_function("() => document.querySelector('[data-testid=stApp]').scrollWidth <= 390")
    wait_until_read(page)
    place = on_screen(page, 672)
    assert 0 <= place((0, 0))[0] < place((672, 0))[0] <= PHONE["width"]

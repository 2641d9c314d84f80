import io
import re

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnn.data.mnist import load_test


def file_of(pixels, kind="png"):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


def seven():
    pixels = np.full((120, 100), 255, np.uint8)
    pixels[20:30, 20:80] = pixels[30:100, 70:80] = 0
    return pixels


@pytest.fixture
def open_method():
    """Opens a page with the other ways in, at one of them."""

    def open_page(method):
        page = AppTest.from_file("input_methods.py", default_timeout=30)
        page.session_state["method"] = method
        page.run()
        assert not page.exception
        return page

    return open_page


def go(page, method):
    return page.segmented_control[0].set_value(method).run()


def give(page, method, data=None):
    if method == "Picture":
        file = ("seven.png", file_of(seven()) if data is None else data, "image/png")
        page.file_uploader[0].set_value(file)
    else:
        page.camera_input[0].set_value(("photo.jpg", file_of(seven(), "jpeg"), "image/jpeg"))
    page.run()
    assert not page.exception
    return page


def button(page, label):
    return next(one for one in page.button if one.label == label)


INPUT_METHODS = pytest.mark.parametrize("method", ["Picture", "Camera"])


@INPUT_METHODS
def test_nothing_is_read_before_there_is_a_picture(open_method, method):
    page = open_method(method)
    assert any(one.value == "Nothing yet" for one in page.caption)
    assert not page.error


@INPUT_METHODS
def test_a_picture_is_a_drawing(open_method, method):
    page = give(open_method(method), method)
    assert len(page.image) == (2 if method == "Picture" else 1)  # a camera shows its own


@pytest.mark.parametrize("shape", [(30, 12_000), (12_000, 30), (3, 1280), (1, 1280), (1280, 1)])
def test_a_picture_far_longer_than_wide_is_shown(open_method, shape):
    pixels = np.full(shape, 255, np.uint8)
    middle = [slice(side * 2 // 5, side * 2 // 5 + max(1, side // 5)) for side in shape]
    pixels[tuple(middle)] = 0
    page = give(open_method("Picture"), "Picture", file_of(pixels))
    assert not page.error
    assert len(page.image) == 2


@INPUT_METHODS
def test_a_picture_stays_when_the_way_is_left_until_it_is_removed(open_method, method):
    page = give(open_method(method), method)
    go(page, "Test digit")
    assert len(go(page, method).image) == 2
    button(page, "Remove").click()
    page.run()
    assert not page.image


@pytest.mark.parametrize("data", [b"", b"no picture at all", file_of(seven())[:80]])
def test_a_file_that_is_no_picture_gets_a_sentence(open_method, data):
    page = give(open_method("Picture"), "Picture", data)
    assert len(page.error) == 1
    assert page.error[0].value.endswith(".")
    assert not page.image


def test_a_readable_picture_takes_the_place_of_a_damaged_one(open_method):
    page = give(open_method("Picture"), "Picture", b"damaged")
    page = give(page, "Picture")
    assert not page.error
    assert len(page.image) == 2


def number(page):
    return page.number_input[0].value


def shown(page):
    text = next(one.value for one in page.caption if "true label" in one.value)
    return re.fullmatch(r"Test digit ([\d,]+) · true label (\d)", text).groups()


def test_a_test_digit_is_shown_with_its_true_label(open_method):
    labels = load_test("sample").labels
    page = open_method("Test digit")
    for wanted in (0, 8, 999):
        page.number_input[0].set_value(wanted)
        page.run()
        assert shown(page) == (f"{wanted:,}", str(labels[wanted]))


def test_another_test_digit_is_chosen_by_chance_and_stays(open_method):
    page = open_method("Test digit")
    seen = set()
    for _ in range(8):
        button(page, "Another one").click()
        page.run()
        seen.add(number(page))
    assert len(seen) > 3
    last = number(page)
    go(page, "Picture")
    assert number(go(page, "Test digit")) == last


def test_a_number_beyond_the_digits_of_this_computer_becomes_its_last(open_method, tiny_mnist):
    page = AppTest.from_file("input_methods.py", default_timeout=30)
    page.session_state["method"] = "Test digit"
    page.session_state["test_digit"] = 9_999
    page.run()
    assert not page.exception
    assert number(page) == 39

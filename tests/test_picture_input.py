import io

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnn.data.mnist import load_test
from tests.pages import button, words
from ui.draw.picture_input import preview


def file_of(kind):
    pixels = np.full((120, 100), 255, np.uint8)
    pixels[20:30, 20:80] = pixels[30:100, 70:80] = 0
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return (f"seven.{kind}".replace("jpeg", "jpg"), buffer.getvalue(), f"image/{kind}")


def open_method(method, **state):
    page = AppTest.from_file("input_methods.py", default_timeout=30)
    for name, value in {"method": method, **state}.items():
        page.session_state[name] = value
    return page.run()


def go(page, method):
    return page.segmented_control[0].set_value(method).run()


@pytest.mark.parametrize("method", ["Picture", "Camera"])
def test_a_picture_stays_when_its_input_method_is_left_until_it_is_removed(method, tiny_mnist):
    page = open_method(method)
    assert "Nothing yet" in words(page)
    (widget,) = page.file_uploader or page.camera_input
    page = widget.set_value(file_of("png" if method == "Picture" else "jpeg")).run()
    assert len(page.image) == (method == "Picture")  # a camera shows its own
    assert "What the network sees" in words(page)
    page = go(go(page, "Test digit"), method)
    assert len(page.image) == 1
    page = button(page, "Remove").click().run()
    assert not page.image
    assert "Nothing yet" in words(page)


@pytest.mark.parametrize("shape", [(30, 12_000), (12_000, 30), (1, 1280), (1280, 1)])
def test_the_preview_of_a_picture_far_longer_than_wide_has_pixels(shape):
    assert preview(np.full(shape, 255, np.uint8), (336, 336)).size > 0


def test_a_damaged_picture_gets_a_sentence_until_a_readable_one_takes_its_place():
    name, data, kind = file_of("png")
    page = open_method("Picture")
    page = page.file_uploader[0].set_value((name, data[:80], kind)).run()
    assert "damaged" in page.error[0].value
    page = page.file_uploader[0].set_value((name, data, kind)).run()
    assert not page.error
    assert len(page.image) == 1


def test_a_test_digit_is_chosen_by_number_or_by_chance_and_stays(tiny_mnist, monkeypatch):
    monkeypatch.setattr("random.randint", lambda low, high: high - 5)
    page = open_method("Test digit", test_digit=9_999)
    assert page.number_input[0].value == 39  # the last on this computer
    label = load_test("mnist").labels[8]
    assert f"Test digit 8 · true label {label}" in words(page.number_input[0].set_value(8).run())
    page = button(page, "Another one").click().run()
    assert page.number_input[0].value == 34
    assert go(go(page, "Picture"), "Test digit").number_input[0].value == 34

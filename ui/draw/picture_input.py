"""Input methods other than drawing: a picture, the camera, a test digit."""

import random
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from cnn.data.mnist import Digits, find_source, load_test
from cnn.drawing.drawing import Drawing
from cnn.drawing.picture import without_transparency
from cnn.drawing.picture_file import FILE_ENDINGS, MAX_BYTES, picture_from_bytes
from ui.draw.pixel_grid import WIDTH


def upload_picture() -> Drawing | None:
    """Let the visitor choose a picture, show it, and return it; None without a readable one.

    The picture stays when the page is left, until it is removed or another takes its place.
    """
    file = st.file_uploader(
        "Picture of a digit",
        FILE_ENDINGS,
        key="uploaded_picture",
        on_change=_save,
        args=("uploaded_picture",),
        max_upload_size=MAX_BYTES // 1_000_000,
        width=WIDTH,
        help="A photo or a drawing, dark on light or light on dark.",
    )
    return _saved("uploaded_picture", file, is_shown=False)


def take_photo() -> Drawing | None:
    """Let the visitor take a photo and return it; it stays as an uploaded picture does."""
    photo = st.camera_input(
        "Photo of a digit",
        key="taken_photo",
        on_change=_save,
        args=("taken_photo",),
        width=WIDTH,
        help="Hold the digit in the middle, with paper all around it.",
    )
    if photo is None:
        st.caption("Browsers allow the camera on https pages and on localhost only.")
    return _saved("taken_photo", photo, is_shown=bool(photo))


def _save(widget: str) -> None:
    """Save the pixels of what was just chosen, or the reason why there are none."""
    file, key = st.session_state[widget], f"saved_{widget}"
    try:
        st.session_state[key] = picture_from_bytes(file.getvalue()) if file else None
    except ValueError as error:
        st.session_state[key] = str(error)


def _saved(widget: str, file: Any, is_shown: bool) -> Drawing | None:
    """Return the saved picture; show it, unless its widget does, and a button to remove it.

    Raises:
        ValueError: the file was no picture that can be read.
    """
    saved = st.session_state.get(f"saved_{widget}")
    if saved is None:
        return None
    if isinstance(saved, str):
        raise ValueError(saved)
    if not is_shown:
        st.image(preview(saved, (WIDTH, WIDTH)), caption="Your picture")
    if not file:  # the widget forgot it when the page was left
        remove, key = st.session_state.pop, f"saved_{widget}"
        st.button("Remove", icon=":material/delete:", on_click=remove, args=(key,))
    return Drawing(picture=saved)


def preview(picture: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a picture no larger than a width and height, on paper that shows its ink.

    The page's own shrinking fails at one far longer than it is wide.
    """
    small = Image.fromarray(np.rint(without_transparency(picture)).astype(np.uint8))
    small.thumbnail(size)
    return np.asarray(small)


def choose_test_digit() -> Drawing:
    """Let the visitor choose a test digit by its number or by chance, and return it as it is.

    Raises:
        ValueError: there are no test digits on this computer.
    """
    digits, state = _test_digits(), st.session_state
    last = len(digits.labels) - 1
    if state.setdefault("test_digit", random.randint(0, last)) > last:
        state["test_digit"] = last  # the digits on this computer have become fewer
    with st.container(horizontal=True, vertical_alignment="bottom", width=WIDTH):
        st.number_input(
            "Number of the test digit", 0, last, key="test_digit", persist_state="session"
        )
        another = {"test_digit": random.randint(0, last)}
        st.button("Another one", icon=":material/casino:", on_click=state.update, kwargs=another)
    number = int(state["test_digit"])
    image, label = digits.images[number], int(digits.labels[number])
    st.image(np.kron(image, np.ones((WIDTH // len(image),) * 2, np.uint8)), width=WIDTH)
    st.caption(f"Test digit {number:,} · true label {label}")
    return Drawing(image=np.array(image))


def show_verdict(digit: int) -> None:
    """Say whether the prediction for the test digit that is shown is right."""
    label = int(_test_digits().labels[int(st.session_state["test_digit"])])
    right = digit == label
    st.markdown(":green[✓ Right]" if right else f":red[✗ Wrong: the true label is {label}]")


def _test_digits() -> Digits:
    return load_test(find_source()[0].name)

"""Input methods other than drawing: a picture, the camera, a test digit."""

import random

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from cnn.data.mnist import DataError, Digits, find_source, load_test
from cnn.drawing.drawing import Drawing
from cnn.drawing.picture import without_transparency
from cnn.drawing.picture_file import FILE_ENDINGS, MAX_BYTES, picture_from_bytes
from ui.draw.pixel_grid import WIDTH

MEGABYTE = 1_000_000


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
        max_upload_size=MAX_BYTES // MEGABYTE,
        width=WIDTH,
        help="A photo or a drawing, dark on light or light on dark.",
    )
    return _show_saved("uploaded_picture", "Your picture", is_shown=False, is_chosen=bool(file))


def take_photo() -> Drawing | None:
    """Let the visitor take a photo and return it; None without a readable one.

    The photo stays when the page is left, until it is removed or another takes its place.
    """
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
    return _show_saved("taken_photo", "Your photo", is_shown=bool(photo), is_chosen=bool(photo))


def _save(widget: str) -> None:
    """Save the pixels of what was just chosen, or the reason why there are none."""
    file = st.session_state[widget]
    saved: NDArray[np.uint8] | str | None = None
    if file is not None:
        try:
            saved = picture_from_bytes(file.getvalue())
        except ValueError as error:
            saved = str(error)
    st.session_state[f"saved_{widget}"] = saved


def _show_saved(widget: str, caption: str, *, is_shown: bool, is_chosen: bool) -> Drawing | None:
    """Show the saved picture, or why there is none, and return it.

    Args:
        widget: where it came from.
        caption: what it is called.
        is_shown: whether the widget shows it itself.
        is_chosen: whether the widget still holds it, and can remove it.
    """
    saved = st.session_state.get(f"saved_{widget}")
    if saved is None:
        return None
    if isinstance(saved, str):
        st.error(saved, icon=":material/broken_image:", width=WIDTH)
        return None
    if not is_shown:
        st.image(_preview(saved), caption=caption)
    if not is_chosen:
        st.button("Remove", icon=":material/delete:", on_click=_forget, args=(widget,))
    return Drawing(picture=saved)


def _preview(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture as large as it is shown, on paper that shows its ink.

    The page's own shrinking fails at one far longer than it is wide.
    """
    small = Image.fromarray(np.rint(without_transparency(picture)).astype(np.uint8))
    small.thumbnail((WIDTH, WIDTH))
    return np.asarray(small)


def _forget(widget: str) -> None:
    st.session_state[f"saved_{widget}"] = None


def choose_test_digit() -> Drawing | None:
    """Let the visitor choose a test digit by its number or by chance, and return it as it is."""
    digits = _test_digits()
    if digits is None:
        return None
    last = len(digits.labels) - 1
    state = st.session_state
    if state.setdefault("test_digit", random.randint(0, last)) > last:
        state["test_digit"] = last  # the digits on this computer have become fewer
    with st.container(horizontal=True, vertical_alignment="bottom", width=WIDTH):
        st.number_input(
            "Number of the test digit",
            0,
            last,
            key="test_digit",
            persist_state="session",
            help="Which of the test digits on this computer.",
        )
        st.button(
            "Another one",
            icon=":material/casino:",
            on_click=_choose_by_chance,
            args=(last,),
        )
    number = int(state["test_digit"])
    image, label = digits.images[number], int(digits.labels[number])
    st.image(_large(image), width=WIDTH)
    st.caption(f"Test digit {number:,} · true label {label}")
    return Drawing(image=np.array(image))


def show_verdict(digit: int) -> None:
    """Say whether the test digit that is shown is read right.

    Args:
        digit: the prediction for it.
    """
    digits = _test_digits()
    if digits is None:
        return
    label = int(digits.labels[int(st.session_state["test_digit"])])
    right = digit == label
    st.markdown(":green[✓ Right]" if right else f":red[✗ Wrong: the true label is {label}]")


def _test_digits() -> Digits | None:
    """Return the best test digits on this computer, or say why there are none."""
    try:
        return load_test(find_source()[0].name)
    except DataError as error:
        st.error(str(error), icon=":material/database_off:", width=WIDTH)
        return None


def _choose_by_chance(last: int) -> None:
    st.session_state["test_digit"] = random.randint(0, last)


def _large(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return an image, (28, 28), with each pixel as a square: as large as the canvas."""
    return np.kron(image, np.ones((WIDTH // len(image),) * 2, np.uint8))

import pytest

from cnn.fine_tuning import saved_digits
from tests.pages import button, open_script
from tests.saved import stroke_drawing

SCRIPT = """
import streamlit as st
from tests.saved import stroke_drawing
from ui.draw.save_digit import offer_save_digit

offer_save_digit(stroke_drawing(st.session_state.get("number", 0)), 3)
"""


@pytest.fixture
def saved(runs_dir):
    """The saved labels."""
    return lambda: [digit.label for digit in saved_digits.read(runs_dir).digits]


def choose(page, label):
    (control,) = page.get("button_group")
    page = control.set_value(label).run()
    assert not page.exception
    return page


def words(page):
    return [element.value for element in page.markdown]


def test_a_drawing_is_saved_relabeled_deleted_and_restored(saved):
    page = open_script(SCRIPT)
    assert (saved(), words(page)) == ([], [])
    page = choose(page, 7)
    assert (saved(), words(page)) == ([7], ["Saved as a 7 · 1 in My digits"])
    page = choose(page, 8)
    assert (saved(), words(page)) == ([8], ["Saved as an 8 · 1 in My digits"])
    page = button(page, "Undo save").click().run()
    assert (saved(), words(page)) == ([7], ["Saved as a 7 · 1 in My digits"])
    page = choose(page, None)
    assert (saved(), words(page)) == ([], ["No longer saved · 0 in My digits"])
    page = button(page, "Undo save").click().run()
    assert saved() == [7]
    page.session_state["number"] = 1  # another drawing
    page = choose(page.run(), 1)
    assert saved() == [7, 1]
    page = button(page, "Undo save").click().run()
    assert (saved(), words(page)) == ([7], [])


def test_undo_leaves_what_another_tab_has_changed_since(saved, runs_dir):
    page = choose(open_script(SCRIPT), 7)
    saved_digits.add(stroke_drawing(), 5, runs_dir)
    page = button(page, "Undo save").click().run()
    assert saved() == [5]
    assert "changed or deleted elsewhere" in page.error[0].value
    assert words(page) == ["Saved as a 5 · 1 in My digits"]


def test_a_drawing_that_is_saved_already_shows_its_label_in_another_session(saved, runs_dir):
    saved_digits.add(stroke_drawing(), 5, runs_dir)
    page = open_script(SCRIPT)
    assert words(page) == ["Saved as a 5 · 1 in My digits"]
    assert button(page, "Undo save") is None


def test_what_cannot_be_saved_gets_a_sentence(saved, runs_dir, monkeypatch):
    monkeypatch.setattr(saved_digits, "MAX_DIGITS", 1)
    saved_digits.add(stroke_drawing(1), 2, runs_dir)
    page = choose(open_script(SCRIPT), 7)
    assert "delete some" in page.error[0].value
    assert saved() == [2]

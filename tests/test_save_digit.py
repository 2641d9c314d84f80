import pytest
from streamlit.testing.v1 import AppTest

from cnn.fine_tuning import saved_digits
from tests.saved import image_drawing, stroke_drawing

SCRIPT = """
from cnn.drawing.drawing import Drawing
from tests.saved import image_drawing, stroke_drawing
from ui.draw.save_digit import offer_save_digit

offer_save_digit({drawing}, 3)
"""


@pytest.fixture
def offer(runs_dir):
    """Shows the choice for a drawing."""

    def show(drawing="stroke_drawing()"):
        return AppTest.from_string(SCRIPT.format(drawing=drawing), default_timeout=30).run()

    return show


def choice(page):
    (control,) = page.get("button_group")
    return control


def button(page, label):
    return next((button for button in page.button if button.label == label), None)


def saved(runs_dir):
    return [digit.label for digit in saved_digits.read(runs_dir).digits]


def words(page):
    return [element.value for element in page.markdown]


def test_nothing_is_saved_until_a_digit_is_chosen(offer, runs_dir):
    page = offer()
    assert not page.exception
    assert choice(page).value is None
    assert saved(runs_dir) == []
    assert words(page) == []


def test_choosing_a_label_saves_the_drawing_and_says_so(offer, runs_dir):
    page = choice(offer()).set_value(7).run()
    assert not page.exception
    assert saved(runs_dir) == [7]
    assert words(page) == ["Saved as a 7 · 1 in My digits"]


def test_choosing_another_label_relabels_and_undo_returns_to_the_first(offer, runs_dir):
    page = choice(offer()).set_value(7).run()
    page = choice(page).set_value(8).run()
    assert saved(runs_dir) == [8]
    assert words(page) == ["Saved as an 8 · 1 in My digits"]
    button(page, "Undo save").click().run()
    assert saved(runs_dir) == [7]


def test_undo_leaves_what_another_tab_has_changed_since(offer, runs_dir):
    page = choice(offer()).set_value(7).run()
    saved_digits.add(stroke_drawing(), 5, runs_dir)
    page = button(page, "Undo save").click().run()
    assert not page.exception
    assert saved(runs_dir) == [5]
    assert "changed or deleted elsewhere" in page.error[0].value
    assert words(page) == ["Saved as a 5 · 1 in My digits"]


def test_undo_restores_what_was_there_just_before(offer, runs_dir):
    page = choice(offer()).set_value(7).run()
    saved_digits.add(stroke_drawing(), 5, runs_dir)  # by another tab, unseen here
    page = choice(page).set_value(8).run()
    button(page, "Undo save").click().run()
    assert saved(runs_dir) == [5]


def test_what_another_tab_deleted_is_not_brought_back(offer, runs_dir):
    page = choice(offer()).set_value(7).run()
    page = choice(page).set_value(8).run()
    (digit,) = saved_digits.read(runs_dir).digits
    saved_digits.delete([digit.id], runs_dir)
    page = button(page, "Undo save").click().run()
    assert saved(runs_dir) == []
    assert "changed or deleted elsewhere" in page.error[0].value


def test_undo_of_the_first_choice_saves_nothing(offer, runs_dir):
    page = choice(offer()).set_value(7).run()
    page = button(page, "Undo save").click().run()
    assert saved(runs_dir) == []
    assert words(page) == []


def test_choosing_the_same_label_again_deletes_the_drawing_and_can_be_undone(offer, runs_dir):
    page = choice(offer()).set_value(7).run()
    page = choice(page).set_value(None).run()
    assert saved(runs_dir) == []
    assert words(page) == ["No longer saved · 0 in My digits"]
    button(page, "Undo save").click().run()
    assert saved(runs_dir) == [7]


def test_a_drawing_that_is_saved_already_shows_its_label_in_another_session(offer, runs_dir):
    saved_digits.add(stroke_drawing(), 5, runs_dir)
    page = offer()
    assert words(page) == ["Saved as a 5 · 1 in My digits"]
    assert button(page, "Undo save") is None
    assert saved(runs_dir) == [5]


def test_another_drawing_offers_anew(offer, runs_dir):
    choice(offer()).set_value(7).run()
    page = offer("stroke_drawing(1)")
    assert words(page) == []
    choice(page).set_value(1).run()
    assert saved(runs_dir) == [7, 1]


def test_an_image_is_saved_too(offer, runs_dir):
    choice(offer("image_drawing()")).set_value(0).run()
    (digit,) = saved_digits.read(runs_dir).digits
    assert (digit.drawing.image == image_drawing().image).all()


def test_what_cannot_be_saved_gets_a_sentence(offer, runs_dir, monkeypatch):
    monkeypatch.setattr(saved_digits, "MAX_DIGITS", 1)
    saved_digits.add(stroke_drawing(1), 2, runs_dir)
    page = choice(offer()).set_value(7).run()
    assert not page.exception
    assert "delete some" in page.error[0].value
    assert saved(runs_dir) == [2]


def test_an_empty_drawing_gets_a_sentence(offer):
    page = offer("Drawing()")
    assert not page.exception
    assert "nothing to read" in page.error[0].value

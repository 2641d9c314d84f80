import shutil

import pytest

from cnn.inference.classifier import Prediction
from cnn.presets import PRESETS
from cnn.runs import store
from cnn.runs.status import State
from cnn.runs.store import BUILT_IN, BUILT_IN_PATH
from tests.pages import html, open_script
from ui.draw import all_networks

SCRIPT = """
import streamlit as st
from cnn.runs import store
from cnn.drawing.drawing import Drawing
from ui.draw.all_networks import show_all_networks

drawing = Drawing(strokes=(((70., 70.), (230., 70.), (160., 190.), (130., 270.)),))
run = store.open_run(st.session_state.get("page_run", "built-in"), store.runs_folder())
show_all_networks(drawing, run)
"""


def open_networks(**state):
    page = open_script(SCRIPT, **state)
    assert not page.exception
    return page


def cards(page):
    return html(page).count('role="listitem"')


@pytest.fixture
def add_run(runs_dir):
    """Adds a finished run with the built-in run's network; each newer than the one before."""
    created = iter(range(1_000_000_000, 2_000_000_000, 1_000))

    def add():
        run = store.create(PRESETS["fast"], runs_dir)
        run.update_status(state=State.FINISHED, created=next(created), test_accuracy=0.98)
        shutil.copy(BUILT_IN_PATH / "model.onnx", run.model_path)
        return run

    return add


def test_one_network_shows_its_own_prediction_and_asks_for_another(runs_dir):
    page = open_networks()
    assert "train another" in page.caption[0].value
    assert cards(page) == 1


def test_the_newest_runs_and_the_built_in_one_are_chosen_at_first(add_run):
    page_run, *added = [add_run().id for _ in range(5)]
    page = open_networks(page_run=page_run)
    assert page.multiselect[0].value == [*added[:1:-1], BUILT_IN]
    assert cards(page) == 4
    assert "All 4 networks read a 7." in page.markdown[0].value


def test_runs_deleted_meanwhile_or_without_a_network_are_not_offered(add_run, runs_dir):
    gone, stays = add_run(), add_run()
    store.create(PRESETS["fast"], runs_dir)
    page = open_networks()
    shutil.rmtree(gone.path)
    page.run()
    assert not page.exception
    assert page.multiselect[0].value == [stays.id]
    assert len(page.multiselect[0].options) == 1


def test_the_chosen_run_of_the_page_is_no_other(add_run):
    one, other = add_run().id, add_run().id
    page = open_networks(page_run=one, compared_runs=[one, other])
    assert page.multiselect[0].value == [other]
    assert cards(page) == 2


def test_a_damaged_network_is_left_out_with_a_sentence(add_run):
    add_run().model_path.write_text("no network")
    page = open_networks()
    assert cards(page) == 1
    assert "is left out: its network can't be read" in page.caption[0].value


def prediction(digit, is_digit=True):
    shares = [0.01] * 10
    shares[digit], shares[(digit + 1) % 10] = 0.8, 0.12
    return Prediction(digit, 0.8, tuple(shares), 0.2, is_digit)


def test_a_card_has_the_digit_confidence_and_the_three_most_probable():
    text = all_networks.cards_html({"<Fast>": prediction(4)})
    assert "&lt;Fast&gt;" in text
    assert '<div class="digit">4</div>' in text
    assert "80.0% confidence" in text
    assert 'aria-label="4: 80.0%; 5: 12.0%; 0: 1.0%"' in text
    assert "Not a digit" not in text


def test_a_rejected_drawing_says_so_and_shows_the_closest_digit():
    text = all_networks.cards_html({"Fast": prediction(4, is_digit=False)})
    assert "Not a digit" in text
    assert '<div class="digit">4</div>' in text
    assert "confidence" not in text


@pytest.mark.parametrize(
    ("digits", "rejected", "sentence"),
    [
        ([8], [], "This network reads an 8."),
        ([3, 3, 3], [], "All 3 networks read a 3."),
        ([3, 8, 3, 5], [], "2 of 4 networks read a 3."),
        ([1, 2], [], "Each network reads another digit."),
        ([4], [3, 3], "2 of 3 networks read a 3."),
        ([], [3, 3], "Not a digit, as far as these networks can tell."),
    ],
)
def test_the_networks_agreement_is_said_in_a_sentence(digits, rejected, sentence):
    predictions = [prediction(digit) for digit in digits]
    predictions += [prediction(digit, is_digit=False) for digit in rejected]
    assert all_networks.verdict(predictions) == sentence

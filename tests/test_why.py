import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from cnn import data, runs
from cnn.drawing.steps import Step
from cnn.presets import PRESETS
from cnn.reading.explanation import LayerMaps, Neighbour
from tests.pages import html, open_script
from ui.drawing import why, why_pictures

SCRIPT = """
import numpy as np
import streamlit as st
from cnn import runs
from cnn.drawing.drawing import Drawing
from ui.drawing.why import show_why

kind = st.session_state.get("kind", "strokes")
drawing = {
    "strokes": Drawing(strokes=(((70., 70.), (230., 70.), (160., 190.), (130., 270.)),)),
    "picture": Drawing(picture=np.kron(np.eye(4, dtype=np.uint8) * 200, np.ones((9, 9), np.uint8))),
    "image": Drawing(image=np.eye(28, dtype=np.uint8) * 250),
    "nothing": Drawing(),
    "blank": Drawing(image=np.zeros((28, 28), np.uint8)),
}[kind]
show_why(drawing, runs.open_run(st.session_state.get("run", "built-in"), runs.runs_folder()))
"""


@pytest.fixture(autouse=True)
def few_digits(monkeypatch):
    monkeypatch.setattr("cnn.reading.explanation.MOST_DIGITS", 300)
    why._index.clear()
    yield
    why._index.clear()


def open_why(**state):
    return open_script(SCRIPT, **state)


@pytest.mark.parametrize(("kind", "steps"), [("strokes", 5), ("picture", 5), ("image", 1)])
def test_steps_ink_nearest_digits_and_maps_are_shown(kind, steps):
    page = open_why(kind=kind)
    assert not page.exception
    assert not page.error
    assert html(page).count('role="listitem"') == steps + 5
    assert "speaks for" in html(page)
    assert "Convolution 1" in html(page)
    assert len([one for one in page.markdown if one.value.startswith("#####")]) == 4


def test_no_ink_at_all_is_explained_too():
    page = open_why(kind="blank")
    assert not page.exception
    assert "No spot matters much by itself" in html(page)


def test_nothing_to_read_gets_a_sentence():
    page = open_why(kind="nothing")
    assert not page.exception
    assert "draw a digit" in page.error[0].value


def test_a_damaged_network_gets_a_sentence(runs_dir):
    run = runs.create(PRESETS["fast"], runs_dir)
    run.model_path.write_text("no network")
    page = open_why(run=run.id)
    assert not page.exception
    assert "is damaged" in page.error[0].value


def test_a_run_whose_settings_are_lost_is_explained_all_the_same(runs_dir):
    run = runs.create(PRESETS["fast"], runs_dir)
    run.model_path.write_bytes((runs.BUILT_IN_PATH / "model.onnx").read_bytes())
    (run.path / "hyperparameters.json").write_text("lost")
    page = open_why(run=run.id)
    assert not page.exception
    assert not page.error
    assert "Convolution 1" in html(page)


def test_the_training_digits_are_looked_through_once_for_all_visitors(monkeypatch):
    looks = []
    load = data.load_first_training
    monkeypatch.setattr(data, "load_first_training", lambda n: looks.append(n) or load(n))
    for _ in range(2):
        assert not open_why().exception
    assert looks == [300]


def test_they_are_looked_through_again_when_other_digits_are_here(request):
    open_why()
    sample = html(open_why())
    request.getfixturevalue("tiny_mnist")
    assert html(open_why()) != sample


def pictures(text):
    """The pictures in a page's HTML as arrays."""
    encoded = re.findall(r"base64,([^\"]+)", text)
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(one)))) for one in encoded]


def test_steps_are_numbered_and_only_ink_follows_the_theme():
    ink, photo = np.eye(28, dtype=np.uint8), np.full((90, 140), 7, np.uint8)
    text = why_pictures.steps_html(
        [Step("Photo", "As it is.", photo, as_given=True), Step("<b>", "Ink.", ink)]
    )
    assert 'class="plain fine"' in text
    assert 'class=""' in text
    assert "2. &lt;b&gt;" in text
    assert np.array_equal(pictures(text)[1], ink)


def test_ink_is_blue_for_the_answer_orange_against_it_and_transparent_where_there_is_none():
    image, falls = np.zeros((28, 28), np.uint8), np.zeros((28, 28), np.float32)
    image[2, 2:5] = 255
    falls[2, 2:5] = [0.5, -0.5, 0]
    picture = why_pictures.ink_picture(image, falls)
    assert [tuple(picture[2, column]) for column in (2, 3, 4)] == [
        (*why_pictures.FOR, 255),
        (*why_pictures.AGAINST, 255),
        (*why_pictures.NEUTRAL, 255),
    ]
    assert picture[..., 3].sum() == 3 * 255


def luminance(colour):
    channels = np.array(colour) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


@pytest.mark.parametrize("tile", [(0xF1, 0xF1, 0xF4), (0x24, 0x26, 0x2E)])
@pytest.mark.parametrize("colour", [why_pictures.FOR, why_pictures.AGAINST, why_pictures.NEUTRAL])
def test_the_colours_of_ink_stand_out_from_light_and_dark_tiles(colour, tile):
    lighter, darker = sorted([luminance(colour), luminance(tile)], reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 3


def test_where_the_ink_mattered_is_also_said_in_words():
    image, falls = np.full((28, 28), 9, np.uint8), np.zeros((28, 28), np.float32)
    assert "No ink speaks for 8" in why_pictures.ink_html(image, falls, 8)
    falls[1, 27] = 0.3
    text = why_pictures.ink_html(image, falls, 8)
    assert "The ink at the top on the right speaks most for 8." in text
    assert "No spot" not in text


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        ([8] * 5, "All of them are an 8."),
        ([8, 3, 3, 3, 3], "1 of them is an 8."),
        ([8, 8, 3, 3, 3], "2 of them are an 8."),
        ([3] * 5, "None of them is an 8."),
    ],
)
def test_how_many_of_the_nearest_are_the_answer_is_said(labels, sentence):
    image = np.zeros((28, 28), np.uint8)
    text = why_pictures.nearest_html([Neighbour(image, one, 1.0) for one in labels], 8)
    assert sentence in text


def test_each_layer_has_a_sentence_and_brighter_tiles_where_it_responds():
    maps = np.zeros((2, 4, 4), np.uint8)
    maps[0, 1, 1] = 255
    layers = [LayerMaps(f"convolution_{number}", 2, maps) for number in (1, 2, 3)]
    text = why_pictures.maps_html(layers)
    meanings = re.findall(r"<div>([^<]+)</div>", text)
    assert len(set(meanings)) == 3
    first = pictures(text)[0].sum(axis=2)
    assert first[1, 1] == first.max() > 3 * first[0, 0]
    assert "the 2 most active" not in text
    assert "40 maps of 4×4, the 2 most active" in why_pictures.maps_html(
        [LayerMaps("convolution_1", 40, maps)]
    )

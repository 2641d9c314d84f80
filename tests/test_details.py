import numpy as np
import pytest

from cnn.drawing.drawing import Step
from cnn.inference.predictor import load_predictor
from cnn.presets import PRESETS
from cnn.runs import store
from tests.pages import html, open_script
from tests.pictures import pictures
from ui.draw.details import steps_html
from ui.shared.explanation import nearest

SCRIPT = """
import numpy as np
import streamlit as st
from cnn.runs import store
from cnn.drawing.drawing import Drawing
from ui.draw.details import show_why

kind = st.session_state.get("kind", "strokes")
drawing = {
    "strokes": Drawing(strokes=(((70., 70.), (230., 70.), (160., 190.), (130., 270.)),)),
    "picture": Drawing(picture=np.kron(np.eye(4, dtype=np.uint8) * 200, np.ones((9, 9), np.uint8))),
    "image": Drawing(image=np.eye(28, dtype=np.uint8) * 250),
    "blank": Drawing(image=np.zeros((28, 28), np.uint8)),
}[kind]
show_why(drawing, store.open_run(st.session_state.get("run", "built-in"), store.runs_folder()))
"""


@pytest.fixture(autouse=True)
def few_digits(monkeypatch):
    monkeypatch.setattr("cnn.explanation.explain.MAX_DIGITS", 300)
    nearest.index.clear()


def open_why(**state):
    page = open_script(SCRIPT, **state)
    assert not page.exception
    return page


def test_steps_ink_nearest_digits_and_maps_are_shown():
    for kind, steps in {"strokes": 5, "picture": 5, "image": 1, "blank": 1}.items():
        page = open_why(kind=kind)
        assert not page.error
        assert html(page).count('role="listitem"') == steps + 5
        assert "positive for" in html(page)
        assert ("No patch matters by itself" in html(page)) == (kind == "blank")
        assert "Convolution 1" in html(page)
        assert len([one for one in page.markdown if one.value.startswith("#####")]) == 4


def test_a_run_whose_hyperparameters_are_lost_is_explained_all_the_same(runs_dir):
    run = store.create(PRESETS["fast"], runs_dir)
    run.model_path.write_bytes((store.BUILT_IN_PATH / "model.onnx").read_bytes())
    (run.path / "hyperparameters.json").write_text("lost")
    page = open_why(run=run.id)
    assert not page.error
    assert "Convolution 1" in html(page)


def test_training_digits_are_indexed_once_for_all_visitors_until_they_change(request):
    run = store.Run(store.BUILT_IN_PATH)
    predictor = load_predictor(run.model_path)
    sample = nearest.index(run, predictor)
    assert sample.features.shape[0] == 300
    assert nearest.index(run, predictor) is sample
    request.getfixturevalue("tiny_mnist")
    assert nearest.index(run, predictor) is not sample


def test_steps_are_numbered_and_only_ink_follows_the_theme():
    ink, photo = np.eye(28, dtype=np.uint8), np.full((90, 140), 7, np.uint8)
    text = steps_html([Step("Photo", "As it is.", photo, as_given=True), Step("<b>", "Ink.", ink)])
    assert 'class="plain fine"' in text
    assert 'class=""' in text
    assert "2. &lt;b&gt;" in text
    assert np.array_equal(pictures(text)[1], ink)

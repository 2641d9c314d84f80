import re
import shutil

import numpy as np
import pytest

from cnn.data import mnist
from cnn.hyperparameters import Hyperparameters
from cnn.inference.predictor import Predictor
from cnn.lesson.tutorial import tutorial_code
from cnn.presets import PRESETS
from cnn.runs import store
from cnn.runs.status import State, Status
from cnn.runs.store import BUILT_IN_PATH
from tests import pages
from tests.evaluated_run import make_evaluated_run, make_run
from tests.networks import save_onnx
from tests.pages import html, press, words
from ui.how_it_works.convolution_demo import map_picture
from ui.how_it_works.lesson import layer_terms, lesson
from ui.how_it_works.steps import STEPS
from ui.how_it_works.training_results import loss_text, progress_text
from ui.shared import navigation

NAMES = [step.name for step in STEPS]
NEEDS_NETWORK = ("Layers", "Compile", "Predict", "Argmax", "Picture")


def open_step(name, run="built-in", **query):
    page = pages.open_page("how_it_works", run=run, step=str(NAMES.index(name) + 1), **query)
    assert not page.exception
    return page


def make_copy_of_built_in(folder, **status):
    """A run with the built-in network."""
    run = make_run(folder, name="20260101-000000-accurate-bbbb")
    shutil.copy(BUILT_IN_PATH / "model.onnx", run.model_path)
    shutil.copy(BUILT_IN_PATH / "hyperparameters.json", run.path)
    run.update_status(**status)
    return run


def make_run_of_wide_kernels(folder):
    """A run of two filters of 7×7 with random weights, whose feature map has 22 rows."""
    run = make_run(folder, name="20260101-000000-custom-cccc")
    values = Hyperparameters(filters=(2,), kernel_size=7)
    (run.path / "hyperparameters.json").write_text(values.to_json())
    kernels = np.random.default_rng(0).normal(size=(2, 1, 7, 7)).astype(np.float32)
    nodes = [
        ("Reshape", ["image", "shape"], ["channels_first"]),
        ("Conv", ["channels_first", "kernels", "biases"], ["convolved"]),
        ("Relu", ["convolved"], ["positive"]),
        ("Reshape", ["positive", "maps"], ["convolution_1"]),
        ("Flatten", ["convolution_1"], ["features"]),
        ("MatMul", ["features", "weights"], ["probabilities"]),
    ]
    constants = {"shape": [-1, 1, 28, 28], "maps": [-1, 22, 22, 2], "kernels": kernels}
    constants |= {"biases": np.ones(2, np.float32), "weights": np.zeros((968, 10), np.float32)}
    shapes = {"image": (28, 28, 1), "convolution_1": (22, 22, 2), "probabilities": (10,)}
    save_onnx(run.model_path, nodes, shapes, constants)
    return run


def test_each_step_shows_its_text_its_code_and_the_network_and_loads_no_more(
    tiny_mnist, monkeypatch
):
    def expensive(*_):
        raise AssertionError("read although it is not shown")

    monkeypatch.setattr("cnn.data.mnist.load", expensive)
    monkeypatch.setattr("cnn.data.mnist.load_first_training", expensive)
    assert [*lesson()] == [*NAMES, "Other"]
    for name in NAMES:
        page = open_step(name)
        text = lesson()[name]
        assert [code.value for code in page.code] == [tutorial_code()[name]]
        for part in (text.title, text.body.strip(), text.terms.strip(), text.code_terms.strip()):
            assert part in words(page)
        assert not page.error
        differs = name in ("Prepare", "Layers", "Compile", "Fit")
        assert ("differs from the code" in words(page)) == differs
        rejects = name in ("Layers", "Predict", "Argmax")
        assert ("eleventh output" in words(page)) == rejects


def test_of_a_network_like_the_tutorials_no_difference_is_shown(tiny_mnist, runs_dir):
    run = make_evaluated_run(runs_dir)
    for name in ("Prepare", "Layers", "Compile", "Fit"):
        assert not re.search("differs|eleventh output", words(open_step(name, run.id)))


def test_every_bold_term_of_a_step_is_explained_in_that_step_or_before():
    def bold(text):
        return re.findall(r"\*\*(.+?)\*\*", text)

    explained = ["tutorial", *bold(layer_terms(set()))]
    for name in NAMES:
        text = lesson()[name]
        explained += bold(text.terms + text.code_terms)
        for term in bold(text.body):
            start = term[:4].lower()  # "scaled" is explained as "scaling"
            assert any(each.lower().startswith(start) for each in explained), f"{name}: {term}"


def test_a_layer_is_explained_where_a_network_has_it():
    assert "Dropout" in layer_terms({"Conv2D", "Dropout"})
    assert layer_terms({"Conv2D"}).startswith("- **Pooling**")  # which step 7 mentions
    assert "Dropout" not in layer_terms({"Conv2D"})


def test_next_and_previous_walk_through_the_steps_and_the_address_follows(tiny_mnist):
    page = open_step("Load")
    assert next(each for each in page.button if each.label == "Previous").disabled
    page.segmented_control(key="lesson_step").set_value(10).run()
    assert page.query_params["step"] == "10"
    for step in ("1", "2"):
        press(page, "next_step")
        assert page.query_params["step"] == step
    assert lesson()["Look"].title in words(page)
    press(page, "Previous")
    assert page.query_params["step"] == "1"


def test_an_impossible_step_leads_to_the_first_and_none_to_the_one_seen_last(tiny_mnist):
    page = open_step("Look")
    del page.query_params["step"]
    assert lesson()["Look"].title in words(page.run())
    for step in ("0", "11", "two", "²"):
        page.query_params["step"] = step
        assert lesson()["Load"].title in words(page.run())


def test_the_counts_are_those_of_the_digits(tiny_mnist):
    page = open_step("Load")
    assert [metric.value for metric in page.metric] == ["220", "20", "40"]
    assert html(page).count('class="track"') == 10


def feature_maps(path, index=0):
    """The maps of a test digit that the network itself computes."""
    return Predictor(path).activations(mnist.load_test("mnist").images[index])["convolution_1"]


def shown_pixel(page):
    return float(re.search(r'data-testid="output"><b>([^<]+)</b>', html(page))[1].replace("−", "-"))


def nearly(value):
    """A pixel of a network that scales, computed from rounded numbers."""
    return pytest.approx(float(value), abs=0.02)


def test_the_computed_pixel_is_the_networks_own_at_each_position(tiny_mnist):
    page = open_step("Layers", picture="3", filter="5", row="4", column="28")
    maps = feature_maps(BUILT_IN_PATH / "model.onnx", 3)[:, :, 4]
    assert maps.any()
    assert shown_pixel(page) == nearly(maps[3, 27])
    press(page, "Next position")
    assert (page.slider(key="row").value, page.slider(key="column").value) == (5, 1)
    assert shown_pixel(page) == nearly(maps[4, 0])
    press(page, "Maximum activation")
    assert shown_pixel(page) == nearly(maps.max())


@pytest.mark.parametrize("query", [{"row": "99", "filter": "17"}, {"picture": "40", "column": "x"}])
def test_an_impossible_position_in_the_address_is_left_out(tiny_mnist, query):
    assert shown_pixel(open_step("Layers", **query)) >= 0


def test_a_position_in_a_larger_map_is_clipped_to_a_smaller_one(tiny_mnist, runs_dir):
    run = make_run_of_wide_kernels(runs_dir)
    page = open_step("Layers", row="28", column="27", filter="16")
    page.query_params["run"] = run.id
    page.run()
    assert not page.exception
    place = page.slider(key="row").value, page.slider(key="column").value
    assert (*place, page.slider(key="filter").value) == (22, 22, 2)
    pixel = feature_maps(run.model_path)[21, 21, 1]
    assert shown_pixel(page) == pytest.approx(float(pixel), rel=1e-3)


def test_a_feature_map_is_faint_after_the_position():
    opacity = map_picture(np.ones((4, 4), np.float32), 1, 2)[..., 3].ravel()
    assert opacity[:7].min() == 255
    assert opacity[7:].max() < 80


def test_the_predictions_are_the_networks_own(tiny_mnist):
    images = mnist.load_test("mnist").images[:3]
    digits = Predictor(BUILT_IN_PATH / "model.onnx").probabilities(images).argmax(axis=1)
    for name, pattern in (
        ("Argmax", r'data-testid="argmax">(\d)<'),
        ("Picture", r"Predicted: (\d)"),
    ):
        assert re.findall(pattern, html(open_step(name))) == [str(digit) for digit in digits]


def test_a_measured_variant_fills_the_form_with_one_click(tiny_mnist, monkeypatch):
    led_to = []
    monkeypatch.setattr("streamlit.switch_page", lambda page, **_: led_to.append(page))
    page = press(open_step("Test"), "With pooling")
    assert led_to == [navigation.TRAIN]
    version = page.session_state["form_version"]
    assert page.session_state[f"form_{version}_pool_after"] == (1, 2)
    assert not page.session_state[f"form_{version}_scale_pixels"]


def test_without_a_network_the_steps_that_need_one_say_why(tiny_mnist, runs_dir):
    run = store.create(PRESETS["fast"], runs_dir)
    run.update_status(state=State.FAILED)
    for name in (*NEEDS_NETWORK, "Load"):
        page = open_step(name, run.id)
        assert ("failed, so it has no network" in words(page)) == (name in NEEDS_NETWORK)
        assert page.button(key="next_step")
    assert "5,994" in words(open_step("Layers", run.id))  # parameters are known before training


@pytest.mark.parametrize("damaged", ["status.json", "hyperparameters.json"])
def test_a_damaged_run_takes_no_step_down(tiny_mnist, runs_dir, damaged):
    run = make_copy_of_built_in(runs_dir)
    (run.path / damaged).write_text("{")
    for name in ("Load", "Layers", "Fit", "Predict"):
        assert open_step(name, run.id).button(key="next_step")


def test_damaged_files_are_named_where_they_are_needed(tiny_mnist, runs_dir):
    run = make_copy_of_built_in(runs_dir)
    (run.path / "test_predictions.npz").write_bytes(b"no archive")
    page = open_step("Test", run.id)
    assert "stored predictions of this run are damaged" in page.warning[0].value
    assert "47,410" in words(page)
    assert not open_step("Predict", run.id).warning
    run.model_path.write_bytes(b"no network")
    for name in ("Layers", "Predict"):
        assert "is damaged" in open_step(name, run.id).warning[0].value


def test_without_mnist_the_samples_digits_are_shown_and_named_so(monkeypatch):
    monkeypatch.setattr("cnn.data.download.start_download", lambda **_: None)
    page = open_step("Load")
    assert [metric.value for metric in page.metric] == ["3,600", "400", "1,000"]
    assert "not on this computer yet" in page.info[0].value


def test_a_run_of_the_sample_is_shown_with_the_sample(tiny_mnist, runs_dir):
    run = make_copy_of_built_in(runs_dir, dataset="sample")
    page = open_step("Load", run.id)
    assert [metric.value for metric in page.metric] == ["3,600", "400", "1,000"]
    assert "trained on the 5,000 digits" in page.info[0].value


@pytest.mark.parametrize(
    ("status", "done", "has_curves", "sentence"),
    [
        (Status(State.QUEUED, 0.0), 0, False, "It is queued."),
        (Status(State.RUNNING, 0.0), 1, True, "It is still training."),
        (Status(State.STOPPED, 0.0), 0, True, "It stopped after 0 of 5 complete epochs."),
        (
            Status(State.STOPPED, 0.0, 1.0),
            0,
            False,
            "There are no curves: it ended during",
        ),
        (Status(State.FAILED, 0.0), 0, False, "There are no curves: it ended before"),
        (Status(State.FINISHED, 0.0), 5, True, ""),
    ],
)
def test_a_run_says_how_far_it_has_come(status, done, has_curves, sentence):
    text = progress_text(status, done, 5, has_curves)
    assert text.startswith(sentence)
    assert bool(text) == bool(sentence)


def test_the_loss_of_a_certain_prediction_is_small_and_not_nothing():
    assert loss_text(0.5) == "0.6931"
    assert loss_text(1.0) == "less than 0.0001"
    assert loss_text(0.0) == "16.1181"

import html as markup
import re
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from streamlit.testing.v1 import AppTest

from cnn.data import mnist
from cnn.hyperparameters import SPECS, Hyperparameters
from cnn.inference.predictor import Predictor
from cnn.lesson.convolution import compute, first_convolution
from cnn.lesson.tutorial import tutorial_code
from cnn.presets import PRESETS
from cnn.runs import store
from cnn.runs.status import State
from cnn.runs.store import BUILT_IN_PATH
from tests.evaluated_run import make_evaluated_run, make_run
from tests.pages import html
from ui.how_it_works.convolution_html import map_picture
from ui.how_it_works.glossary import CODE_GLOSSARY, GLOSSARY, LAYER_GLOSSARY
from ui.how_it_works.steps import STEPS
from ui.shared import navigation

PAGE = Path(navigation.__file__).parents[2] / navigation.HOW_IT_WORKS
NAMES = [step.name for step in STEPS]
NEEDS_NETWORK = ("Layers", "Compile", "Predict", "Argmax", "Picture")

# Every word of the field that a beginner can meet on the page, with what explains it: an entry of
# the lesson's own words, or what the Train page says about a choice that the network makes.
FIELD_WORDS = {
    r"neural network": "Neural network",
    r"keras": "Keras",
    r"training (digit|image|set)": "Training set",
    r"test (digit|image|set)": "Test set",
    r"validat": "Validation set",
    r"\blabel(?! smoothing)": "Label",
    r"\bshape\b": "Shape",
    r"pixel": "Pixel",
    r"\bscal(e|es|ed|ing)\b": "Scaling",
    r"one-hot": "One-hot",
    r"\blayer": "Layer",
    r"\bfilter": "Filter",
    r"convolution|conv2d": "Convolution",
    r"kernel": "Kernel",
    r"\bweights?\b(?! decay)": "Weight",
    r"\bbias": "Bias",
    r"activation": "Activation",
    r"relu": "ReLU",
    r"feature map": "Feature map",
    r"flatten": "Flatten",
    r"\bdense\b": "Dense",
    r"probabilit": "Probability",
    r"softmax": "Softmax",
    r"parameter": "Parameters",
    r"\bloss\b": "Loss",
    r"cross-?entropy": "Cross-entropy",
    r"optimi[sz]er": "Optimizer",
    r"\badam\b": "Adam",
    r"learning rate(?! over)": "Learning rate",
    r"\baccura(cy|te)": "Accuracy",
    r"metric": "Metrics",
    r"\bbatch(es)?\b(?!.?normali)": "Batch",
    r"epoch": "Epoch",
    r"overfit": "Overfitting",
    r"pooling": "Pooling|Average pooling|pool_after",
    r"rescaling": "Rescaling",
    r"reshape": "Reshape",
    r"\baxis": "Axis",
    r"\bseed": "Seed",
    r"\bpredict": "Prediction",
    r"argmax": "Argmax",
    r"batch.?normali[sz]ation": "Batch normalization|batch_normalization",
    r"padding|padded": "padding",
    r"dropout": "Dropout|dropout",
    r"augment": "augmentation",
    r"label smoothing": "label_smoothing",
    r"weight decay": "weight_decay",
    r"one.cycle": "schedule",
    r"gradient|backprop|logit|tensor(?!flow)|hyperparameter|regulari[sz]|stride|hidden": "",
}


def open_page(run_id="built-in", step="1", **query):
    page = AppTest.from_file(PAGE, default_timeout=60)
    page.query_params["run"] = run_id
    page.query_params["step"] = step
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def step_of(name):
    return str(NAMES.index(name) + 1)


def words(page):
    """All that a page says, but for the menus above the step."""
    kinds = (page.markdown, page.caption, page.info, page.warning, page.error, page.code)
    said = [element.value for kind in kinds for element in kind]
    said += [button.label for button in page.button if button.key != "next_step"]
    said += [f"{metric.label} {metric.value}" for metric in page.metric]
    said.append(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html(page), flags=re.DOTALL))
    return markup.unescape("\n".join(said)).replace("**", "")


def button(page, label):
    return next(one for one in page.button if one.label == label)


@pytest.fixture
def article_run(runs_dir, tiny_mnist):
    """The tutorial's settings with a network of its form, as far as the lesson looks."""
    return make_evaluated_run(runs_dir)


def make_copy_of_built_in(folder, **status):
    """A run with the built-in network."""
    run = make_run(folder, name="20260101-000000-accurate-bbbb")
    shutil.copy(BUILT_IN_PATH / "model.onnx", run.model_path)
    shutil.copy(BUILT_IN_PATH / "hyperparameters.json", run.path)
    run.update_status(**status)
    return run


def make_run_of_wide_kernels(folder):
    """A run of two filters of 7×7, whose map has 22 rows, with chance for weights."""
    run = make_run(folder, name="20260101-000000-custom-cccc")
    values = Hyperparameters(filters=(2,), kernel_size=7)
    (run.path / "hyperparameters.json").write_text(values.to_json())
    generator = np.random.default_rng(0)
    constants = {
        "kernels": generator.normal(size=(2, 1, 7, 7)),
        "biases": generator.normal(size=2),
        "weights": generator.normal(0, 1e-3, (22 * 22 * 2, 10)),
    }
    nodes = [
        helper.make_node("Transpose", ["image"], ["channels_first"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["channels_first", "kernels", "biases"], ["convolved"]),
        helper.make_node("Relu", ["convolved"], ["positive"]),
        helper.make_node("Transpose", ["positive"], ["convolution_1"], perm=[0, 2, 3, 1]),
        helper.make_node("Flatten", ["convolution_1"], ["features"]),
        helper.make_node("MatMul", ["features", "weights"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["probabilities"]),
    ]
    shapes = {"convolution_1": [22, 22, 2], "features": [968], "probabilities": [10]}
    graph = helper.make_graph(
        nodes,
        "wide",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 28, 28, 1])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", *shape])
            for name, shape in shapes.items()
        ],
        [numpy_helper.from_array(v.astype(np.float32), k) for k, v in constants.items()],
    )
    opset = [helper.make_opsetid("", 15)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), run.model_path)
    return run


@pytest.mark.parametrize("name", NAMES)
def test_each_step_shows_its_text_its_code_and_its_place_among_the_ten(tiny_mnist, name):
    page = open_page(step=step_of(name))
    assert [code.value for code in page.code] == [tutorial_code()[name]]
    assert STEPS[NAMES.index(name)].title in words(page)
    assert not page.error


def explanations():
    """The name of each explanation, and what it says."""
    terms = [*GLOSSARY.values(), *CODE_GLOSSARY.values(), dict(LAYER_GLOSSARY.values())]
    helps = {name: " ".join(spec.help.split()) for name, spec in SPECS.items()}
    return {name: meaning for each in [*terms, helps] for name, meaning in each.items()}


@pytest.mark.parametrize("which", ["built-in", "fast", "odd"])
def test_no_term_comes_up_in_a_step_before_the_one_that_explains_it(tiny_mnist, runs_dir, which):
    run_id = "built-in"
    if which != "built-in":
        odd = Hyperparameters(
            dropout=0.2, weight_decay=0.01, label_smoothing=0.1, augmentation="light", dense_units=8
        )
        run = make_evaluated_run(runs_dir)
        values = {"fast": PRESETS["fast"], "odd": odd}[which]
        (run.path / "hyperparameters.json").write_text(values.to_json())
        run_id = run.id
    explained = set()
    for number, name in enumerate(NAMES, 1):
        said = words(open_page(run_id, str(number))).lower()
        explained |= {
            term
            for term, meaning in explanations().items()
            if meaning.replace("**", "").lower() in said
        }
        for pattern, terms in FIELD_WORDS.items():
            if found := re.search(pattern, said):
                context = said[max(0, found.start() - 40) : found.end() + 40]
                assert explained & set(terms.split("|")), f"{name}: {context!r}"


def test_every_step_of_the_glossary_exists_and_each_term_is_looked_for():
    assert GLOSSARY.keys() | CODE_GLOSSARY.keys() <= set(NAMES)
    terms = {term for step in [*GLOSSARY.values(), *CODE_GLOSSARY.values()] for term in step}
    assert terms <= {term for terms in FIELD_WORDS.values() for term in terms.split("|")}


def test_next_and_previous_walk_through_the_steps_and_the_address_follows(tiny_mnist):
    page = open_page()
    assert button(page, "Previous").disabled
    page.segmented_control(key="lesson_step").set_value(10).run()
    assert page.query_params["step"] == "10"
    page.button(key="next_step").click().run()
    assert page.query_params["step"] == "1"
    page.button(key="next_step").click().run()
    assert page.query_params["step"] == "2"
    assert STEPS[1].text.replace("**", "") in words(page)
    button(page, "Previous").click().run()
    assert page.query_params["step"] == "1"


@pytest.mark.parametrize("step", ["0", "11", "-1", "two", "", "1e9", "²"])
def test_an_impossible_step_in_the_address_leads_to_the_first(tiny_mnist, step):
    assert STEPS[0].title in words(open_page(step=step))


def test_an_address_without_a_step_leads_to_the_one_seen_last(tiny_mnist):
    page = open_page(step="7")
    del page.query_params["step"]
    page.run()
    assert STEPS[6].title in words(page)


def test_the_counts_are_those_of_the_digits(tiny_mnist):
    page = open_page()
    assert [metric.value for metric in page.metric] == ["220", "20", "40"]
    assert html(page).count('class="track"') == 10


def convolution_page(**query):
    return open_page(step=step_of("Layers"), **query)


def shown_pixel(page):
    return float(re.search(r'data-testid="output"><b>([^<]+)</b>', html(page))[1].replace("−", "-"))


def nearly(value):
    """A pixel of a network that scales, worked out from rounded numbers."""
    return pytest.approx(float(value), abs=0.02)


def test_the_pixel_worked_out_is_the_one_of_the_networks_feature_map(tiny_mnist):
    page = convolution_page(picture="3", filter="5", row="4", column="9")
    image = mnist.load_test("mnist").images[3]
    maps = Predictor(BUILT_IN_PATH / "model.onnx").activations(image)["convolution_1"]
    assert maps[:, :, 4].any()
    assert shown_pixel(page) == nearly(maps[3, 8, 4])


def test_the_walk_begins_where_the_filter_finds_its_pattern_and_goes_on_place_by_place(tiny_mnist):
    page = convolution_page()
    run = store.Run(BUILT_IN_PATH)
    image = mnist.load_test("mnist").images[0]
    maps = Predictor(run.model_path).activations(image)["convolution_1"]
    assert shown_pixel(page) == nearly(maps[:, :, 0].max())
    page.slider(key="row").set_value(5)
    page.slider(key="column").set_value(28).run()
    button(page, "Next position").click().run()
    assert (page.slider(key="row").value, page.slider(key="column").value) == (6, 1)
    first = first_convolution(run.model_path, run.hyperparameters)
    assert shown_pixel(page) == nearly(compute(first, image, 0, 5, 0).output)
    button(page, "Maximum activation").click().run()
    assert shown_pixel(page) == nearly(maps[:, :, 0].max())


@pytest.mark.parametrize(
    "query", [{"row": "99"}, {"column": "0"}, {"filter": "17"}, {"picture": "40"}, {"row": "x"}]
)
def test_an_impossible_place_in_the_address_is_left_out(tiny_mnist, query):
    assert shown_pixel(convolution_page(**query)) >= 0


def test_a_place_of_a_larger_map_is_brought_back_into_a_smaller_one(tiny_mnist, runs_dir):
    run = make_run_of_wide_kernels(runs_dir)
    page = convolution_page(row="28", column="27", filter="16")
    page.query_params["run"] = run.id
    page.run()
    assert not page.exception
    place = page.slider(key="row").value, page.slider(key="column").value
    assert place == (22, 22)
    assert page.slider(key="filter").value == 2
    image = mnist.load_test("mnist").images[0]
    maps = Predictor(run.model_path).activations(image)["convolution_1"]
    assert shown_pixel(page) == pytest.approx(float(maps[21, 21, 1]), rel=1e-3)


def test_what_is_yet_to_come_is_faint():
    picture = map_picture(np.ones((4, 4), np.float32), 1, 2)
    assert (picture[..., 3].ravel()[:7] == 255).all()
    assert (picture[..., 3].ravel()[7:] < 80).all()


def test_the_answers_are_the_networks_own(tiny_mnist):
    images = mnist.load_test("mnist").images[:3]
    answers = Predictor(BUILT_IN_PATH / "model.onnx").probabilities(images).argmax(axis=1)
    page = open_page(step=step_of("Argmax"))
    assert re.findall(r'data-testid="argmax">(\d)<', html(page)) == [str(one) for one in answers]
    page = open_page(step=step_of("Picture"))
    assert re.findall(r"Predicted: (\d)", html(page)) == [str(one) for one in answers]


def test_a_network_other_than_the_tutorials_says_where(article_run):
    for name in ("Prepare", "Layers", "Compile", "Fit"):
        assert "differs from the code" in words(open_page(step=step_of(name)))
        assert "differs from the code" not in words(open_page(article_run.id, step_of(name)))
    assert "36 instead of 5" in words(open_page(step=step_of("Fit")))


def test_what_was_measured_can_be_tried_with_one_click(tiny_mnist, monkeypatch):
    led_to = []
    monkeypatch.setattr("streamlit.switch_page", lambda page, **_: led_to.append(page))
    page = open_page(step=step_of("Test"))
    button(page, "With pooling").click().run()
    assert led_to == [navigation.TRAIN]
    version = page.session_state["form_version"]
    assert page.session_state[f"form_{version}_pool_after"] == (1, 2)
    assert not page.session_state[f"form_{version}_scale_pixels"]


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (State.QUEUED, "is queued"),
        (State.RUNNING, "was interrupted"),  # nobody holds its lock
        (State.FAILED, "failed, so it has no network"),
        (State.STOPPED, "has no network"),
    ],
)
def test_without_a_network_the_steps_say_why_and_the_rest_stands(
    tiny_mnist, runs_dir, state, sentence
):
    run = store.create(PRESETS["fast"], runs_dir)
    run.update_status(state=state)
    for place, name in enumerate(NAMES, 1):
        page = open_page(run.id, str(place))
        assert page.code[0].value == tutorial_code()[name]
        if name in NEEDS_NETWORK:
            assert sentence in page.info[0].value
            assert button(page, "Use the built-in network")
            assert button(page, "Previous") is not None
        elif name not in ("Fit", "Test"):
            assert not page.info
    page = open_page(run.id, step_of("Layers"))
    assert "5,994" in words(page)  # its parameters are known before it is trained


def test_a_run_in_training_says_so_and_shows_its_curves_so_far(
    tiny_mnist, runs_dir, hold_elsewhere
):
    run = make_run(runs_dir, State.RUNNING)
    run.model_path.unlink()
    hold_elsewhere(run.path / "lock")
    assert "still training" in words(open_page(run.id, step_of("Fit")))
    assert "This run is still training" in words(open_page(run.id, step_of("Predict")))


def test_damaged_answers_are_told_where_they_are_needed_and_nowhere_else(tiny_mnist, runs_dir):
    run = make_copy_of_built_in(runs_dir)
    (run.path / "test_predictions.npz").write_bytes(b"no archive")
    page = open_page(run.id, step_of("Test"))
    assert "stored predictions of this run are damaged" in page.warning[0].value
    assert "47,410" in words(page)
    assert not open_page(run.id, step_of("Predict")).warning


def test_a_damaged_network_is_told(tiny_mnist, runs_dir):
    run = make_run(runs_dir)
    for name in NEEDS_NETWORK:
        assert "is damaged" in open_page(run.id, step_of(name)).warning[0].value


@pytest.mark.parametrize("damaged", ["status.json", "hyperparameters.json"])
def test_a_damaged_run_is_told_and_the_page_stands(tiny_mnist, runs_dir, damaged):
    run = make_copy_of_built_in(runs_dir)
    (run.path / damaged).write_text("{")
    for name in NAMES:
        page = open_page(run.id, step_of(name))
        assert page.code
        assert page.button(key="next_step")


def test_without_mnist_the_samples_digits_are_shown_and_named_so(monkeypatch):
    monkeypatch.setattr("cnn.data.download.start_download", lambda **_: None)
    page = open_page()
    assert [metric.value for metric in page.metric] == ["3,600", "400", "1,000"]
    assert "not on this computer yet" in page.info[0].value
    assert not open_page(step=step_of("Predict")).warning


def test_a_run_of_the_sample_is_shown_with_the_sample(tiny_mnist, runs_dir):
    run = make_copy_of_built_in(runs_dir, dataset="sample")
    page = open_page(run.id)
    assert [metric.value for metric in page.metric] == ["3,600", "400", "1,000"]
    assert "trained on the 5,000 digits" in page.info[0].value


def test_a_stopped_run_says_how_far_it_came(tiny_mnist, runs_dir):
    run = make_copy_of_built_in(runs_dir, state=State.STOPPED)
    shutil.copy(BUILT_IN_PATH / "metrics.jsonl", run.metrics_path)
    lines = run.metrics_path.read_text().splitlines()
    kept = [line for line in lines if "validation_loss" not in line][:20]
    run.metrics_path.write_text("\n".join(kept) + "\n")
    assert "It stopped after 0 of 36 complete epochs" in words(open_page(run.id, step_of("Fit")))


def test_the_eleventh_answer_is_explained_where_a_network_has_one(article_run):
    for name in ("Layers", "Predict", "Argmax"):
        assert "eleventh output" in words(open_page(step=step_of(name)))
    assert "eleventh output" not in words(open_page(article_run.id, step_of("Layers")))


def test_the_loss_of_a_certain_answer_is_small_and_not_nothing(tiny_mnist, monkeypatch):
    certain = np.eye(10, dtype=np.float32)[mnist.load_test("mnist").labels[:1]]
    monkeypatch.setattr(Predictor, "probabilities", lambda *_: certain)
    assert "so the loss is less than 0.0001" in words(open_page(step=step_of("Compile")))


def test_a_step_reads_nothing_that_it_does_not_show(tiny_mnist, monkeypatch):
    def expensive(*_):
        raise AssertionError("read although it is not shown")

    monkeypatch.setattr("cnn.data.mnist.load", expensive)
    monkeypatch.setattr("cnn.data.mnist.load_first_training", expensive)
    for place in range(1, 11):
        open_page(step=str(place))


def test_a_run_stopped_in_its_first_epoch_promises_no_curves(tiny_mnist, runs_dir):
    run = store.create(PRESETS["fast"], runs_dir)
    run.update_status(state=State.STOPPED, started=1.0)
    said = words(open_page(run.id, step_of("Fit")))
    assert "It was stopped during its first epoch: there are no curves." in said
    assert "As planned: " in said
    assert "grow" not in said

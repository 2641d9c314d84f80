import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnn.fine_tuning import fine_tuned_runs, saved_digits
from cnn.fine_tuning.saved_digit import as_digits
from cnn.inference import classifier
from cnn.inference.predictor import load_predictor
from cnn.presets import PRESETS
from cnn.runs import store
from cnn.runs.status import FINE_TUNE_FILE, State
from cnn.runs.store import BUILT_IN_PATH, Run
from tests.pages import button, words
from tests.saved import saved_stroke, stroke_drawing
from ui.my_digits import accuracy_table, fine_tuning_form, saved_digits_gallery
from ui.shared.number_text import duration


@pytest.fixture
def open_my_digits(tiny_mnist, runs_dir):
    def open_page(**query):
        page = AppTest.from_file("../pages/my_digits.py", default_timeout=60)
        for name, value in {"run": "built-in", **query}.items():
            page.query_params[name] = value
        return page.run()

    return open_page


@pytest.fixture
def four_saved(runs_dir):
    """Four saved digits: the built-in network reads sevens in them; one has the label 1."""
    drawings = [stroke_drawing(number) for number in range(4)]
    return [
        saved_digits.add(one, label, runs_dir).after
        for one, label in zip(drawings, "7771", strict=True)
    ]


@pytest.fixture
def fine_tuned(runs_dir, four_saved):
    """A finished run that was fine-tuned on two of the four digits, with the built-in network."""
    digits = as_digits(four_saved[2:])
    values = Run(BUILT_IN_PATH).hyperparameters
    run = store.create(values, runs_dir, name="fine-tuned")
    run.model_path.write_bytes((BUILT_IN_PATH / "model.onnx").read_bytes())
    np.savez(run.path / "my_digits.npz", images=digits.images, labels=digits.labels)
    info = {
        "base": "built-in",
        "digits": 2,
        "accuracy_before": 0.0,
        "test_accuracy_before": 0.995,
        "test_is_seen": False,
        "learned": [digit.id for digit in four_saved[2:]],
    }
    (run.path / FINE_TUNE_FILE).write_text(json.dumps(info))
    run.update_status(state=State.FINISHED, test_accuracy=0.99, test_images=40)
    return run


def labels(runs_dir):
    return [digit.label for digit in saved_digits.read(runs_dir).digits]


def check_boxes(page):
    return [box.label for box in page.checkbox]


def test_without_saved_digits_the_page_says_what_to_do(open_my_digits):
    page = open_my_digits()
    assert not page.exception
    assert "No saved digits" in words(page)
    assert button(page, "Draw a digit")


def test_each_saved_digit_has_its_label_and_prediction(open_my_digits, four_saved):
    page = open_my_digits()
    assert not page.exception
    assert "4 digits saved · 3 read right" in words(page)
    seconds = fine_tuned_runs.training_seconds(Run(BUILT_IN_PATH), 4, [])
    assert f"about {duration(seconds)}." in words(page)
    assert check_boxes(page) == [
        "Digit 1, label 1, predicted 7",
        *[f"Digit {number}, label 7, predicted right" for number in (2, 3, 4)],
    ]
    table = page.dataframe[0].value
    assert list(table["Network"]) == ["Built-in"]
    assert list(table["My digits"]) == [75.0]


def test_selected_digits_are_relabeled_and_deleted_and_it_can_be_undone(
    open_my_digits, four_saved, runs_dir
):
    page = open_my_digits()
    page.checkbox[0].check()
    page.checkbox[1].check().run()
    page.menu_button[0].click(9).run()
    assert not page.exception
    assert labels(runs_dir) == [7, 7, 9, 9]
    assert "2 relabeled as a 9" in words(page)
    assert not any(box.value for box in page.checkbox)
    page = button(page, "Undo").click().run()
    assert labels(runs_dir) == [7, 7, 7, 1]
    page.checkbox[0].check().run()
    page = button(page, "Delete 1").click().run()
    assert labels(runs_dir) == [7, 7, 7]
    assert "3 digits saved · 3 read right" in words(page)
    assert "All of them are read right already." in words(page)
    assert button(page, "Train on my digits").proto.type == "secondary"
    page = button(page, "Select all").click().run()
    page = button(page, "Delete 3").click().run()
    assert "No saved digits" in words(page)
    page = button(page, "Undo").click().run()
    assert labels(runs_dir) == [7, 7, 7]
    page = page.run()
    page.checkbox[1].check().run()
    page.menu_button[0].click(7).run()
    assert "0 relabeled as a 7" in words(page)
    assert not button(page, "Undo")


def test_undo_leaves_what_another_tab_changed_since_and_says_so(
    open_my_digits, four_saved, runs_dir
):
    page = open_my_digits()
    page.checkbox[0].check()
    page.checkbox[1].check().run()
    page = page.menu_button[0].click(9).run()
    saved_digits.delete([four_saved[3].id], runs_dir)
    page = button(page, "Undo").click().run()
    assert labels(runs_dir) == [7, 7, 7]
    assert "1 of 2 can't be undone" in page.error[0].value
    assert not button(page, "Undo")


def test_what_the_network_calls_no_digit_is_neither_right_nor_wrong(
    open_my_digits, four_saved, runs_dir, monkeypatch
):
    def strict(run):
        return classifier.Classifier(load_predictor(run.model_path), 1.1)

    monkeypatch.setattr(classifier, "load_classifier", strict)
    monkeypatch.setattr(accuracy_table, "load_classifier", strict)
    saved_digits.relabel([four_saved[0].id], 2, runs_dir)  # not in another test's cache
    page = open_my_digits()
    assert check_boxes(page) == [
        f"Digit {number}, label {label}, predicted not a digit"
        for number, label in enumerate((1, 7, 7, 2), 1)
    ]
    assert "4 digits saved · 0 read right" in words(page)


def test_many_digits_are_looked_through_page_by_page(open_my_digits, runs_dir, monkeypatch):
    for number in range(saved_digits_gallery.PAGE_SIZE + 3):
        saved_digits.add(stroke_drawing(number), 7, runs_dir)
    page = open_my_digits()
    assert len(page.checkbox) == saved_digits_gallery.PAGE_SIZE
    page.session_state[saved_digits_gallery.PAGE] = 2
    page.run()
    assert len(page.checkbox) == 3
    button(page, "Select all").click().run()
    button(page, "Delete 3").click().run()
    assert not page.exception
    assert len(page.checkbox) == saved_digits_gallery.PAGE_SIZE


def test_a_training_is_followed_here_and_a_second_press_starts_no_other(
    open_my_digits, four_saved, runs_dir
):
    page = open_my_digits()
    button(page, "Train on my digits").click().run()
    (run,) = store.list_runs(runs_dir)
    assert not page.exception
    assert run.is_fine_tuned
    assert run.status().state is State.QUEUED
    assert page.session_state["chosen_run"] == "built-in"
    assert button(page, "Train on my digits").disabled
    assert button(page, "Training curves")
    fine_tuning_form._start(Run(BUILT_IN_PATH))  # a double click's second one
    assert store.list_runs(runs_dir) == [run]


def test_a_training_that_cannot_start_says_why(open_my_digits, four_saved, runs_dir, fine_tuned):
    page = open_my_digits(run=fine_tuned.id)
    button(page, "Train on my digits").click().run()
    assert "no network to start from" in page.error[0].value
    assert store.list_runs(runs_dir) == [fine_tuned]


def test_a_fine_tuned_run_shows_both_accuracies_before_and_after(open_my_digits, fine_tuned):
    page = open_my_digits(run=fine_tuned.id)
    assert not page.exception
    shown = {metric.label: metric.value for metric in page.metric}
    assert shown["My digits, before → after"] == "0% → 50%"
    assert shown["Test accuracy, before → after"] == "99.50% → 99.00%"
    table = page.dataframe[0].value.set_index("Network")
    assert dict(table[""]) == {"Built-in": "", "Fine-tuned": "●"}
    assert dict(table["Trained on"]) == {"Built-in": "", "Fine-tuned": "2 of 4"}
    assert "do not test" in words(page)
    assert not button(page, "Training curves")
    fine_tuned.update_status(test_accuracy=0.995)
    page.run()
    assert [metric.delta for metric in page.metric] == ["+50.00 percentage points", ""]


def test_a_run_without_a_network_shows_the_digits_without_predictions(
    open_my_digits, four_saved, runs_dir
):
    run = store.create(PRESETS["fast"], runs_dir)
    run.update_status(state=State.FAILED, message="The disk is full.")
    page = open_my_digits(run=run.id)
    assert not page.exception
    assert check_boxes(page) == [
        f"Digit {number}, label {label}" for number, label in enumerate((1, 7, 7, 7), 1)
    ]
    assert button(page, "Train on my digits").disabled
    assert "The disk is full" in page.info[0].value


def test_damaged_files_get_a_sentence_and_hide_nothing(open_my_digits, fine_tuned, runs_dir):
    (fine_tuned.path / FINE_TUNE_FILE).write_text("{")
    (fine_tuned.path / "model.onnx").write_text("no network")
    with (runs_dir / saved_digits.FILE_NAME).open("a") as file:
        file.write("no digit\n")
    page = open_my_digits(run=fine_tuned.id)
    assert not page.exception
    assert "1 damaged line" in page.warning[0].value
    assert len(page.checkbox) == 4
    assert list(page.dataframe[0].value["Network"]) == ["Built-in"]


def test_a_loaded_file_is_saved_and_what_was_refused_is_told_as_plain_text(
    open_my_digits, runs_dir
):
    label = "**7** <b>:red[x]</b> ![](x)"
    line = json.dumps({"label": label, "strokes": [[[1, 2]]]}).encode()
    content = saved_stroke().line + b"\nno digit\n" + line
    page = open_my_digits()
    page.file_uploader[0].upload("digits.jsonl", content, "application/jsonl").run()
    assert not page.exception
    assert labels(runs_dir) == [7]
    assert "1 added · 2 refused" in words(page)
    assert ":red[x]" not in words(page)
    assert "Line 2: Invalid JSON" in page.text[0].value
    assert label in page.text[1].value
    page.file_uploader[0].upload("digits.jsonl", b"", "application/jsonl").run()
    assert "it is empty" in page.error[0].value


def test_the_train_page_shows_both_accuracies_of_a_fine_tuned_run(fine_tuned, tiny_mnist):
    page = AppTest.from_file("../pages/train.py", default_timeout=60)
    page.query_params["run"] = fine_tuned.id
    page.run()
    assert not page.exception
    shown = {metric.label: metric.value for metric in page.metric}
    assert shown["My digits, before → after"] == "0% → 50%"

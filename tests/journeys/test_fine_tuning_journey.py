"""A misread digit is saved with its label, the network fine-tuned on it, and the digit read."""

import re

import pytest
from playwright.sync_api import expect

from cnn.fine_tuning import saved_digits
from cnn.runs import store
from cnn.runs.status import State
from tests.awaiting import until
from tests.journeys.test_draw_journeys import button, draw

pytestmark = pytest.mark.browser

# An angular mirrored 3: the built-in network reads an 8 or a 6, and nobody's 3.
MIRRORED_THREE = [(230, 70), (120, 50), (110, 130), (190, 165), (100, 185), (110, 270), (240, 280)]
TRAINING = 120_000  # milliseconds, for a machine that does much else


def choice(page, digit):
    return page.get_by_role("radio", name=str(digit), exact=True)


def saved_labels(runs_dir):
    return [digit.label for digit in saved_digits.read(runs_dir).digits]


def test_a_misread_digit_is_saved_trained_on_and_then_read(own_server, open_page, runs_dir):
    page = open_page(f"{own_server.url}/draw?run=built-in")
    draw(page, MIRRORED_THREE)
    read = page.get_by_test_id("predicted").or_(page.get_by_test_id("closest"))
    expect(read).not_to_have_text(re.compile(r"^3|an? 3"))
    choice(page, 3).click()
    expect(page.get_by_text("Saved as a 3 · 1 in My digits")).to_be_visible()
    button(page, "My digits").click()

    expect(page.get_by_text("1 digit saved · 0 read right")).to_be_visible()
    button(page, "Train on my digits").click()
    expect(button(page, "Training curves")).to_be_visible()
    expect(button(page, "Train on my digits")).to_be_disabled()
    run = until(lambda: next(iter(store.list_runs(runs_dir)), None), "the run")
    expect(page.get_by_text("0% → 100%")).to_be_visible(timeout=TRAINING)
    expect(page.get_by_text("1 digit saved · 1 read right")).to_be_visible()
    assert store.list_runs(runs_dir) == [run]
    assert run.status().state is State.FINISHED
    assert run.status().test_accuracy > 0.98

    page.goto(f"{own_server.url}/draw?run={run.id}")
    draw(page, [(x - 20, y) for x, y in MIRRORED_THREE])
    read = page.get_by_test_id("predicted").or_(page.get_by_test_id("closest"))
    expect(read).to_have_text(re.compile(r"^3|an? 3"))

    page.goto(f"{own_server.url}/my_digits?run={run.id}")
    expect(page.get_by_text("1 digit saved · 1 read right")).to_be_visible()
    expect(page.get_by_text("0% → 100%")).to_be_visible()


def test_saved_digits_are_relabeled_downloaded_deleted_and_loaded(
    own_server, open_page, runs_dir, tmp_path
):
    page = open_page(f"{own_server.url}/draw?run=built-in", width=390, height=844)
    draw(page, MIRRORED_THREE)
    choice(page, 9).click()
    expect(page.get_by_text("Saved as a 9")).to_be_visible()
    choice(page, 8).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved as an 8 · 1 in My digits")).to_be_visible()
    button(page, "Undo save").click()
    expect(page.get_by_text("Saved as a 9")).to_be_visible()

    second = open_page(f"{own_server.url}/my_digits?run=built-in", width=390, height=844)
    expect(second.get_by_role("checkbox", name="Digit 1, label 9")).to_be_attached()
    second.locator("[class*=st-key-saved_] img").click(force=True)  # the check box lies over it
    expect(button(second, "Delete 1")).to_be_enabled()
    button(second, "Relabel as").click()
    second.get_by_role("menuitem", name="3", exact=True).click()
    expect(second.get_by_text("1 relabeled as a 3")).to_be_visible()
    assert saved_labels(runs_dir) == [3]
    with second.expect_download() as saved:
        button(second, "Download").click()
    saved.value.save_as(tmp_path / "saved.jsonl")

    second.get_by_test_id("stCheckbox").click()
    button(second, "Delete 1").click()
    expect(second.get_by_role("heading", name="No saved digits")).to_be_visible()
    expect(second.get_by_test_id("stCheckbox")).to_have_count(0)  # nothing of the page before
    button(second, "Load from a file").click()
    second.locator("input[type=file]").set_input_files(tmp_path / "saved.jsonl")
    expect(second.get_by_text("1 added")).to_be_visible()
    expect(second.get_by_test_id("stFileUploader")).to_be_hidden()  # it lay over the outcome
    assert saved_labels(runs_dir) == [3]
    assert second.evaluate("document.scrollingElement.scrollWidth") <= 390

"""The buttons that star and name a run, and where its name is shown."""

import pytest

from cnn.presets import PRESETS
from cnn.runs import store
from cnn.runs.notes import Notes
from tests.pages import open_script, press
from ui.shared.number_text import literal

SCRIPT = """
import streamlit as st
from cnn.runs import store
from ui.shared.run_notes import offer_notes, show_notes_form
from ui.shared.run_picker import pick_run

run = pick_run()
offer_notes(run)
show_notes_form(run)
"""


@pytest.fixture
def runs(runs_dir):
    return [store.create(PRESETS[name], runs_dir) for name in ("fast", "accurate")]


def test_a_run_is_starred_named_and_unnamed_again(runs, tiny_mnist):
    page = open_script(SCRIPT, chosen_run=runs[0].id)
    page = press(page, "Star")
    assert runs[0].notes.starred
    assert page.text_input[0].placeholder == "Fast"
    page.text_input[0].set_value("First try")
    page.text_area[0].set_value("Too short.")
    press(page, "Save")
    assert runs[0].notes == Notes("First try", "Too short.", starred=True)
    first, second, _ = page.run().selectbox(key="run_menu").options
    assert first.startswith("★ First try · queued · ")
    assert second.startswith("Accurate · queued · ")
    press(page, "Unstar")
    assert not runs[0].notes.starred


def test_a_run_that_is_gone_is_told_of_and_the_built_in_one_has_no_star(runs, tiny_mnist):
    page = open_script(SCRIPT, chosen_run=runs[0].id)
    (runs[0].path / "status.json").unlink()
    page = press(page, "Star")
    assert "There is no run" in page.toast[0].value
    (no_star,) = [one.label for one in open_script(SCRIPT, chosen_run="built-in").button]
    assert no_star == "Save"


def test_a_name_is_shown_as_it_is_written():
    assert literal("best_of_3 · lr 0.05") == r"best\_of\_3 · lr 0.05"
    assert literal("![x](http://x) :red[$1$]") == r"\!\[x\](http\://x) \:red\[\$1\$\]"

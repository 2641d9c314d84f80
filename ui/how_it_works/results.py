"""What each step gives with the chosen network, and the pages where one plays with it."""

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from cnn.runs.store import Run
from ui.how_it_works import answer_results, data_results, network_results, training_results
from ui.how_it_works.convolution_walk import walk
from ui.shared import navigation


class Page(NamedTuple):
    """A page to go on to."""

    path: str
    label: str
    icon: str


class Result(NamedTuple):
    """The live part of a step."""

    show: Callable[[Run], None]
    """Raises ValueError, in words, where the run has nothing to show."""
    pages: tuple[Page, ...] = ()
    heading: str = "With the chosen network"


def _show_layers(run: Run) -> None:
    network_results.show_layers(run)
    walk(run)


_BROWSE = Page(navigation.PREDICTIONS, "Browse the test digits", ":material/grid_view:")
_TRAIN = Page(navigation.TRAIN, "Try other values", ":material/tune:")
_DRAW = Page(navigation.DRAW, "Draw a digit yourself", ":material/draw:")

RESULTS = {
    "Load": Result(data_results.show_counts, heading="How many there are"),
    "Look": Result(data_results.show_examples, (_BROWSE,), "The first twenty"),
    "Prepare": Result(data_results.show_preparation, heading="Before and after"),
    "Layers": Result(_show_layers, (_TRAIN,)),
    "Compile": Result(training_results.show_loss, (_TRAIN,)),
    "Fit": Result(training_results.show_fit, (_TRAIN,)),
    "Test": Result(training_results.show_test, (_BROWSE,)),
    "Predict": Result(answer_results.show_probabilities, (_BROWSE,)),
    "Argmax": Result(answer_results.show_argmax, (_DRAW,)),
    "Picture": Result(answer_results.show_picture, (_DRAW, _BROWSE)),
}


def offer_pages(result: Result, run: Run) -> None:
    """Show the buttons to the pages where one plays with a step."""
    if not result.pages:
        return
    with st.container(horizontal=True):
        for page in result.pages:
            if st.button(page.label, icon=page.icon):
                st.switch_page(page.path, query_params={"run": run.id})

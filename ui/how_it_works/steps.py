"""The ten steps of the tutorial, what each shows for the chosen run, and the menu of steps."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from cnn.runs.store import Run
from ui.how_it_works.data_results import show_counts, show_examples, show_preparation
from ui.how_it_works.lesson import Text, lesson
from ui.how_it_works.network_results import show_layers
from ui.how_it_works.prediction_results import (
    show_argmax,
    show_labeled_images,
    show_probabilities,
)
from ui.how_it_works.training_results import show_fit, show_loss, show_test
from ui.shared.navigation import DRAW, PREDICTIONS, TRAIN

PAGE_LABELS = {
    PREDICTIONS: "Browse the test digits",
    TRAIN: "Try other values",
    DRAW: "Draw a digit yourself",
}


class Step(NamedTuple):
    """One step of the tutorial."""

    name: str
    """In the menu, in lesson.md and in the tutorial's script."""
    show: Callable[[Run], None]
    """Shows the result; raises ValueError, with a sentence, where the run has nothing to show."""
    pages: tuple[str, ...] = ()
    """To continue on."""
    heading: str = "With the chosen network"
    """Of the result."""

    @property
    def text(self) -> Text:
        """What the page says."""
        return lesson()[self.name]


STEPS = (
    Step("Load", show_counts, heading="The size of each set"),
    Step("Look", show_examples, (PREDICTIONS,), "The first twenty"),
    Step("Prepare", show_preparation, heading="Before and after"),
    Step("Layers", show_layers, (TRAIN,)),
    Step("Compile", show_loss, (TRAIN,)),
    Step("Fit", show_fit, (TRAIN,)),
    Step("Test", show_test, (PREDICTIONS,)),
    Step("Predict", show_probabilities, (PREDICTIONS,)),
    Step("Argmax", show_argmax, (DRAW,)),
    Step("Picture", show_labeled_images, (DRAW, PREDICTIONS)),
)
_NUMBERS = range(1, len(STEPS) + 1)

_component = st.components.v2.component(
    "stepper", js=Path(__file__).with_name("stepper.js").read_text("utf-8"), isolate_styles=False
)


def choose_step() -> int:
    """Show the ten steps in order and return the chosen one, from 1; the address keeps it.

    Streamlit removes the step from the address when a page is left, so that the browser's Back
    comes without one: it leads to the step that this visitor saw last.
    """
    number = _number_in_address()
    st.session_state["last_step"] = number
    st.session_state["lesson_step"] = number
    st.segmented_control(
        "Step",
        list(_NUMBERS),
        format_func=lambda one: f"{one} {STEPS[one - 1].name}",
        key="lesson_step",
        required=True,
        label_visibility="collapsed",
        on_change=lambda: _go_to(st.session_state["lesson_step"]),
    )
    return number


def show_buttons(number: int) -> None:
    """Show the buttons to the previous and to the next step."""
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.button(
            "Previous",
            icon=":material/arrow_back:",
            disabled=number == 1,
            on_click=_go_to,
            args=(number - 1,),
        )
        following = f"Next: {STEPS[number].name}" if number < len(STEPS) else "Start again"
        st.button(
            following,
            icon=":material/arrow_forward:" if number < len(STEPS) else ":material/replay:",
            icon_position="right",
            type="primary",
            on_click=_go_to,
            args=(number % len(STEPS) + 1,),
            key="next_step",
        )
    _component(key="step_top", data={"step": number})


def _number_in_address() -> int:
    wanted = st.query_params.get("step", str(st.session_state.get("last_step", 1)))
    return int(wanted) if wanted in map(str, _NUMBERS) else 1


def _go_to(number: int) -> None:
    st.query_params["step"] = str(number)

"""One step of ten at a time: the menu of steps, and buttons to the next and the previous one."""

from pathlib import Path

import streamlit as st

from ui.how_it_works.steps import STEPS

_NUMBERS = range(1, len(STEPS) + 1)

_component = st.components.v2.component(
    "stepper", js=Path(__file__).with_suffix(".js").read_text("utf-8"), isolate_styles=False
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

"""One step of ten at a time: the menu of steps, and the ways to the next and the one before."""

import streamlit as st

from ui.how_it_works.steps import STEPS

_NUMBERS = range(1, len(STEPS) + 1)

# On a phone, columns follow each other closely and labels wrap instead of being cut off.
# A new step is read from its beginning, also when the button to it stands at the end of the last.
# The address names the step without an entry of its own in the browser's history: one that came
# without a step would send Back to itself again and again.
_dress = st.components.v2.component(
    "step_dress",
    css="""
[class*="step_top"] {
  position: absolute;
}
@media (max-width: 640px) {
  [data-testid="stMain"] [data-testid="stHorizontalBlock"] {
    gap: 1rem;
  }
  [data-testid="stMain"] [data-testid="stMetricLabel"] * {
    white-space: normal;
  }
}
""",
    js="""
let shown;
export default function ({ data }) {
  if (shown !== undefined && shown !== data.step)
    document.querySelector('[data-testid="stMain"]')?.scrollTo({ top: 0 });
  shown = data.step;
  const address = new URL(location.href);
  if (!address.searchParams.has("step")) {
    address.searchParams.set("step", data.step);
    history.replaceState(history.state, "", address);
  }
}
""",
    isolate_styles=False,
)


def choose_step() -> int:
    """Show the ten steps in order and return the chosen one, from 1; the address keeps it.

    Streamlit takes the step out of the address as a page is left, so that the browser's Back
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


def show_ways_on(number: int) -> None:
    """Show the buttons to the step before and to the next one."""
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
    _dress(key="step_top", data={"step": number})


def _number_in_address() -> int:
    wanted = st.query_params.get("step", str(st.session_state.get("last_step", 1)))
    return int(wanted) if wanted in map(str, _NUMBERS) else 1


def _go_to(number: int) -> None:
    st.query_params["step"] = str(number)

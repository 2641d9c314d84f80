"""The form of the Train page: presets, and one control for each hyperparameter.

The controls are made from `SPECS`: a number with steps gets a slider, another number a field, a
choice a select box, a bool a toggle; what lists a number for each convolution, a field for each.
What differs from the nearest preset is in the page's address: one change is one step back.
"""

from dataclasses import asdict
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cnn.hyperparameters import MAX_CONVOLUTIONS, SPECS, Hyperparameters, Spec, from_mapping
from cnn.presets import PRESETS, from_settings, label_of, preset_name, short_name, to_settings
from cnn.runs.notes import MAX_NAME
from ui.shared.number_text import literal

NAME = "next_run_name"  # the key of the field
_SETTINGS = ("preset", *SPECS)  # the names in the address
_EACH = [name for name, spec in SPECS.items() if spec.each]  # chosen for each convolution
_GROUPS = {
    "Network": ":material/layers:",
    "Training": ":material/school:",
    "Data": ":material/database:",
}


def read_address() -> None:
    """Fill the form from the address, when the page is opened and after a step back or forward.

    At other times the form is right and the address may be behind: a browser sends the one it had
    when a control was clicked. What is impossible in the address is told until the form changes.
    """
    state, address = st.session_state, _address()
    # Without a run it is no address of this page's own, but the one that its link leads to.
    is_own = _is_step_in_history() and (address or "run" in st.query_params)
    if "form_version" in state and not is_own:
        return
    values, problems = from_settings(address)
    set_values(values)
    state["form_problems"] = (values, problems)


def _is_step_in_history() -> bool:
    return getattr(get_script_run_ctx(), "is_history_navigation", False)


def _address() -> dict[str, str]:
    """Return the settings that the address has, each no longer than the longest possible one."""
    query = st.query_params
    return {name: texts[-1][:99] for name in _SETTINGS if (texts := query.get_all(name))}


def settings_in_address(values: Hyperparameters) -> dict[str, str]:
    """Return the settings as the address has them: without any, it is the tutorial's preset."""
    settings = to_settings(values)
    return {} if settings == {"preset": "article"} else settings


def write_address(values: Hyperparameters) -> None:
    """Put the form's values into the address, and tell what was impossible there."""
    read, problems = st.session_state.get("form_problems", (None, []))
    if problems and values == read:
        text = (
            f"The address had impossible settings, so the preset's are used. {' '.join(problems)}"
        )
        st.warning(literal(text), icon=":material/link_off:")
    settings, address = settings_in_address(values), _address()
    if settings != address:  # one update is one step back
        st.query_params.update({name: settings.get(name, []) for name in {**settings, **address}})


def choose_preset() -> None:
    """Show the presets in one row; with a changed hyperparameter none of them is chosen."""
    state = st.session_state
    try:
        name = preset_name(chosen_hyperparameters())
    except ValueError:
        name = ""
    state["preset"] = name if name in PRESETS else None
    st.segmented_control(
        "Preset",
        list(PRESETS),
        format_func=label_of,
        key="preset",
        on_change=_load_preset,
        width="stretch",
        help="Values to start from. **Tutorial** is the network of a well-known tutorial, **fast** "
        "trains in seconds, **accurate** has the best accuracy.",
    )


def _load_preset() -> None:
    if chosen := st.session_state["preset"]:
        set_values(PRESETS[chosen])


def choose_name(values: Hyperparameters | None) -> None:
    """Show a field for the name of the next run, which says what it is called without one."""
    st.text_input(
        "Name",
        max_chars=MAX_NAME,
        key=NAME,
        placeholder=short_name(values) if values else None,
        persist_state="session",
        help="What the next run is called. It can be changed later.",
    )


def choose_values() -> None:
    """Show one control for each hyperparameter, in three groups."""
    for group, icon in _GROUPS.items():
        with st.expander(group, icon=icon, expanded=group == "Network"):
            if group == "Network":
                _choose_convolutions()
            for name, spec in SPECS.items():
                if spec.group == group and not spec.is_list:
                    _choose(name, spec)


def chosen_hyperparameters() -> Hyperparameters:
    """Return the values of the form.

    Raises:
        ValueError: the browser sent something impossible; the message says what.
    """
    state = st.session_state
    values = {name: state[_key(name)] for name in SPECS if name not in _EACH}
    values["pool_after"] = sorted(values["pool_after"])
    layers = range(1, int(state[_key("layers")]) + 1)
    for name in _EACH:
        values[name] = [state[_key(f"{name}_{layer}")] for layer in layers]
    return from_mapping(values)


def set_values(values: Hyperparameters) -> None:
    """Replace every control by a new one with these values.

    New ones, since a browser that has not yet seen the new values sends the old ones along with
    the next click, and Train would train what nobody sees any more.
    """
    state = st.session_state
    state["form_version"] = state.get("form_version", 0) + 1
    state["form_values"] = values
    for name, value in asdict(values).items():
        state[_key(name)] = value
    state[_key("layers")] = len(values.filters)
    for name in _EACH:
        new = [SPECS[name].each] * MAX_CONVOLUTIONS
        for layer, value in enumerate([*getattr(values, name), *new][:MAX_CONVOLUTIONS], start=1):
            state[_key(f"{name}_{layer}")] = value


def _key(name: str) -> str:
    return f"form_{st.session_state['form_version']}_{name}"


def _choose_convolutions() -> None:
    """Show how many convolutions there are, what is chosen for each, and where to pool."""
    text = "The number of convolutions. Early ones detect edges, later ones larger shapes."
    st.slider("Convolutions", 1, MAX_CONVOLUTIONS, help=text, **_options("layers"))
    layers = list(range(1, int(st.session_state[_key("layers")]) + 1))
    with st.grid(2, min_column_width=90, gap="small"):
        for layer in layers:
            for name in _EACH:
                _choose(f"{name}_{layer}", SPECS[name], f" {layer}")
    pool_after, spec = _key("pool_after"), SPECS["pool_after"]
    st.session_state[pool_after] = [n for n in st.session_state[pool_after] if n in layers]
    st.pills(spec.label, layers, selection_mode="multi", help=spec.help, **_options("pool_after"))


def _choose(name: str, spec: Spec, suffix: str = "") -> None:
    label, options = spec.label + suffix, {"help": spec.help, **_options(name)}
    if spec.choices:
        st.selectbox(label, list(spec.choices), format_func=spec.text, **options)
    elif spec.steps:
        steps = sorted({*spec.steps, getattr(st.session_state["form_values"], name)})
        st.select_slider(label, steps, format_func=spec.text, **options)
    elif spec.kind is bool:
        st.toggle(label, **options)
    else:
        st.number_input(label, int(spec.minimum), int(spec.maximum), **options)


def _options(name: str) -> dict[str, Any]:
    """Return the arguments that keep a control's value while other pages are visited."""
    return {"key": _key(name), "persist_state": "session"}
